"""The GraphQL blocks of the guide to the portal, run one after the other."""

from __future__ import annotations

from store.database import Database
from tests.docs.pages import ROOT, Page
from tests.portal.kit import Guest, link
from tests.support.api import open_shop
from tests.support.desk import Desk
from tests.support.frames import acknowledged
from tests.support.mail import post_office
from tests.support.served import served_api

BLOCKS = Page(ROOT / "docs" / "guides" / "portal.md").blocks("graphql")


async def test_every_block_of_the_guide_to_the_portal_works(database: Database) -> None:
    """API7: whoever copies one gets no error, typed or not."""
    let_in, address, ask, come_in, at_home, in_peace, screen, bring, follow = BLOCKS
    async with served_api(database) as served, post_office() as office:
        desk = Desk(await open_shop(served), office, database)
        await desk.owner.do("updateFirm", holdsClientMail=False)
        contact = await desk.contact("Ann", "ann@client.example")
        found = await desk.owner.query(let_in, contact=contact)
        assert found["inviteContact"] == {"contact": {"portalAccess": "INVITED", "joinedAt": None}, "errors": []}
        assert (await desk.owner.query(address))["updateFirm"]["errors"] == []
        nobody = Guest(served.http)
        assert (await nobody.query(ask))["requestPortalLink"]["errors"] == []
        await desk.work()
        inside = (await nobody.query(come_in, token=link(desk)))["enterPortalByLink"]
        assert inside["errors"] == []
        ann = Guest(served.http, inside["token"])
        home = {"notifications": True, "timeZone": "America/New_York"}
        assert (await ann.query(at_home))["updatePortalContact"] == {"portal": {"contact": home}, "errors": []}
        hours = {"quietFrom": "19:30", "quietUntil": "08:30"}
        assert (await desk.owner.query(in_peace))["updateFirm"] == {"firm": hours, "errors": []}
        drawn = await ann.query(screen)
        assert drawn["portal"]["accounts"] == inside["portal"]["accounts"]
        brought = (await ann.query(bring, account=drawn["portal"]["accounts"][0]["id"]))["requestPortalUpload"]
        assert brought["errors"] == []
        assert brought["document"]["isOwnUpload"] is True
        async with acknowledged(served.socket_url, ann.token) as wire:
            name = await wire.subscribe(follow, after=drawn["cursor"])
            assert (await wire.next(name))["payload"]["data"]["portalEvents"]["changes"] == []
