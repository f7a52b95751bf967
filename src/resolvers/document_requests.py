"""Document requests: what is wanted, and what was given."""

from collections.abc import Sequence
from typing import Final

from engine.enums import AccessRight, ItemKind
from engine.items import reviewing
from engine.items.rules import kinds
from resolvers import accounts, firms, items
from resolvers import documents as papers_of_firm
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch, right
from store.database import Row
from store.reads import requests as reads

_MANAGES: Final = right(AccessRight.MANAGE_DOCUMENTS)


@batch(may=WITH_PARENT, depends=Depends.RIGHTS)
async def details(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Requests for who may manage them: others see title, kind and state (AC3)."""
    if not kinds()[ItemKind.DOCUMENT_REQUEST].permits(context.viewer):
        return [None] * len(rows)
    found = await reads.submitted(context.db, context.firm_id, {row["id"] for row in rows})
    return [found[row["id"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def lines(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """What requests want, in order."""
    found = await reads.lines(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def documents(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """What was given for lines, as it came."""
    found = await reads.documents(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def papers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The documents that were given, as far as the viewer sees them."""
    return await papers_of_firm.by_ids(context, [row["document_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def givers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Clients who gave documents, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [row["contact_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def reviewers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Members who accepted documents, or sent them back."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


accept_document = command(reviewing.accept_document, "item", items.by_ids, may=_MANAGES)
return_document = command(reviewing.return_document, "item", items.by_ids, may=_MANAGES)
