"""Signature requests and approvals, as members see them: documents, who signs, and what it is that they sign."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.enums import ItemKind
from engine.items import contents, signing
from engine.items.rules import kinds
from resolvers import accounts, documents
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from resolvers.lookup import in_order
from store.database import Row
from store.reads import approvals as answer_reads
from store.reads import signing as reads


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def signers(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Who is to sign items, and has."""
    found = await reads.signers(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def contacts(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The contacts who sign or answer, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [row["contact_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def texts(context: Context, rows: Sequence[Row]) -> list[str]:
    """What is signed of items."""
    return await signed(context, rows)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def digests(context: Context, rows: Sequence[Row]) -> list[str]:
    """The SHA-256 of that."""
    return [signing.digest(text) for text in await signed(context, rows)]


async def signed(context: Context, rows: Sequence[Row]) -> list[str]:
    """What is signed of items, whoever asks."""
    found = await signing.texts(context.db, context.firm_id, rows)
    return [found[row["id"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def documents_of(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Row | None]:
    """The documents that contents name, as far as the viewer sees them."""
    return await documents.by_ids(context, [row["document_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def answers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The last answers to approvals."""
    found = await answer_reads.answers(context.db, context.firm_id, {row["id"] for row in rows})
    return in_order(found, [row["id"] for row in rows])


def content(row: Row) -> Any:
    """What an item holds."""
    return contents.loaded(kinds()[ItemKind(row["kind"])], row)
