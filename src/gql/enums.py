"""The domain's enumerations as GraphQL shows them."""

from enum import Enum

import strawberry

from engine import enums
from engine.automating.delays import JobDate
from live.cursor import ResetReason
from resolvers.my_work_changes import MyWorkPart
from resolvers.orders import JobOrderField, TaskOrderField


def _describe(kind: type[Enum], description: str, **values: str) -> None:
    strawberry.enum(kind, description=description)
    definition = kind.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


_describe(
    enums.Role,
    "What a member is in the firm.",
    OWNER="Sees and manages everything; every firm has at least one.",
    ADMIN="Sees and manages everything, except owners.",
    EMPLOYEE="Sees and does what rights, accounts, pipelines and assignments allow.",
)
_describe(
    enums.AccessRight,
    "What an employee may do beyond working on the jobs they see. Owners and admins may do everything.",
    MANAGE_PIPELINES="Create pipelines; edit those one is on the available-to list of.",
    MANAGE_TEMPLATES="Manage templates.",
    MANAGE_TAGS="Create, change and delete tags.",
    MANAGE_ACCOUNTS="Create accounts; edit accounts, their tags, roles and contacts.",
    VIEW_ALL_ACCOUNTS="See every account of the firm, and every job in the pipelines one sees.",
    MANAGE_INVOICES="Manage invoices.",
    MANAGE_PROPOSALS="Manage proposals.",
    MANAGE_ORGANIZERS="Manage organizers.",
    MANAGE_DOCUMENTS="Manage documents.",
    MANAGE_TIME_BUDGETS="Manage time budgets.",
    MANAGE_RECURRENCES="Manage recurrences.",
    SKIP_AUTOMATIONS="Move jobs without running automations.",
    MANAGE_INTEGRATIONS="Manage webhooks and integrations.",
)
_describe(
    enums.TokenScope,
    "What an API token may be used for; never more than its member may.",
    READ="Queries.",
    WRITE="Mutations of the firm's work.",
    MANAGE="Mutations of members and their access.",
)
_describe(
    enums.Priority,
    "How urgent a job or task is.",
    LOW="Can wait.",
    MEDIUM="As usual.",
    HIGH="Before others.",
    URGENT="Now.",
)
_describe(
    enums.JobState,
    "What a job status means to the engine.",
    ACTIVE="Being worked on; overdue when past its due date.",
    COMPLETED="Done; stays on the board, never overdue.",
    ARCHIVED="Off the board and read-only until unarchived.",
    CUSTOM="A status of the firm's own, such as On hold.",
)
_describe(
    enums.JobSort,
    "In which order a pipeline shows the jobs of a column.",
    MANUAL="By hand: by rank.",
    DUE_DATE="By due date, those without one last.",
    PRIORITY="Most urgent first.",
    NAME="By name.",
    ENTERED_STAGE="Longest in the stage first.",
)
_describe(
    enums.PendingItems,
    "What becomes of open blocking items when a job leaves their stage.",
    KEEP="They stay open and block no more.",
    COMPLETE="They are completed.",
    CANCEL="They are cancelled.",
)
_describe(
    enums.ItemKind,
    "The kinds of action items.",
    TASK="Something for members to do.",
    ORGANIZER="Questions for a client.",
    INVOICE="An invoice for a client to pay.",
    PROPOSAL="A proposal or engagement letter for a client to accept.",
    SIGNATURE_REQUEST="A document for a client to sign.",
    DOCUMENT_REQUEST="Documents for a client to send.",
    APPROVAL="A document for a client to approve.",
    MESSAGE_THREAD="A talk with a client, who may have tasks in it.",
)
_describe(
    enums.QuestionKind,
    "By what a question of an organizer is answered.",
    TEXT="A text.",
    NUMBER="An exact number.",
    DATE="A day.",
    CHOICE="One of its options.",
    CHOICES="One or several of its options.",
    CONFIRMATION="A box to tick.",
    FILE="One or several documents that one has uploaded.",
)
_describe(
    enums.Billing,
    "How often a service is billed.",
    ONCE="Once.",
    MONTHLY="Every month.",
    QUARTERLY="Every three months.",
    YEARLY="Every year.",
)
_describe(
    enums.ItemState,
    "Where an item stands.",
    OPEN="A task that is still to be done.",
    DRAFT="Not sent to its client yet.",
    HELD="Waiting with its e-mails, because the firm holds its mail to clients.",
    SENT="Sent to its client.",
    SEEN="The client has looked at it.",
    STARTED="The client has begun to answer it.",
    DONE="Done.",
    CANCELLED="Not to be done.",
)
_describe(
    enums.TaskStatus,
    "Where a task stands.",
    TO_DO="Not begun.",
    IN_PROGRESS="Begun.",
    COMPLETED="Done.",
    CANCELLED="Not to be done.",
)
_describe(
    enums.CustomFieldKind,
    "What the values of a custom field are. All are given and shown as texts.",
    TEXT="Any text of up to 1,000 characters.",
    NUMBER="A number such as -12.50: up to 15 digits before the point, up to 10 after it.",
    DATE="A day of the calendar such as 2026-01-31.",
    CHOICE="One of the field's choices.",
    YES_NO="YES or NO.",
)
_describe(
    enums.DurationUnit,
    "In what a span of time is counted. Days and longer are those of the calendar in the firm's time zone.",
    MINUTES="Minutes.",
    HOURS="Hours.",
    DAYS="Days.",
    WORKING_DAYS="Days on which the firm works.",
    WEEKS="Weeks of seven days.",
    MONTHS="Months; the 31st becomes the last day of a shorter month.",
)
_describe(
    enums.Weekday,
    "A day of the week.",
    MONDAY="Monday.",
    TUESDAY="Tuesday.",
    WEDNESDAY="Wednesday.",
    THURSDAY="Thursday.",
    FRIDAY="Friday.",
    SATURDAY="Saturday.",
    SUNDAY="Sunday.",
)
_describe(
    enums.Automove,
    "When a stage moves jobs on by itself. The last stage never does.",
    OFF="Never.",
    WHEN_ITEMS_DONE="When all items that block there are done, and there was at least one.",
    WHEN_ITEMS_DONE_OR_NONE="When all items that block there are done, also if there was none.",
)
_describe(
    enums.StatusAutomove,
    "When a custom status makes its jobs active again by itself, in the same stage.",
    OFF="Never.",
    WHEN_ITEMS_DONE="When all blocking items made in that status, in that stage, are done, and there was at least one.",
)
_describe(
    enums.Completion,
    "When a pipeline's last stage completes jobs by itself.",
    NEVER="Never.",
    ON_ENTRY="When they enter it.",
    WHEN_ITEMS_DONE="When all items that block there are done.",
)
_describe(
    enums.CauseKind,
    "What caused a change.",
    MEMBER="A member, by hand.",
    API_TOKEN="A program with a member's API token.",
    CLIENT="A client, in the portal.",
    SYSTEM="The system itself.",
    AUTOMATION="An automation; the actor set it going.",
    AUTOMOVE="Everything that its stage or status waited for was done; the actor did the last of it.",
    RECURRENCE="A recurrence; the actor has made or last edited it.",
    COALESCED="Several causes: changes were joined into one event.",
)
_describe(
    enums.TrashKind,
    "What waits in the trash.",
    JOB="A job that was deleted by itself.",
    ACCOUNT="An account, with its jobs.",
)
_describe(
    enums.BusinessDays,
    "What becomes of an occurrence on a day on which the firm does not work: at the weekend, or on a holiday.",
    AS_IS="It stays on its day.",
    NEXT="It comes on the next working day.",
    PREVIOUS="It comes on the last working day before.",
)
_describe(
    enums.ShiftReason,
    "Why an occurrence is not on its date.",
    WEEKEND="The firm does not work on that day of the week.",
    HOLIDAY="That day is a holiday.",
)
_describe(
    enums.CatchUp,
    "Which occurrences are made up for after an outage, of those whose days have passed without them.",
    ALL="All of them.",
    LATEST="The last, unless another one is due at the same time.",
    SKIP="None.",
)
_describe(
    enums.RecurrenceState,
    "Whether something recurs.",
    ACTIVE="There is a next occurrence.",
    PAUSED="It stands still until somebody resumes it.",
    ENDED="There is no further occurrence.",
)
_describe(
    enums.RecurrenceRunState,
    "Where the making of an occurrence's jobs stands.",
    QUEUED="It is time for it.",
    RUNNING="Its jobs are being made, or are where it was paused.",
    DONE="Every account has got its job.",
    FAILED="Some accounts, or all, have got none. It can be tried again.",
    SKIPPED="It was left out.",
    CANCELLED="The recurrence was deleted before all of it was made.",
)
_describe(
    enums.PortalAccess,
    "Whether a contact may come into the client portal.",
    NONE="No.",
    INVITED="Yes, and they have not yet.",
    JOINED="Yes, and they have.",
)
_describe(
    enums.BulkVerb,
    "What a bulk operation does.",
    CREATE_JOBS="Makes a job for each of many accounts.",
    MOVE_JOBS="Moves jobs to a stage.",
    UPDATE_JOBS="Changes priority, dates and assignees of jobs.",
    UPDATE_JOB_TAGS="Changes the tags of jobs' accounts.",
    SET_JOB_STATUSES="Puts jobs into a status.",
    SET_CLIENT_STATUSES="Gives jobs a client-facing status, or takes it away.",
    ARCHIVE_JOBS="Archives jobs.",
    DELETE_JOBS="Puts jobs into the trash.",
    RESTORE_JOBS="Takes jobs out of the trash.",
)
_describe(
    enums.BulkState,
    "Where a bulk operation stands.",
    RUNNING="The worker goes on with it.",
    COMPLETED="Every job has its result.",
    CANCELLED="It was stopped; what was done stays done.",
)
_describe(
    enums.BulkResultState,
    "What has become of one job of a bulk operation.",
    WAITING="It is still to come.",
    DONE="It was done.",
    FAILED="It was refused; the errors say why. Nothing of it was changed.",
    CANCELLED="The operation was stopped before.",
)
_describe(
    enums.RunState,
    "Where an automation's turn stands.",
    QUEUED="About to be done.",
    RUNNING="Being done.",
    RETRYING="It failed, and is tried again.",
    SCHEDULED="To be done later.",
    HELD="Made, and held back until client mail is released.",
    DONE="Done.",
    SKIPPED="Not done, because its condition did not hold, or by the wish of who moved the job.",
    FAILED="It failed for good: retry or dismiss it.",
    CANCELLED="Not done any more, because the job left the stage or somebody cancelled it.",
    DISMISSED="It failed, and somebody took note.",
)
_describe(
    JobDate,
    "A date of a job.",
    START_DATE="From when it is to be worked on.",
    DUE_DATE="By when it is to be done.",
)
_describe(
    enums.DueKind,
    "What sort of work is due.",
    ADVANCE="To look whether a job goes on by itself.",
    RUN="To run an automation.",
    LIMIT="To mark that a job has been in its stage for too long.",
    EMAIL="To send an e-mail.",
    WEBHOOK="To call a web address.",
    REMINDER="To remind clients of an item.",
    BULK="The next chunk of a bulk operation.",
    RECURRENCE="To make the jobs of a recurrence.",
)
_describe(
    enums.HistoryAction,
    "What happened to a job.",
    CREATED="It was made.",
    UPDATED="Its fields were changed.",
    MOVED="It entered another stage.",
    REORDERED="It got another place in its column.",
    STATUS_CHANGED="It got another status.",
    CLIENT_STATUS_CHANGED="It got another client-facing status, or lost it.",
    ASSIGNEES_CHANGED="Members were assigned or unassigned; from lists those taken off, to those put on.",
    TASK_ADDED="A task was added or linked.",
    TASK_CHANGED="A task of it was changed.",
    ITEM_ADDED="An item for the client was added.",
    ITEM_CHANGED="An item for the client changed.",
    ITEM_REMOVED="An item for the client was unlinked.",
    TASK_REMOVED="A task was unlinked.",
    DOCUMENT_ADDED="A file was added.",
    DOCUMENT_CHANGED="A file of it was renamed, shared with the client or taken back.",
    DOCUMENT_REMOVED="A file of it was deleted.",
    LINKED="It was linked to another job; shown to who sees that one, too.",
    UNLINKED="It was unlinked from another job; shown likewise.",
    TIME_ADDED="Somebody spent time on it.",
    TIME_CHANGED="An entry of time was corrected.",
    TIME_REMOVED="An entry of time was deleted.",
    CLOCKS_CHANGED="Its clocks were stopped, or go on, because its status was told to.",
    AUTOMATION_SET="An automation was retried, cancelled or dismissed by hand.",
    STAGE_OVERDUE="It has been in its stage for longer than the limit.",
    MOVE_UNDONE="Its last move was taken back.",
    DELETED="It was put into the trash, by itself or with its account.",
    RESTORED="It was taken out of the trash.",
)
_describe(
    enums.JobLinkKind,
    "What a job is to another one that it is linked to. Nothing is held up by it.",
    RELATED="The two have to do with each other.",
    BLOCKS="The other one waits for it.",
    BLOCKED_BY="It waits for the other one.",
    DUPLICATES="It is the same work as the other one.",
    DUPLICATED_BY="The other one is the same work.",
)
_describe(
    enums.DocumentState,
    "Whether a document has its content.",
    UPLOADING="It is still to be uploaded.",
    READY="It is there.",
)
_describe(
    enums.ReviewState,
    "What the firm has made of a document that a client has given.",
    WAITING="Nobody has looked at it yet.",
    ACCEPTED="It is what was wanted.",
    RETURNED="It was sent back: the comment says why.",
)
_describe(
    enums.NotificationKind,
    "Why a member is told something.",
    ASSIGNED="They were assigned to a job or a task: the subject says to which.",
    MENTIONED="A comment mentions them.",
    ITEM_ANSWERED="A client has answered an item.",
    JOB_MOVED="A job that they follow was moved to another stage.",
    JOB_STATUS_CHANGED="A job that they follow has another status, and may have been moved as well.",
    JOB_COMPLETED="A job that they follow is completed, and may have been moved as well.",
    COMMENTED="A job that they follow was commented on: the subject is the comment.",
    TIME_BUDGET="Most of the time budget, or all of it, is spent of a job that they are assigned to or follow.",
    AUTOMATION="An automation is to tell them.",
    OVERDUE="The due date of a job or a task that they are assigned to has passed: the subject says of which.",
    STAGE_OVERDUE="A job they are assigned to has been in its stage for longer than that allows.",
    AUTOMATION_FAILED="An automation has failed for a job they are assigned to, or in a pipeline they answer for.",
    AUTOMATION_STOPPED="Automations of a pipeline they answer for set each other going without an end.",
    RECURRENCE_FAILED="A recurrence that they have made or last edited could not make all of its jobs.",
)
_describe(
    enums.WebhookState,
    "Where a webhook's call stands.",
    QUEUED="To be made, or to be tried again.",
    SENT="Made, and accepted by the other server.",
    FAILED="Not accepted, and not tried any more until somebody wants it to be.",
)
_describe(
    enums.EmailState,
    "Where an e-mail stands.",
    HELD="Made while the firm holds client mail back; to be released or discarded.",
    QUEUED="To be sent, or to be tried again.",
    SENT="Accepted by the mail server.",
    FAILED="Refused, or tried in vain; not tried any more until somebody wants it to be.",
    DISCARDED="Never to be sent.",
)
_describe(
    enums.ErrorCode,
    "What was wrong, to switch on.",
    REQUIRED="A value is missing or empty.",
    INVALID="A value makes no sense here.",
    TOO_LONG="A text is too long.",
    TOO_LARGE="A file is larger than the server takes.",
    TYPE_NOT_ALLOWED="A file is of a type that is not kept, or not of the one that its name says.",
    TOO_MANY="A list is too long, or a limit is reached.",
    TOO_FEW="A list is too short, or too little would be left.",
    DATES_REVERSED="A due date is before its start date.",
    NAME_TAKEN="Something else has this name.",
    ID_TAKEN="This id has been used with other content.",
    DEACTIVATED="The member has been deactivated.",
    ARCHIVED="The job or pipeline is archived.",
    IN_TRASH="What it belongs to is in the trash: restore that first.",
    NOT_IN_STAGE="The job is not in the target stage.",
    NOT_ENABLED="The status is not enabled in the pipeline.",
    CANNOT_SEE="A member who is mentioned, or is to follow, does not see the job.",
    MOVE_NOT_ALLOWED="The pipeline does not list this move among the allowed ones.",
    OVER_LIMIT="The stage holds as many jobs as it may.",
    NOTHING_TO_UNDO="The job's last move was not made by hand, or cannot be taken back any more.",
    TOO_LATE="The move was made too long ago to be taken back.",
    ALREADY_SENT="It has left already: what came of a move, such as an e-mail, or what a client has handed in.",
    ALREADY_LINKED="The item is linked to the job, or the task to a job, already; or two jobs in another way.",
    NOT_RUNNING="No timer of the viewer's is running.",
    CLOSED="It is done or cancelled already.",
    PAUSED="It is paused: resume it first.",
    NOT_SENT="Its client has not been sent it yet.",
    PAID="Something of it has been paid: give that back first.",
    TOO_MUCH="More than is left to be paid, or than can be given back.",
    UNREACHABLE="Nobody of the account can be sent anything: invite a contact into the portal first.",
    BUILT_IN="What is built in cannot be changed so.",
    LAST_OWNER="A firm always has an owner.",
    FIRM_REQUIRED="The login belongs to several firms: choose one.",
    UNKNOWN_SHORTCODE="A text holds a shortcode that does not exist.",
    NOT_FOUND="There is no such thing, or not for the viewer.",
    FORBIDDEN="The viewer may not do this.",
    CONFLICT="Another change came first.",
    PENDING_ITEMS="Open blocking items need a choice.",
    IN_USE="It is referred to.",
    UNAUTHENTICATED="Nobody is logged in.",
    SESSION_EXPIRED="The log-in or token has reached its end while something was open under it.",
    SESSION_ENDED="The log-in or token was ended, or its member deactivated, while something was open under it.",
    BAD_CREDENTIALS="E-mail and password do not fit.",
    THROTTLED="Too many tries.",
    BUSY="Too many change the same at the moment.",
    FAILED="It failed for a reason of ours; the log has more.",
    DUPLICATE="There is such a job already; say that another is wanted.",
)
_describe(
    enums.TemplatePart,
    "What a pipeline template brings along, or looks for in the firm.",
    MEMBER="A member; looked for by e-mail address, then by name.",
    PIPELINE="Another pipeline; looked for by its name.",
    STAGE="A stage of another pipeline.",
    ACCOUNT_ROLE="An account role.",
    TAG="A tag.",
    CUSTOM_FIELD="A custom field of accounts.",
    JOB_STATUS="A job status of the firm's own.",
    CLIENT_STATUS="A client-facing status.",
    DOCUMENT="A document of the firm's own; looked for by its name unless it is a text.",
    EMAIL_TEMPLATE="An e-mail template.",
    TASK_TEMPLATE="A task template.",
    JOB_TEMPLATE="A job template.",
    ITEM_TEMPLATE="A template of items for clients.",
)
_describe(
    ResetReason,
    "Why a client has to query again.",
    CURSOR_TOO_OLD="The log no longer reaches back to the cursor.",
    CURSOR_UNKNOWN="The cursor is not of this log: another firm's, or from before a restore.",
    TOO_MANY_CHANGES="So much changed that querying again costs less.",
)
_describe(
    MyWorkPart,
    "A part of one's own work.",
    TASKS="Tasks assigned to one, closed ones included.",
    JOBS="Jobs assigned to one, but archived ones.",
    NOTIFICATIONS="What one is told, and how much of it is unread.",
    TIMER="One's own running timer.",
)
_describe(
    JobOrderField,
    "By what a list of jobs is ordered.",
    NAME="By name, whatever its case.",
    DUE_DATE="By due date; those without one are last in ascending order.",
    PRIORITY="By priority, the least urgent first in ascending order.",
    CREATED_AT="By the time of making.",
    UPDATED_AT="By the time of the last change.",
    ENTERED_STAGE_AT="By the time of entering the stage.",
)


_describe(
    TaskOrderField,
    "By what a list of tasks is ordered.",
    TITLE="By title, whatever its case.",
    DUE_DATE="By due date; those without one are last in ascending order.",
    PRIORITY="By priority, the least urgent first in ascending order.",
    CREATED_AT="By the time of making.",
    UPDATED_AT="By the time of the last change.",
)


@strawberry.enum(description="Why a job left a board.")
class RemovalReason(Enum):
    """Why a job left a board."""

    ARCHIVED = strawberry.enum_value("ARCHIVED", description="It was archived.")
    DELETED = strawberry.enum_value("DELETED", description="It was deleted.")
    MOVED_AWAY = strawberry.enum_value("MOVED_AWAY", description="It went to another pipeline.")
    LEFT_FILTER = strawberry.enum_value(
        "LEFT_FILTER", description="It no longer fits the filter, or its status is not shown."
    )
    NOT_VISIBLE = strawberry.enum_value("NOT_VISIBLE", description="The viewer no longer sees it.")
