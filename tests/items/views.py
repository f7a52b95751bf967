"""Items for clients, as members and clients look at them."""

from __future__ import annotations

from typing import Any

from tests.portal.kit import Guest
from tests.support.api import Client, Json
from tests.support.desk import Desk

ITEM = """id kind title state open dueDate sending { sentAt closedAt }
  ... on SignatureRequest { details { signedContent contentSha256 content { text document { id } }
    signers { name contact { id } signedName signedAt address sha256 } } }
  ... on Proposal { details { currency totals { billing net tax total } signedContent contentSha256 invoice { id }
    content { introduction terms invoicesOnAcceptance services { name description price billing taxRate } }
    signers { name contact { id } signedName signedAt address sha256 declinedAt declineReason } } }
  ... on Approval { details { content { text document { id } }
    answer { approved comment name contact { id } answeredAt } } }"""
PORTAL_ITEM = """id kind title state open
  ... on PortalSignatureRequest { text document { id name } signedContent contentSha256
    signers { name isOneself signedName signedAt } }
  ... on PortalProposal { currency totals { billing net tax total } signedContent contentSha256
    content { introduction terms invoicesOnAcceptance services { name description price billing taxRate } }
    signers { name isOneself signedName signedAt declinedAt } }
  ... on PortalApproval { text document { id name } answer { approved comment name answeredAt } }"""


async def item(client: Client, item_id: str, selection: str = ITEM) -> Json:
    """An item as a member sees it."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on ClientItem {{ {selection} }} }} }}"
    found: Json = (await client.query(query, id=item_id))["node"]
    return found


async def shown(guest: Guest, item_id: str, selection: str = PORTAL_ITEM) -> Any:
    """An item as a client sees it; None where it is not theirs."""
    query = f"query ($id: ID!) {{ portal {{ item(id: $id) {{ {selection} }} }} }}"
    return (await guest.query(query, id=item_id))["portal"]["item"]


async def made(desk: Desk, content: Json, **given: Any) -> str:
    """An item made by hand, for the shop's account unless said otherwise; answers its id."""
    place = {} if "jobId" in given else {"accountId": desk.shop.account}
    wanted = {"title": "Please", "content": content, **place, **given}
    return str((await desk.owner.do("createItem", "item { id }", **wanted))["id"])


async def refusal(guest: Guest, mutation: str, **given: Any) -> tuple[str, list[str] | None]:
    """With what code, and for which part of the input, a client is refused; the one refusal there is."""
    [error] = (await guest.payload(mutation, **given))["errors"]
    return error["code"], error["path"]


async def told(desk: Desk, client: Client | None = None) -> list[str]:
    """What clients have answered, as a member is told of it, the newest first."""
    query = "{ viewer { notifications { nodes { kind text } } } }"
    found = (await (client or desk.owner).query(query))["viewer"]["notifications"]["nodes"]
    return [one["text"] for one in found if one["kind"] == "ITEM_ANSWERED"]


async def stage(desk: Desk, job_id: str) -> int:
    """The number of the stage in which a job is, once all that is due has been done."""
    await desk.work()
    job = (await desk.owner.query("query ($id: ID!) { job(id: $id) { stage { id } } }", id=job_id))["job"]
    return desk.shop.stages.index(job["stage"]["id"])
