"""What a range of the log means for a dashboard: pipelines to count again, and to take away (LV5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from engine import access
from live.sight import Onlooker, Story, story
from resolvers import dashboards
from resolvers.context import Context
from resolvers.dashboards import DashboardStream
from resolvers.declare import Depends
from resolvers.log_pages import Change
from resolvers.onlookers import onlooker
from store.database import Row
from store.reads import streams
from store.reads.log import LoggedEvent
from store.sql import Params

_MEANT: Final = frozenset({"job", "member", "pipeline", "clock", "firm"})


@dataclass(slots=True)
class DashboardSource:
    """A dashboard as a source of events. ``path`` is the argument that names its pipelines."""

    stream: DashboardStream
    path: tuple[str, ...]
    typename: str = "DashboardEvent"
    depends: Depends = Depends.NONE
    in_one_pipeline: bool = False
    pipelines: dict[str, Row] = field(default_factory=dict, init=False)

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """Jobs, whatever the viewer sees of them, pipelines, and the clock."""
        return any(change["type"] in _MEANT for event in events for change in event.changes)

    async def begin(self, context: Context, *, told: bool) -> None:
        """Finds the pipelines; what the viewer does not see of those named is left out (AC4). Raises Refused."""
        self.stream.check(*self.path)
        self.pipelines = {row["id"]: row for row in await dashboards.shown(context, self.stream, self.path)}

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether the viewer's rights, accounts or pipelines changed."""
        return await streams.own_sight_changed(context.db, context.firm_id, after, context.viewer.member_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the viewer is to be shown of the events; None where querying again is better."""
        who = await onlooker(context)
        found = story(events, who)
        if found.rights or found.time_zone:
            return None
        changed = await self._changed(context, found)
        rows = [self.pipelines[one] for one in self.pipelines if one in changed]
        counted = await dashboards.counted(context, rows) if rows else []
        shown: list[Change] = [{"__typename": "PipelineCountsChanged", "counts": one} for one in counted]
        gone = _were_there(context, who, found) & self._may_show(found) - self.pipelines.keys()
        return shown + [{"__typename": "PipelineCountsRemoved", "pipeline_id": one} for one in sorted(gone)]

    def _may_show(self, found: Story) -> set[str]:
        """Of the pipelines that changed those that the dashboard shows where they are seen and in use."""
        named = self.stream.pipeline_ids
        return found.of("pipeline") if named is None else found.of("pipeline") & set(named)

    async def _changed(self, context: Context, found: Story) -> set[str]:
        """Pipelines of which something that the viewer saw or sees was changed."""
        if found.regranted:
            return set(self.pipelines)
        touched = {key["pipeline"] for job_id in found.of("job") for key in found.seen.get(job_id, ())}
        return touched | found.of("pipeline") | await self._became_overdue(context, found)

    async def _became_overdue(self, context: Context, found: Story) -> set[str]:
        since = found.due_since
        if since is None:
            return set()

        def where(p: Params) -> str:
            return f"{streams.became_overdue(p, since, context.today)} AND {access.sees_job(context.viewer, p, 'j')}"

        return await streams.pipelines_of_jobs(context.db, context.firm_id, where)


def _were_there(context: Context, who: Onlooker, found: Story) -> set[str]:
    """Of the pipelines that changed those that the viewer has seen at any moment of the range (AC4)."""
    if context.viewer.manages:
        return found.of("pipeline")
    return found.of("pipeline") & (who.access.pipelines | found.listings)
