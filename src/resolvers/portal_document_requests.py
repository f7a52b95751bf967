"""What clients give for document requests, and see of them (AC5)."""

from collections.abc import Sequence
from datetime import datetime

from engine.items import handing_in
from resolvers.context import Context
from resolvers.declare import CLIENT, WITH_PARENT, Depends, Payload, batch, mutation
from resolvers.lookup import in_order
from resolvers.portal import shared
from resolvers.portal_items import by_ids
from store.database import Row
from store.reads import portal as portal_reads
from store.reads import requests as reads


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def submitted(context: Context, rows: Sequence[Row]) -> list[datetime | None]:
    """When clients have said that it is all."""
    found = await reads.submitted(context.db, context.firm_id, {row["id"] for row in rows})
    return [found[row["id"]]["submitted_at"] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def papers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The documents that were given, where they are shared with the client still."""
    ids = [row["document_id"] for row in rows]
    found = await portal_reads.documents(context.db, context.firm_id, ids, lambda p: shared(context, p))
    return in_order(found, ids)


@mutation(may=CLIENT)
async def attach_document(context: Context, given: handing_in.AttachDocument) -> Payload:
    """Gives a document."""
    item_id = await context.perform_as_client(handing_in.attach_document, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def detach_document(context: Context, given: handing_in.DetachDocument) -> Payload:
    """Takes a document back."""
    item_id = await context.perform_as_client(handing_in.detach_document, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def submit_documents(context: Context, given: handing_in.SubmitDocuments) -> Payload:
    """Says that it is all."""
    item_id = await context.perform_as_client(handing_in.submit_documents, given)
    return {"item": (await by_ids(context, [item_id]))[0]}
