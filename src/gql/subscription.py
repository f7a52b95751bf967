"""The root of subscriptions."""

import strawberry

from gql.fields import Arg, followed, streamed
from gql.inputs.jobs import JobFilter
from gql.types.boards import BoardEvent
from gql.types.presence import Presence
from resolvers import changes, presence


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
        after=Arg(
            str | None, "The cursor to go on from, that of the board or of the last event; now if left out.", None
        ),
    )
    presence: Presence = streamed(
        presence.presence,
        "Who else looks at a board or a job: first, at once, who is there, then whenever others come or go. Whoever "
        "subscribes is shown to the others, as long as the subscription lasts and once, however many they have. It has "
        "no cursor. While Redis is away only those of the same server process are shown.",
        node_id=Arg(strawberry.ID, "The pipeline or the job."),
    )
