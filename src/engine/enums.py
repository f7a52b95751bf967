"""The domain's enumerations. ``gql`` publishes them under the same names."""

from enum import Enum, StrEnum


class Role(StrEnum):
    """What a member is in the firm (AC1)."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    EMPLOYEE = "EMPLOYEE"


class AccessRight(StrEnum):
    """What an employee may do beyond working on jobs (AC1)."""

    MANAGE_PIPELINES = "MANAGE_PIPELINES"
    MANAGE_TEMPLATES = "MANAGE_TEMPLATES"
    MANAGE_TAGS = "MANAGE_TAGS"
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS"
    VIEW_ALL_ACCOUNTS = "VIEW_ALL_ACCOUNTS"
    MANAGE_INVOICES = "MANAGE_INVOICES"
    MANAGE_PROPOSALS = "MANAGE_PROPOSALS"
    MANAGE_ORGANIZERS = "MANAGE_ORGANIZERS"
    MANAGE_DOCUMENTS = "MANAGE_DOCUMENTS"
    MANAGE_TIME_BUDGETS = "MANAGE_TIME_BUDGETS"
    MANAGE_RECURRENCES = "MANAGE_RECURRENCES"
    SKIP_AUTOMATIONS = "SKIP_AUTOMATIONS"
    MANAGE_INTEGRATIONS = "MANAGE_INTEGRATIONS"


class TokenScope(StrEnum):
    """What an API token may be used for; never more than its member may."""

    READ = "READ"
    WRITE = "WRITE"
    MANAGE = "MANAGE"


class SessionKind(StrEnum):
    """Where a token came from."""

    LOGIN = "LOGIN"
    API_TOKEN = "API_TOKEN"  # a kind, not a secret


class Priority(Enum):
    """How urgent a job or task is, in order."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    URGENT = 3


class JobState(StrEnum):
    """What a job status means to the engine (ST1)."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    ARCHIVED = "ARCHIVED"
    CUSTOM = "CUSTOM"


class JobSort(StrEnum):
    """In which order a pipeline shows the jobs of a column (PL2)."""

    MANUAL = "MANUAL"
    DUE_DATE = "DUE_DATE"
    PRIORITY = "PRIORITY"
    NAME = "NAME"
    ENTERED_STAGE = "ENTERED_STAGE"


class PendingItems(StrEnum):
    """What becomes of open blocking items when a job leaves their stage (MV5)."""

    KEEP = "KEEP"
    COMPLETE = "COMPLETE"
    CANCEL = "CANCEL"


class DocumentState(StrEnum):
    """Whether a document has its content."""

    UPLOADING = "UPLOADING"
    READY = "READY"


class ReviewState(StrEnum):
    """What the firm has made of a document that a client has given."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"


class ItemKind(StrEnum):
    """The kinds of action items. All but tasks are for clients to finish."""

    TASK = "TASK"
    ORGANIZER = "ORGANIZER"
    INVOICE = "INVOICE"
    PROPOSAL = "PROPOSAL"
    SIGNATURE_REQUEST = "SIGNATURE_REQUEST"
    DOCUMENT_REQUEST = "DOCUMENT_REQUEST"
    APPROVAL = "APPROVAL"
    MESSAGE_THREAD = "MESSAGE_THREAD"


class Billing(StrEnum):
    """How often something that is proposed is billed."""

    ONCE = "ONCE"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


class Outcome(StrEnum):
    """How an item has ended."""

    DONE = "DONE"
    CANCELLED = "CANCELLED"


class Delivery(StrEnum):
    """Whether a client is shown an item: not before it is sent (AU9)."""

    DRAFT = "DRAFT"
    HELD = "HELD"
    SENT = "SENT"


class ItemState(StrEnum):
    """Where an item stands, whatever its kind."""

    OPEN = "OPEN"
    DRAFT = "DRAFT"
    HELD = "HELD"
    SENT = "SENT"
    SEEN = "SEEN"
    STARTED = "STARTED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class QuestionKind(StrEnum):
    """By what a question of an organizer is answered."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    CONFIRMATION = "CONFIRMATION"
    FILE = "FILE"


class TaskStatus(StrEnum):
    """Where a task stands; the last two close it (AI1)."""

    TO_DO = "TO_DO"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class CustomFieldKind(StrEnum):
    """What the values of a custom field are."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    CHOICE = "CHOICE"
    YES_NO = "YES_NO"


class DurationUnit(StrEnum):
    """In what a span of time is counted."""

    MINUTES = "MINUTES"
    HOURS = "HOURS"
    DAYS = "DAYS"
    WORKING_DAYS = "WORKING_DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"


class Weekday(Enum):
    """The days of the week, as ISO numbers them."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Automove(StrEnum):
    """When a stage moves jobs on by itself (AM1)."""

    OFF = "OFF"
    WHEN_ITEMS_DONE = "WHEN_ITEMS_DONE"
    WHEN_ITEMS_DONE_OR_NONE = "WHEN_ITEMS_DONE_OR_NONE"


class StatusAutomove(StrEnum):
    """When a status of the firm's own gives its jobs back to Active (AM4)."""

    OFF = "OFF"
    WHEN_ITEMS_DONE = "WHEN_ITEMS_DONE"


class Completion(StrEnum):
    """When the last stage completes jobs (PL7)."""

    NEVER = "NEVER"
    ON_ENTRY = "ON_ENTRY"
    WHEN_ITEMS_DONE = "WHEN_ITEMS_DONE"


class BusinessDays(StrEnum):
    """What becomes of an occurrence on a day on which the firm does not work (RC1)."""

    AS_IS = "AS_IS"
    NEXT = "NEXT"
    PREVIOUS = "PREVIOUS"


class ShiftReason(StrEnum):
    """Why an occurrence is not on its date."""

    WEEKEND = "WEEKEND"
    HOLIDAY = "HOLIDAY"


class CatchUp(StrEnum):
    """Which of the occurrences that were missed are made up for (RC3)."""

    ALL = "ALL"
    LATEST = "LATEST"
    SKIP = "SKIP"


class RecurrenceState(StrEnum):
    """Whether something recurs."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


class RecurrenceRunState(StrEnum):
    """Where the making of an occurrence's jobs stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class CauseKind(StrEnum):
    """What caused a change."""

    MEMBER = "MEMBER"
    API_TOKEN = "API_TOKEN"  # a kind, not a secret
    CLIENT = "CLIENT"
    SYSTEM = "SYSTEM"
    AUTOMATION = "AUTOMATION"
    AUTOMOVE = "AUTOMOVE"
    RECURRENCE = "RECURRENCE"
    COALESCED = "COALESCED"


class PortalAccess(StrEnum):
    """Whether a contact may come into the client portal."""

    NONE = "NONE"
    INVITED = "INVITED"
    JOINED = "JOINED"


class HistoryAction(StrEnum):
    """What happened to a job (JB3)."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    MOVED = "MOVED"
    REORDERED = "REORDERED"
    STATUS_CHANGED = "STATUS_CHANGED"
    CLIENT_STATUS_CHANGED = "CLIENT_STATUS_CHANGED"
    ASSIGNEES_CHANGED = "ASSIGNEES_CHANGED"
    TASK_ADDED = "TASK_ADDED"
    TASK_CHANGED = "TASK_CHANGED"
    TASK_REMOVED = "TASK_REMOVED"
    ITEM_ADDED = "ITEM_ADDED"
    ITEM_CHANGED = "ITEM_CHANGED"
    ITEM_REMOVED = "ITEM_REMOVED"
    DOCUMENT_ADDED = "DOCUMENT_ADDED"
    DOCUMENT_CHANGED = "DOCUMENT_CHANGED"
    DOCUMENT_REMOVED = "DOCUMENT_REMOVED"
    LINKED = "LINKED"
    UNLINKED = "UNLINKED"
    TIME_ADDED = "TIME_ADDED"
    TIME_CHANGED = "TIME_CHANGED"
    TIME_REMOVED = "TIME_REMOVED"
    CLOCKS_CHANGED = "CLOCKS_CHANGED"
    AUTOMATION_SET = "AUTOMATION_SET"
    STAGE_OVERDUE = "STAGE_OVERDUE"
    MOVE_UNDONE = "MOVE_UNDONE"
    DELETED = "DELETED"
    RESTORED = "RESTORED"


class TrashKind(StrEnum):
    """What waits in the trash (JB3)."""

    JOB = "JOB"
    ACCOUNT = "ACCOUNT"


class JobLinkKind(StrEnum):
    """What a job is to another one that it is linked to; nothing is held up by it."""

    RELATED = "RELATED"
    BLOCKS = "BLOCKS"
    BLOCKED_BY = "BLOCKED_BY"
    DUPLICATES = "DUPLICATES"
    DUPLICATED_BY = "DUPLICATED_BY"


class DueKind(StrEnum):
    """What sort of work is due."""

    ADVANCE = "ADVANCE"  # look whether a job goes on by itself
    RUN = "RUN"  # run an automation: a delayed one, one that failed, or one that starts more
    LIMIT = "LIMIT"  # the time limit of a stage
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"
    REMINDER = "REMINDER"  # remind clients of an item
    BULK = "BULK"  # the next chunk of a bulk operation
    RECURRENCE = "RECURRENCE"  # make the jobs of what recurs


class BulkVerb(StrEnum):
    """What a bulk operation does (MV10)."""

    CREATE_JOBS = "CREATE_JOBS"
    MOVE_JOBS = "MOVE_JOBS"
    UPDATE_JOBS = "UPDATE_JOBS"
    UPDATE_JOB_TAGS = "UPDATE_JOB_TAGS"
    SET_JOB_STATUSES = "SET_JOB_STATUSES"
    SET_CLIENT_STATUSES = "SET_CLIENT_STATUSES"
    ARCHIVE_JOBS = "ARCHIVE_JOBS"
    DELETE_JOBS = "DELETE_JOBS"
    RESTORE_JOBS = "RESTORE_JOBS"


class BulkState(StrEnum):
    """Where a bulk operation stands."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class BulkResultState(StrEnum):
    """What has become of one target of a bulk operation."""

    WAITING = "WAITING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class RunState(StrEnum):
    """Where an automation's turn stands (AU3)."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    SCHEDULED = "SCHEDULED"
    HELD = "HELD"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    DISMISSED = "DISMISSED"


class NotificationKind(StrEnum):
    """Why a member is told something."""

    ASSIGNED = "ASSIGNED"
    MENTIONED = "MENTIONED"
    ITEM_ANSWERED = "ITEM_ANSWERED"
    JOB_MOVED = "JOB_MOVED"
    JOB_STATUS_CHANGED = "JOB_STATUS_CHANGED"
    JOB_COMPLETED = "JOB_COMPLETED"
    COMMENTED = "COMMENTED"
    TIME_BUDGET = "TIME_BUDGET"
    AUTOMATION = "AUTOMATION"
    OVERDUE = "OVERDUE"
    STAGE_OVERDUE = "STAGE_OVERDUE"
    AUTOMATION_FAILED = "AUTOMATION_FAILED"
    AUTOMATION_STOPPED = "AUTOMATION_STOPPED"
    RECURRENCE_FAILED = "RECURRENCE_FAILED"


class WebhookState(StrEnum):
    """Where a webhook's call stands."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class EmailState(StrEnum):
    """Where an e-mail stands (AU9)."""

    HELD = "HELD"
    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"


class TemplatePart(StrEnum):
    """What a pipeline template brings along, or looks for in the firm."""

    MEMBER = "MEMBER"
    PIPELINE = "PIPELINE"
    STAGE = "STAGE"
    ACCOUNT_ROLE = "ACCOUNT_ROLE"
    TAG = "TAG"
    CUSTOM_FIELD = "CUSTOM_FIELD"
    JOB_STATUS = "JOB_STATUS"
    CLIENT_STATUS = "CLIENT_STATUS"
    DOCUMENT = "DOCUMENT"
    EMAIL_TEMPLATE = "EMAIL_TEMPLATE"
    TASK_TEMPLATE = "TASK_TEMPLATE"
    JOB_TEMPLATE = "JOB_TEMPLATE"
    ITEM_TEMPLATE = "ITEM_TEMPLATE"


class ErrorCode(StrEnum):
    """What was wrong, for a client to switch on (API1)."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    TOO_LARGE = "TOO_LARGE"
    TYPE_NOT_ALLOWED = "TYPE_NOT_ALLOWED"
    TOO_MANY = "TOO_MANY"
    TOO_FEW = "TOO_FEW"
    DATES_REVERSED = "DATES_REVERSED"
    NAME_TAKEN = "NAME_TAKEN"
    ID_TAKEN = "ID_TAKEN"
    DEACTIVATED = "DEACTIVATED"
    ARCHIVED = "ARCHIVED"
    IN_TRASH = "IN_TRASH"
    NOT_IN_STAGE = "NOT_IN_STAGE"
    NOT_ENABLED = "NOT_ENABLED"
    CANNOT_SEE = "CANNOT_SEE"
    MOVE_NOT_ALLOWED = "MOVE_NOT_ALLOWED"
    OVER_LIMIT = "OVER_LIMIT"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    TOO_LATE = "TOO_LATE"
    ALREADY_SENT = "ALREADY_SENT"
    ALREADY_LINKED = "ALREADY_LINKED"
    NOT_RUNNING = "NOT_RUNNING"
    CLOSED = "CLOSED"
    PAUSED = "PAUSED"
    NOT_SENT = "NOT_SENT"
    PAID = "PAID"
    TOO_MUCH = "TOO_MUCH"
    UNREACHABLE = "UNREACHABLE"
    BUILT_IN = "BUILT_IN"
    LAST_OWNER = "LAST_OWNER"
    FIRM_REQUIRED = "FIRM_REQUIRED"
    UNKNOWN_SHORTCODE = "UNKNOWN_SHORTCODE"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    PENDING_ITEMS = "PENDING_ITEMS"
    IN_USE = "IN_USE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    SESSION_ENDED = "SESSION_ENDED"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    THROTTLED = "THROTTLED"
    BUSY = "BUSY"
    FAILED = "FAILED"
    DUPLICATE = "DUPLICATE"
