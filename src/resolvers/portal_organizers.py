"""Organizers as clients see and answer them."""

from collections.abc import Sequence

from engine.items import organizers
from resolvers.context import Context
from resolvers.declare import CLIENT, WITH_PARENT, Depends, Payload, batch, mutation
from resolvers.portal import shared
from resolvers.portal_items import by_ids
from resolvers.questionnaires import Drawn, drawn
from store.database import Row
from store.reads import portal as reads


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def sections(context: Context, rows: Sequence[Row]) -> list[list[Drawn]]:
    """The sections of organizers, with all answers: those to questions that are not shown are there to come back."""
    return await drawn(context, rows, hidden=True)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def documents_of(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The documents that answers name, as long as they are shared with the client."""
    ids = {one for row in rows for one in row["document_ids"]}
    known = await reads.documents(context.db, context.firm_id, ids, lambda p: shared(context, p)) if ids else {}
    return [[known[one] for one in row["document_ids"] if one in known] for row in rows]


@mutation(may=CLIENT)
async def save_answers(context: Context, given: organizers.SaveAnswers) -> Payload:
    """Keeps answers."""
    item_id = await context.perform_as_client(organizers.save_answers, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def submit_organizer(context: Context, given: organizers.SubmitOrganizer) -> Payload:
    """Submits an organizer."""
    item_id = await context.perform_as_client(organizers.submit_organizer, given)
    return {"item": (await by_ids(context, [item_id]))[0]}
