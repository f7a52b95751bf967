"""Organizers as members see them: what was asked, and what was answered."""

from collections.abc import Sequence

from engine.enums import AccessRight
from engine.items import organizers
from resolvers import accounts, documents, items
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch, right
from resolvers.questionnaires import Drawn, drawn
from store.database import Row


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def sections(context: Context, rows: Sequence[Row]) -> list[list[Drawn]]:
    """The sections of organizers. What was answered to questions that are not shown counts for nothing."""
    return await drawn(context, rows, hidden=False)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def documents_of(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The documents that answers name, as far as the viewer sees them."""
    found = await documents.by_ids(context, [one for row in rows for one in row["document_ids"]])
    known = {row["id"]: row for row in found if row is not None}
    return [[known[one] for one in row["document_ids"] if one in known] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def authors(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who answered, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [row["answered_by"] for row in rows])


seal_organizer = command(organizers.seal_organizer, "item", items.by_ids, may=right(AccessRight.MANAGE_ORGANIZERS))
