"""What the tests of items share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.portal.kit import Guest
from tests.support.api import Client, Json
from tests.support.contents import THREAD
from tests.support.desk import Desk

ITEM = """id kind title state open dueDate links { job { id } blocking }
    ... on ClientItem { account { id } sending { message madeBy { id } sentAt seenAt closedAt reminded
      reminders { everyDays times } } }
    ... on MessageThread { clientTasks { id title done } messages { nodes { text author { id } contact { name } } } }"""
PORTAL_ITEM = """id kind title message state open dueDate senderName remindedAt account { name }
    ... on PortalMessageThread { clientTasks { id title done } messages { nodes { text fromFirm authorName } } }"""


@dataclass
class Front(Desk):
    """The desk of a firm whose clients answer."""

    async def item(self, content: Json | None = None, by: Client | None = None, **given: Any) -> Json:
        """A new item for the shop's account, a talk unless something else is said; as members see it."""
        place = {} if "jobId" in given or "templateId" in given else {"accountId": self.shop.account}
        said = {} if "templateId" in given else {"title": "Talk", "content": content or THREAD}
        made = await (by or self.owner).do("createItem", "item { id }", **place | said | given)
        item: Json = await self.look_at(made["id"], by)
        return item

    async def look_at(self, item_id: str, by: Client | None = None) -> Any:
        """An item as somebody of the firm sees it; None for who does not."""
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on ActionItem {{ {ITEM} }} }} }}"
        return (await (by or self.owner).query(query, id=item_id))["node"]

    async def item_template(self, content: Json | None = None, **given: Any) -> str:
        """A new template."""
        given = {"name": "Talk", "title": "About [JOB_NAME]", "content": content or THREAD, **given}
        return str((await self.owner.do("createItemTemplate", "template { id }", **given))["id"])

    async def automate(self, kind: str, stage: int = 1, **config: Any) -> str:
        """A stage does something from now on; answers the automation's id."""
        given = {"config": {kind: config}, "stageId": self.shop.stages[stage]}
        return str((await self.owner.do("createAutomation", "automation { id }", **given))["id"])

    async def stage_of(self, job_id: str) -> int:
        """In which of its stages a job stands."""
        found = await self.owner.query("query ($id: ID!) { job(id: $id) { stage { id } } }", id=job_id)
        return self.shop.stages.index(found["job"]["stage"]["id"])

    async def told(self) -> list[str]:
        """What the owner has been told of clients' answers."""
        found = await self.owner.query("{ viewer { notifications { nodes { kind text } } } }")
        return [one["text"] for one in found["viewer"]["notifications"]["nodes"] if one["kind"] == "ITEM_ANSWERED"]


async def to_dos(client: Guest, **given: Any) -> list[Json]:
    """A client's items, newest first."""
    query = f"""query ($open: Boolean, $kinds: [ItemKind!], $accountId: ID) {{ portal {{
        items(open: $open, kinds: $kinds, accountId: $accountId) {{ totalCount nodes {{ {PORTAL_ITEM} }} }} }} }}"""
    found = (await client.query(query, **given))["portal"]["items"]
    nodes: list[Json] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def codes(client: Guest, mutation: str, **given: Any) -> list[tuple[str, list[str] | None]]:
    """With what a mutation of the portal is refused, and where."""
    payload = await client.payload(mutation, **given)
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def done(client: Guest, mutation: str, **given: Any) -> Json:
    """The item that a mutation of the portal answers."""
    payload = await client.payload(mutation, f"item {{ {PORTAL_ITEM} }}", **given)
    assert payload["errors"] == [], payload["errors"]
    item: Json = payload["item"]
    return item
