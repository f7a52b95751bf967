"""The root of subscriptions."""

import strawberry

from gql.fields import Arg, followed, streamed
from gql.inputs.jobs import JobFilter
from gql.types.boards import BoardEvent
from gql.types.bulk import BulkEvent
from gql.types.dashboards import DashboardEvent
from gql.types.portal import PortalEvent
from gql.types.presence import Presence
from gql.types.streams import JobEvent, MyWorkEvent
from resolvers import changes, presence
from resolvers.my_work_changes import MyWorkPart

_AFTER = Arg(str | None, "The cursor to go on from, that of a query or of the last event; now if left out.", None)


@strawberry.type(
    description="Everything that can be followed: over WebSocket (graphql-transport-ws), or over Server-Sent Events."
)
class Subscription:
    """Subscriptions."""

    board_events: BoardEvent = followed(
        changes.board_events,
        "A board's changes: first, at once, all since the cursor joined into one event, empty if there are none; then "
        "what happens. After a lost connection subscribe again after the cursor of the last event. Events show the "
        "state now: apply them to what is drawn. What a card shows of the job, its account's name and tags, members' "
        "names, stages and statuses is live, and so is its being overdue; other parts of the account are as they were "
        "when the event was sent.",
        pipeline_id=Arg(strawberry.ID, "The pipeline."),
        filter=Arg(JobFilter | None, "The filter with which the board was asked for.", None),
        after=_AFTER,
    )
    job_events: JobEvent = followed(
        changes.job_events,
        "The changes of one job and of what belongs to it: its items, comments and turns of automations, and the names "
        "beside them; its stays and its history go with it. Events come as those of boards do. Once the job is not "
        "seen any more, nothing comes until it is again, and then a reset.",
        job_id=Arg(strawberry.ID, "The job."),
        after=_AFTER,
    )
    my_work_events: MyWorkEvent = followed(
        changes.my_work_events,
        "The changes of what one has to do and to know: tasks and jobs assigned to one, with the names beside them, "
        "and notifications. Events come as those of boards do.",
        parts=Arg(list[MyWorkPart] | None, "Only these parts of it; all if left out.", None),
        after=_AFTER,
    )
    dashboard_events: DashboardEvent = followed(
        changes.dashboard_events,
        "The changes of a dashboard: the counts of pipelines in which something has changed that one sees. Events come "
        "as those of boards do. Names of pipelines and stages are live with their counts.",
        pipeline_ids=Arg(
            list[strawberry.ID] | None, "Only these pipelines, at most 100; all in use if left out.", None
        ),
        after=_AFTER,
    )
    bulk_events: BulkEvent = followed(
        changes.bulk_events,
        "The progress of a bulk operation, which is shown as it is now whenever a chunk of it is done, and when it is "
        "over. Events come as those of boards do.",
        operation_id=Arg(strawberry.ID, "The operation."),
        after=_AFTER,
    )
    portal_events: PortalEvent = followed(
        changes.portal_events,
        "The changes of one's portal: where works stand, and the names of accounts. Events come as those of boards do. "
        "Where one is given other accounts, or the firm says something else of itself, there is a reset.",
        account_id=Arg(strawberry.ID | None, "Only what is of this account.", None),
        after=_AFTER,
    )
    presence: Presence = streamed(
        presence.presence,
        "Who else looks at a board or a job: first, at once, who is there, then whenever others come or go. Whoever "
        "subscribes is shown to the others, as long as the subscription lasts and once, however many they have. It has "
        "no cursor. While Redis is away only those of the same server process are shown.",
        node_id=Arg(strawberry.ID, "The pipeline or the job."),
    )
