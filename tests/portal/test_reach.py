"""AC5: no path leads from the portal to what is for members, and no token of a client opens anything else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type

from store.database import Database
from tests.access.digest import Unchanged
from tests.access.schema_ids import mutation_rules, portal_mutations, schema
from tests.access.test_declared_rules import ASKED
from tests.access.world import Firm, open_firm, works
from tests.portal.kit import Guest, guest
from tests.support.api import Shop, running_api
from tests.support.databases import Wiper
from tests.support.desk import Desk
from tests.support.mail import post_office

ROOTS = ("Portal", "PortalEvent")
KNOWN = {
    "Portal",
    "PortalAccount",
    "PortalAccountChanged",
    "PortalApproval",
    "PortalApprovalAnswer",
    "PortalChange",
    "PortalContact",
    "PortalDocument",
    "PortalDocumentChanged",
    "PortalDocumentConnection",
    "PortalDocumentEdge",
    "PortalDocumentRemoved",
    "PortalDocumentRequest",
    "PortalDocumentRequestLine",
    "PortalDoor",
    "PortalError",
    "PortalEvent",
    "PortalClientTask",
    "PortalFirm",
    "PortalInvoice",
    "PortalInvoiceDetails",
    "PortalInvoiceLine",
    "PortalInvoicePayment",
    "PortalInvoiceTax",
    "PortalItem",
    "PortalItemChanged",
    "PortalItemConnection",
    "PortalItemEdge",
    "PortalItemPayload",
    "PortalItemRemoved",
    "PortalMessage",
    "PortalMessageConnection",
    "PortalMessageEdge",
    "PortalMessageThread",
    "PortalOrganizer",
    "PortalOrganizerAnswer",
    "PortalOrganizerQuestion",
    "PortalOrganizerSection",
    "PortalRequestedDocument",
    "PortalProposal",
    "PortalSignatureRequest",
    "PortalSigner",
    "PortalWork",
    "PortalWorkChanged",
    "PortalWorkConnection",
    "PortalWorkEdge",
    "PortalWorkRemoved",
    "PageInfo",
    "ProposalContent",
    "ProposalService",
    "ProposalTotal",
    "StreamReset",
    "EnterPortalPayload",
    "LeavePortalPayload",
    "PortalPayload",
    "RequestPortalLinkPayload",
    "RequestPortalUploadPayload",
}
"""All that clients can reach. Look twice before adding to it."""


def reached() -> set[str]:
    """The types to which a path leads from what clients ask, are told, and are answered."""
    root = schema().mutation_type
    assert root is not None
    payloads = [get_named_type(root.fields[name].type).name for name in portal_mutations()]
    found: set[str] = set()
    waiting = [*ROOTS, *payloads]
    while waiting:
        kind = schema().type_map[waiting.pop()]
        if kind.name in found or is_leaf_type(kind):
            continue
        found.add(kind.name)
        if is_abstract_type(kind):
            waiting += [member.name for member in schema().get_possible_types(kind)]
        else:
            assert isinstance(kind, GraphQLObjectType)
            assert {one.name for one in kind.interfaces} <= {"PortalItem"}, (
                kind.name
            )  # one would lead to all that have it
            waiting += [get_named_type(field.type).name for field in kind.fields.values()]
    return found


def test_no_path_leads_from_the_portal_to_what_is_for_members() -> None:
    """Pipelines, stages, jobs, tags, members, comments: none of them, nor an interface that leads there."""
    assert reached() == KNOWN
    for name in ("Pipeline", "Stage", "Job", "Tag", "Comment", "Member", "Account", "Contact", "Node", "Cause"):
        assert name in schema().type_map
        assert name not in KNOWN


@dataclass
class Street:
    """A firm with one of everything, a client of the account that is called shown, and one of no account."""

    firm: Firm
    ann: Guest
    lone: Guest
    database: Database

    @property
    def clients(self) -> tuple[Guest, Guest]:
        """Both clients."""
        return self.ann, self.lone


@pytest.fixture(scope="module")
async def street(shared_database: tuple[Database, Wiper]) -> AsyncIterator[Street]:
    """Made once: these tests change nothing."""
    database, wiper = shared_database
    await wiper.wipe()
    async with running_api(database) as api, post_office() as office:
        firm = await open_firm(api)
        await firm.owner.do("updateFirm", holdsClientMail=False)
        desk = Desk(Shop(firm.owner, "", "", []), office, database)
        for name, status in (("shown", "clientstatus"), ("hidden", "clientstatus"), ("below", "clientstatus_spare")):
            given = {"jobId": firm.one[f"job_{name}"], "clientStatusId": firm.one[status]}
            await firm.owner.do("setClientStatus", **given)
        ann, lone = await guest(desk, "Ann", firm.one["account_shown"]), await guest(desk, "Lone", account=False)
        yield Street(firm, ann, lone, database)


async def test_a_client_reads_nothing_of_what_is_for_members(street: Street) -> None:
    """Every field of the root but the portal, the cursor and oneself is refused."""
    root = schema().query_type
    assert root is not None
    assert set(root.fields) == {*ASKED, "viewer"}
    for client in street.clients:
        for field, asked in ASKED.items():
            answer = await client.answer(f"{{ {asked} }}")
            if field in {"portal", "cursor"}:
                assert "errors" not in answer
            else:
                assert answer["data"] == (None if field == "nodes" else {field: None})
                assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]
        own = "{ viewer { user { email } contact { name } member { id } rights } }"
        assert (await client.query(own))["viewer"]["member"] is None
        for more in (
            "unreadCount",
            "notifications { totalCount }",
            "notificationPreferences { email }",
            "apiTokens { id }",
            "contact { accounts { totalCount } }",
        ):
            answer = await client.answer(f"{{ viewer {{ {more} }} }}")
            assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}], more


@pytest.mark.parametrize("mutation", sorted(set(mutation_rules()) - {"login", "acceptInvitation"}))
async def test_a_client_changes_nothing_of_what_is_for_members(street: Street, mutation: str) -> None:
    """Whatever input would do for a member."""
    name = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"mutation ($input: {name}) {{ it: {mutation}(input: $input) {{ errors {{ code path message }} }} }}"
    given = {"logout": {}}.get(mutation) or works(street.firm)[mutation]
    async with Unchanged(street.database):
        for client in street.clients:
            errors = (await client.query(document, input=given))["it"]["errors"]
            message = "This is for members of the firm. Clients ask `portal`."
            assert errors == [{"code": "FORBIDDEN", "path": None, "message": message}]


ONESELF = {
    "user.id", "user.email", "user.name", "contact.id", "contact.name", "contact.email", "contact.phone",
    "contact.notifications", "contact.timeZone",
    "contact.version", "contact.createdAt", "contact.updatedAt", "contact.portalAccess", "contact.joinedAt",
    "member.id", "rights",
}  # fmt: skip
"""All that ``viewer`` answers a client without a refusal: types of members stand there. Look twice before adding."""


def leaves(kind: str, depth: int = 2) -> list[tuple[str, ...]]:
    """The paths from a type to what may be selected without an argument."""
    fields = getattr(schema().type_map[kind], "fields", {})
    found: list[tuple[str, ...]] = []
    for name, field in fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            found.append((name,))
        elif depth:
            found += [(name, *rest) for rest in leaves(inner.name, depth - 1)]
    return found


async def test_viewer_tells_clients_of_themselves_and_nothing_else(street: Street) -> None:
    """AC5: whatever members find there, today and later."""
    for client in street.clients:
        answered = set()
        for path in leaves("Viewer"):
            answer = await client.answer(f"{{ viewer {{ {' { '.join(path)}{' }' * (len(path) - 1)} }} }}")
            if "errors" not in answer:
                answered.add("member.id" if path[0] == "member" else ".".join(path))
                assert path[0] != "member" or answer["data"]["viewer"]["member"] is None
            else:
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"], path
        assert answered == ONESELF


STREAMS = {
    "boardEvents": ("boardEvents(pipelineId: $id) { cursor }", "pipeline_shown"),
    "jobEvents": ("jobEvents(jobId: $id) { cursor }", "job_shown"),
    "myWorkEvents": ("myWorkEvents { cursor } ", None),
    "dashboardEvents": ("dashboardEvents { cursor }", None),
    "bulkEvents": ("bulkEvents(operationId: $id) { cursor }", "bulk_shown"),
    "presence": ("presence(nodeId: $id) { viewers { member { id } } }", "pipeline_shown"),
}


@pytest.mark.parametrize("stream", STREAMS)
async def test_a_client_follows_nothing_of_what_is_for_members(street: Street, stream: str) -> None:
    """As a stream, and as a query of what has happened."""
    root = schema().subscription_type
    assert root is not None
    assert set(root.fields) == {*STREAMS, "portalEvents"}
    asked, thing = STREAMS[stream]
    variables = {"id": street.firm.one[thing]} if thing else {}
    for client in street.clients:
        document = f"subscription {'($id: ID!) ' if thing else ''}{{ {asked} }}"
        headers = {"authorization": f"Bearer {client.token}", "accept": "text/event-stream"}
        answer = await client.http.post(
            "/graphql/stream", json={"query": document, "variables": variables}, headers=headers
        )
        assert '"code":"FORBIDDEN"' in answer.text
        assert 'cursor":' not in answer.text


async def test_the_pages_of_members_streams_are_refused(street: Street) -> None:
    """LV4: the same over ``changes``; and the portal's to members."""
    one = street.firm.one
    cursor = (await street.ann.query("{ cursor }"))["cursor"]
    document = "query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { cursor } }"
    streams = [
        {"board": {"pipelineId": one["pipeline_shown"]}},
        {"job": {"jobId": one["job_shown"]}},
        {"myWork": {}},
        {"dashboard": {}},
    ]
    for stream in streams:
        answer = await street.ann.answer(document, stream=stream, after=cursor)
        assert answer["data"] == {"changes": None}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]
    answer = await street.firm.owner.answer(document, stream={"portal": {}}, after=cursor)
    assert answer["data"] == {"changes": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]


WHOLE = """{ portal { firm { name email timeZone currency } contact { id name email phone hasPassword }
  accounts { id name }
  works { totalCount edges { cursor node { id name color description account { id name } } } } } }"""


async def test_a_client_sees_what_is_said_of_their_own_accounts_and_nothing_else(street: Street) -> None:
    """No id and no name of anything else turns up; a job is no more than where it stands."""
    one = street.firm.one
    shown = (await street.ann.query(WHOLE))["portal"]
    works_shown = [edge["node"] for edge in shown["works"]["edges"]]
    assert {(work["id"], work["name"]) for work in works_shown} == {
        (one["job_shown"], "Status"),
        (one["job_below"], "Status_spare"),
    }
    assert {work["account"]["name"] for work in works_shown} == {"Shown"}
    assert [account["name"] for account in shown["accounts"]] == ["Shown"]
    said = str(shown)
    for name, thing in one.items():
        if thing not in {one["job_shown"], one["job_below"], one["account_shown"]}:
            assert thing not in said, name
    for word in ("Job", "Preparer", "Owner", "First", "Hidden"):
        assert word not in said
    lone = (await street.lone.query(WHOLE))["portal"]
    assert (lone["accounts"], lone["works"]) == ([], {"totalCount": 0, "edges": []})


async def test_an_account_that_is_not_the_clients_own_is_none(street: Street) -> None:
    """AC4: as one that does not exist, as a filter, as a stream, and as a page of it."""
    one = street.firm.one
    filtered = "query ($id: ID) { portal { works(accountId: $id) { totalCount } } }"
    assert (await street.ann.query(filtered, id=one["account_shown"]))["portal"]["works"]["totalCount"] == 2
    cursor = (await street.ann.query("{ cursor }"))["cursor"]
    pages = (
        "query ($id: ID, $after: String!) { changes(stream: { portal: { accountId: $id } }, after: $after) { cursor } }"
    )
    assert (await street.ann.query(pages, id=one["account_shown"], after=cursor))["changes"]["cursor"] == cursor
    told = []
    for account in (one["account_hidden"], "account_none", "", one["job_shown"]):
        assert (await street.ann.query(filtered, id=account))["portal"]["works"]["totalCount"] == 0
        answer = await street.ann.answer(pages, id=account, after=cursor)
        told += [(error["message"], error["extensions"]["code"]) for error in answer["errors"]]
    assert set(told) == {("There is no such account.", "NOT_FOUND")}
    assert len(told) == 4
