"""What is shown beside jobs on every screen: names of accounts, members, pipelines and stages (LV7)."""

from collections.abc import Collection

from engine import access
from resolvers import pipelines
from resolvers.context import Context
from resolvers.log_pages import Change
from store.reads import things


async def accounts(context: Context, ids: Collection[str]) -> list[Change]:
    """Changed accounts, of those that the viewer may name."""
    rows = await things.accounts(
        context.db, context.firm_id, ids, lambda p: access.names_account(context.viewer, p, "a.id")
    )
    return [{"__typename": "AccountChanged", "account": rows[account_id]} for account_id in sorted(rows)]


async def members(context: Context, ids: Collection[str]) -> list[Change]:
    """Changed members: colleagues know each other."""
    rows = await things.members(context.db, context.firm_id, ids) if ids else {}
    return [{"__typename": "MemberChanged", "member": rows[member_id]} for member_id in sorted(rows)]


async def pipelines_of(context: Context, ids: Collection[str]) -> list[Change]:
    """Changed pipelines, of those that the viewer sees."""
    rows = await pipelines.by_ids(context, sorted(ids)) if ids else []
    return [{"__typename": "PipelineChanged", "pipeline": row} for row in rows if row is not None]
