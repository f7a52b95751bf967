"""Who looks at a stream: the viewer's access as sets, by which sight is rolled through the log (AC4)."""

from engine.access import JobKey, Sight
from live.sight import Access, Key, Onlooker
from resolvers.context import Context
from store.writes import links


async def onlooker(context: Context) -> Onlooker:
    """The viewer, as they see jobs now."""
    viewer = context.viewer
    me = viewer.member_id
    accounts = [] if viewer.sees_all_accounts else await _mine(context, "member_accounts", "account_id")
    pipelines = [] if viewer.manages else await _mine(context, "pipeline_members", "pipeline_id")

    def sees(key: Key, access: Access) -> bool:
        listed = viewer.manages or key["pipeline"] in access.pipelines
        return listed and Sight(me, viewer.sees_all_accounts, access.accounts).sees(JobKey.of(key))

    return Onlooker(me, Access(frozenset(accounts), frozenset(pipelines)), sees)


async def _mine(context: Context, table: str, column: str) -> list[str]:
    owner = ("member_id", context.viewer.member_id)
    return await links.targets(context.db, table, context.firm_id, owner, column)
