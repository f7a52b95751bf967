"""Custom fields of accounts, and their values."""

from collections.abc import Sequence

from engine import access
from engine.enums import AccessRight
from engine.firm import custom_fields
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.lookup import in_order, present
from store.database import Row
from store.reads import custom_fields as reads
from store.reads import things


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Custom fields of the firm, which every member may know; not so the values."""
    found = await reads.by_ids(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


@query(may=READER, depends=Depends.NONE)
async def every(context: Context) -> list[Row]:
    """The firm's custom fields."""
    return await reads.every(context.db, context.firm_id)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_values(context: Context, values: Sequence[Row]) -> list[Row | None]:
    """The fields of values."""
    return await by_ids(context, [value["field_id"] for value in values])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_accounts(context: Context, rows: Sequence[Row]) -> list[Sequence[Row] | None]:
    """The values of accounts; null without access to the whole account (AC3)."""
    seen = await things.accounts_seen(
        context.db,
        context.firm_id,
        {row["id"] for row in rows},
        lambda p: access.sees_account(context.viewer, p, "a.id"),
    )
    found = await reads.values_of_accounts(context.db, context.firm_id, seen)
    return [found.get(row["id"], ()) if row["id"] in seen else None for row in rows]


_ACCOUNTS = right(AccessRight.MANAGE_ACCOUNTS)

create_custom_field = command(custom_fields.create_custom_field, "custom_field", by_ids, may=_ACCOUNTS)
update_custom_field = command(custom_fields.update_custom_field, "custom_field", by_ids, may=_ACCOUNTS)
delete_custom_field = removal(custom_fields.delete_custom_field, may=_ACCOUNTS)
