"""What clients sign and approve (AC5)."""

from collections.abc import Sequence

from engine.items import approvals, signature_requests, signing
from engine.items.signing import Sign
from resolvers import portal
from resolvers import signing as members
from resolvers.context import Context
from resolvers.declare import CLIENT, WITH_PARENT, Depends, Payload, batch, mutation
from resolvers.lookup import in_order
from resolvers.portal_items import by_ids
from store.database import Row
from store.reads import approvals as answer_reads
from store.reads import portal as portal_reads
from store.reads import signing as reads


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def signers(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Who is to sign items of the client's, and has."""
    found = await reads.signers(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def are_me(context: Context, rows: Sequence[Row]) -> list[bool]:
    """Whether signers are the client."""
    return [row["contact_id"] == context.client.contact_id for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def texts(context: Context, rows: Sequence[Row]) -> list[str]:
    """What is signed of items."""
    return await members.signed(context, rows)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def digests(context: Context, rows: Sequence[Row]) -> list[str]:
    """The SHA-256 of that."""
    return [signing.digest(text) for text in await members.signed(context, rows)]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def words(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """What items say about their documents."""
    return [members.content(row).text for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def documents(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The documents that items are about, as far as they are shared with the client."""
    ids = [members.content(row).document_id for row in rows]
    found = await portal_reads.documents(context.db, context.firm_id, set(ids), lambda p: portal.shared(context, p))
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def answers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The last answers to approvals."""
    found = await answer_reads.answers(context.db, context.firm_id, {row["id"] for row in rows})
    return in_order(found, [row["id"] for row in rows])


@mutation(may=CLIENT)
async def sign_document(context: Context, given: Sign) -> Payload:
    """Signs a document."""
    item_id = await context.perform_as_client(signature_requests.sign_document, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def answer_approval(context: Context, given: approvals.AnswerApproval) -> Payload:
    """Approves a document, or does not."""
    item_id = await context.perform_as_client(approvals.answer_approval, given)
    return {"item": (await by_ids(context, [item_id]))[0]}
