"""Events of streams other than boards, and pages of any stream (LV4, LV5)."""

from datetime import datetime
from typing import Annotated

import strawberry

from gql.fields import plain
from gql.types.automations import AutomationRun
from gql.types.boards import AccountChanged, BoardEvent, JobRemoved, MemberChanged, PipelineChanged, StreamReset
from gql.types.bulk import BulkEvent
from gql.types.comments import Comment
from gql.types.dashboards import DashboardEvent
from gql.types.documents import Document
from gql.types.items import ActionItem
from gql.types.jobs import Job
from gql.types.notifications import Notification
from gql.types.people import Cause
from gql.types.portal import PortalEvent
from gql.types.tasks import Task
from gql.types.time_entries import TimeEntry


@strawberry.type(
    description="Show the job as it is now, with its links, followers and sums of time. Its stays and its history may "
    "have grown with it."
)
class JobChanged:
    """A job to show."""

    job: Job = plain("The job.")


@strawberry.type(description="Show the item among those of the job, whether it is new to it or was edited.")
class ItemChanged:
    """An item to show."""

    item: ActionItem = plain("The item as it is now.")


@strawberry.type(description="The item does not belong to the job any more.")
class ItemRemoved:
    """An item to take away."""

    item_id: strawberry.ID = plain("Which.")


@strawberry.type(description="A comment was made, edited or deleted: one that was deleted keeps its place.")
class CommentChanged:
    """A comment to show."""

    comment: Comment = plain("The comment as it is now.")


@strawberry.type(description="Show the document among those of the job, whether it is new to it or was changed.")
class DocumentChanged:
    """A document to show."""

    document: Document = plain("The document as it is now.")


@strawberry.type(description="The document was deleted.")
class DocumentRemoved:
    """A document to take away."""

    document_id: strawberry.ID = plain("Which.")


@strawberry.type(
    description="Show the entry of time among those of the job, whether it is new or was changed; the job comes too."
)
class TimeEntryChanged:
    """An entry to show."""

    time_entry: TimeEntry = plain("The entry as it is now.")


@strawberry.type(description="The entry of time was deleted; the job comes too.")
class TimeEntryRemoved:
    """An entry to take away."""

    time_entry_id: strawberry.ID = plain("Which.")


@strawberry.type(description="An automation has its turn, or goes on with it.")
class RunChanged:
    """A turn to show."""

    run: AutomationRun = plain("The turn as it is now.")


JobChange = Annotated[
    JobChanged
    | JobRemoved
    | ItemChanged
    | ItemRemoved
    | CommentChanged
    | DocumentChanged
    | DocumentRemoved
    | TimeEntryChanged
    | TimeEntryRemoved
    | RunChanged
    | PipelineChanged
    | AccountChanged
    | MemberChanged
    | StreamReset,
    strawberry.union("JobChange", description="One thing to do to the screen of a job."),
]


@strawberry.type(
    description="One transaction, or several joined, as the screen of a job sees them. Applying it twice does no harm."
)
class JobEvent:
    """An event of a job."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    cause: Cause = plain("Why it happened.")
    changes: list[JobChange] = plain("What to do to the screen, in order.")


@strawberry.type(description="Show the task among one's own, whether it is new there or was edited, open or not.")
class TaskChanged:
    """A task to show."""

    task: Task = plain("The task as it is now.")


@strawberry.type(description="The task is not assigned to one any more.")
class TaskRemoved:
    """A task to take away."""

    task_id: strawberry.ID = plain("Which.")


@strawberry.type(description="One is told something, has read it, or sees again the job that it is about.")
class NotificationChanged:
    """A notification to show."""

    notification: Notification = plain("The notification as it is now.")


@strawberry.type(description="The notification was taken back, or one does not see its job any more.")
class NotificationRemoved:
    """A notification to take away."""

    notification_id: strawberry.ID = plain("Which.")


@strawberry.type(description="One has marked as read all that one was told so far: mark what is shown and unread.")
class NotificationsRead:
    """A mark on all."""

    read_at: datetime = plain("When.")


@strawberry.type(description="How much is unread now.")
class UnreadCountChanged:
    """A count."""

    unread_count: int = plain("How many of one's notifications are unread.")


@strawberry.type(description="One's own timer was started, changed or stopped.")
class RunningTimerChanged:
    """A timer to show."""

    running_timer: TimeEntry | None = plain("The timer that is running now; null for none.")


MyWorkChange = Annotated[
    TaskChanged
    | TaskRemoved
    | JobChanged
    | JobRemoved
    | NotificationChanged
    | NotificationRemoved
    | NotificationsRead
    | UnreadCountChanged
    | RunningTimerChanged
    | PipelineChanged
    | AccountChanged
    | MemberChanged
    | StreamReset,
    strawberry.union("MyWorkChange", description="One thing to do to the lists of what one has to do and to know."),
]


@strawberry.type(
    description="One transaction, or several joined, as one's own work sees them. Applying it twice does no harm."
)
class MyWorkEvent:
    """An event of one's own work."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    cause: Cause = plain("Why it happened.")
    changes: list[MyWorkChange] = plain("What to do to the lists, in order.")


StreamEvent = Annotated[
    BoardEvent | JobEvent | MyWorkEvent | DashboardEvent | PortalEvent | BulkEvent,
    strawberry.union("StreamEvent", description="An event of the stream asked for."),
]


@strawberry.type(description="A page of a stream.")
class Changes:
    """Events after a cursor."""

    events: list[StreamEvent] = plain("The events, in order.")
    cursor: str = plain("Go on from here.")
    has_more: bool = plain("Whether there is more already.")
