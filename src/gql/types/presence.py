"""Who looks at what at this moment."""

from datetime import datetime

import strawberry

from gql.fields import plain
from gql.types.node import Node
from gql.types.people import Member


@strawberry.type(description="A member who looks at the same thing.")
class PresenceViewer:
    """Somebody else who looks."""

    member: Member = plain("Who.")
    since: datetime = plain("Since when without a pause, in however many windows.")


@strawberry.type(
    description="Who else looks at a board or a job at this moment. It replaces what was told before, and has no "
    "cursor: whoever comes back is told anew."
)
class Presence:
    """Those who look."""

    node: Node = plain("What is looked at: a pipeline or a job, as it was when this was sent.")
    viewers: list[PresenceViewer] = plain(
        "Other members who look at it, each once, those first who have looked for longest; at most 200."
    )
    viewer_count: int = plain("How many other members look at it, also those who are not listed.")
