"""API7: the names that clients rely on, with their types. What is written here may grow, and does not change."""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_required_argument,
    is_required_input_field,
)

from gql.schema import sdl

CONTRACT = """
directive @oneOf on INPUT_OBJECT
scalar DateTime
scalar Date
interface Node { id: ID! }

# --- what is asked ---

type Query {
  viewer: Viewer
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  firm: Firm
  members(first: Int, after: String, last: Int, before: String): MemberConnection
  accounts(filter: AccountFilter, first: Int, after: String, last: Int, before: String): AccountConnection
  account(id: ID!): Account
  pipelines(filter: PipelineFilter, first: Int, after: String, last: Int, before: String): PipelineConnection
  pipeline(id: ID!): Pipeline
  board(pipelineId: ID!, filter: JobFilter): Board
  job(id: ID!): Job
  jobs(filter: JobFilter, orderBy: JobOrder, first: Int, after: String, last: Int, before: String): JobConnection
  tasks(filter: TaskFilter, first: Int, after: String, last: Int, before: String): TaskConnection
  previewMove(input: MoveJobInput!): MovePreview
  marketplace(first: Int, after: String): PipelineTemplateConnection
  cursor: String
  dashboard(pipelineIds: [ID!]): Dashboard
  changes(stream: StreamInput!, after: String!, first: Int): Changes
}
type MovePreview { errors: [MutationError!]! }
type PipelineTemplateConnection { nodes: [PipelineTemplate!]! totalCount: Int! }
type PipelineTemplate { key: String! name: String! description: String }
input InstallPipelineTemplateInput { key: String document: String name: String clientMutationId: String }
input AccountFilter { and: [AccountFilter!] or: [AccountFilter!] not: AccountFilter }
input PipelineFilter { and: [PipelineFilter!] or: [PipelineFilter!] not: PipelineFilter }
input JobFilter { and: [JobFilter!] or: [JobFilter!] not: JobFilter }
input TaskFilter { and: [TaskFilter!] or: [TaskFilter!] not: TaskFilter }
input JobOrder { field: JobOrderField! descending: Boolean! = false }
enum JobOrderField { NAME }

# --- people and clients ---

enum Role { OWNER ADMIN EMPLOYEE }
enum AccessRight {
  MANAGE_PIPELINES MANAGE_TEMPLATES MANAGE_TAGS MANAGE_ACCOUNTS VIEW_ALL_ACCOUNTS MANAGE_INVOICES MANAGE_PROPOSALS
  MANAGE_ORGANIZERS MANAGE_DOCUMENTS MANAGE_TIME_BUDGETS MANAGE_RECURRENCES SKIP_AUTOMATIONS MANAGE_INTEGRATIONS
}
type Viewer { user: User! member: Member }
type User { id: ID! }
type Firm implements Node { id: ID! }
type Member implements Node { id: ID! }
type Account implements Node {
  id: ID!
  name: String!
  tags: [Tag!]!
  roles: [AccountRole!]
  contacts(first: Int, after: String, last: Int, before: String): ContactConnection
}
type AccountRole { member: Member! }
type Tag implements Node { id: ID! }
type Contact implements Node { id: ID! }
type MemberConnection { nodes: [Member!]! }
type AccountConnection { nodes: [Account!]! }
type ContactConnection { nodes: [Contact!]! }

# --- pipelines, boards, jobs ---

enum Priority { LOW MEDIUM HIGH URGENT }
enum JobState { ACTIVE COMPLETED ARCHIVED CUSTOM }
type Pipeline implements Node {
  id: ID!
  name: String!
  description: String
  stages: [Stage!]!
  statuses: [JobStatus!]!
  availableTo(first: Int, after: String, last: Int, before: String): MemberConnection!
  jobCount: Int!
  archivedAt: DateTime
}
type Stage implements Node {
  id: ID!
  name: String!
  position: Int!
  automove: Automove!
  timeLimit: Duration
  condition: Condition
  automations: [Automation!]!
  jobCount: Int!
}
enum Automove { OFF WHEN_ITEMS_DONE WHEN_ITEMS_DONE_OR_NONE }
type Duration { amount: Int! unit: DurationUnit! }
enum DurationUnit { MINUTES HOURS DAYS WORKING_DAYS WEEKS MONTHS }
type Condition { tags: [Tag!] priority: [Priority!] }
type Automation implements Node {
  id: ID!
  position: Int!
  kind: AutomationKind!
  delay: Delay
  condition: Condition
  config: AutomationConfig!
}
enum AutomationKind {
  CREATE_TASK SEND_EMAIL NOTIFY_MEMBERS UPDATE_TAGS UPDATE_ASSIGNEES UPDATE_ACCOUNT_ACCESS SET_JOB_STATUS
  SET_CLIENT_STATUS SET_PRIORITY SET_DATES ADD_COMMENT CREATE_JOB CALL_WEBHOOK
}
type Delay { span: Duration }
union AutomationConfig = CreateTaskConfig | SetPriorityConfig
type CreateTaskConfig { title: String! }
type SetPriorityConfig { priority: Priority! }
type AutomationRun implements Node {
  id: ID!
  automation: Automation
  visit: StageVisit!
  state: RunState!
  reason: String
  cause: Cause!
  startedAt: DateTime
  finishedAt: DateTime
  made: [Node!]!
}
enum RunState { QUEUED RUNNING RETRYING SCHEDULED HELD DONE SKIPPED FAILED CANCELLED DISMISSED }
type JobStatus implements Node { id: ID! name: String! state: JobState! color: String pauses: Boolean! }
type ClientStatus implements Node { id: ID! name: String! color: String description: String }
type Board { cursor: String! pipeline: Pipeline! columns: [BoardColumn!]! }
type BoardColumn {
  stage: Stage!
  jobCount: Int!
  overdueCount: Int!
  jobs(first: Int, after: String, last: Int, before: String): JobConnection!
}
type Job implements Node {
  id: ID!
  version: Int!
  name: String!
  description: String
  account: Account!
  pipeline: Pipeline!
  stage: Stage!
  rank: String!
  status: JobStatus!
  clientStatus: ClientStatus
  priority: Priority!
  assignees: [Member!]!
  startDate: Date
  dueDate: Date
  overdue: Boolean!
  enteredStageAt: DateTime!
  stageDueAt: DateTime
  stageOverdue: Boolean!
  items(open: Boolean, first: Int, after: String, last: Int, before: String): ActionItemConnection!
  tasks(first: Int, after: String, last: Int, before: String): TaskConnection!
  visits(first: Int, after: String, last: Int, before: String): StageVisitConnection!
  runs(first: Int, after: String, last: Int, before: String): AutomationRunConnection!
  history(first: Int, after: String, last: Int, before: String): HistoryConnection!
  comments(first: Int, after: String, last: Int, before: String): CommentConnection!
}
type Comment { id: ID! }
type StageVisit implements Node { id: ID! stage: Stage! enteredAt: DateTime! leftAt: DateTime overdue: Boolean! }
type AutomationRunConnection { nodes: [AutomationRun!]! }
type PipelineConnection { nodes: [Pipeline!]! }
type JobConnection { nodes: [Job!]! }
type StageVisitConnection { nodes: [StageVisit!]! }
type CommentConnection { nodes: [Comment!]! }
type HistoryConnection { totalCount: Int! }

# --- items ---

interface ActionItem implements Node { id: ID! title: String! open: Boolean! dueDate: Date links: [ItemLink!]! }
type ItemLink { job: Job! visit: StageVisit blocking: Boolean! }
enum TaskStatus { COMPLETED CANCELLED }
type Task implements Node & ActionItem {
  id: ID!
  title: String!
  open: Boolean!
  dueDate: Date
  links: [ItemLink!]!
  job: Job
  status: TaskStatus!
  assignees: [Member!]!
  subtasks: [Subtask!]!
}
type Subtask { title: String! }
type ActionItemConnection { nodes: [ActionItem!]! }
type TaskConnection { nodes: [Task!]! }

# --- what happened ---

type Subscription {
  boardEvents(pipelineId: ID!, filter: JobFilter, after: String): BoardEvent!
  jobEvents(jobId: ID!, after: String): JobEvent!
  myWorkEvents(after: String): MyWorkEvent!
  dashboardEvents(pipelineIds: [ID!], after: String): DashboardEvent!
}
input StreamInput @oneOf {
  board: BoardStreamInput
  job: JobStreamInput
  myWork: MyWorkStreamInput
  dashboard: DashboardStreamInput
}
input BoardStreamInput { pipelineId: ID! filter: JobFilter }
input JobStreamInput { jobId: ID! }
input MyWorkStreamInput { parts: [MyWorkPart!] }
enum MyWorkPart { TASKS JOBS NOTIFICATIONS }
input DashboardStreamInput { pipelineIds: [ID!] }
type Changes { events: [StreamEvent!]! cursor: String! hasMore: Boolean! }
union StreamEvent = BoardEvent | JobEvent | MyWorkEvent | DashboardEvent
type JobEvent { cursor: String! at: DateTime! cause: Cause! changes: [JobChange!]! }
union JobChange =
  JobChanged | JobRemoved | ItemChanged | ItemRemoved | CommentChanged | RunChanged | PipelineChanged | AccountChanged
  | MemberChanged | StreamReset
type JobChanged { job: Job! }
type ItemChanged { item: ActionItem! }
type ItemRemoved { itemId: ID! }
type CommentChanged { comment: Comment! }
type RunChanged { run: AutomationRun! }
type MyWorkEvent { cursor: String! at: DateTime! cause: Cause! changes: [MyWorkChange!]! }
union MyWorkChange =
  TaskChanged | TaskRemoved | JobChanged | JobRemoved | NotificationChanged | NotificationRemoved | NotificationsRead
  | UnreadCountChanged | PipelineChanged | AccountChanged | MemberChanged | StreamReset
type TaskChanged { task: Task! }
type TaskRemoved { taskId: ID! }
type NotificationChanged { notification: Notification! }
type Notification { id: ID! }
type NotificationRemoved { notificationId: ID! }
type NotificationsRead { readAt: DateTime! }
type UnreadCountChanged { unreadCount: Int! }
type DashboardEvent { cursor: String! at: DateTime! cause: Cause! changes: [DashboardChange!]! }
union DashboardChange = PipelineCountsChanged | PipelineCountsRemoved | StreamReset
type PipelineCountsChanged { counts: PipelineCounts! }
type PipelineCountsRemoved { pipelineId: ID! }
type Dashboard { cursor: String! pipelines: [PipelineCounts!]! }
type PipelineCounts { pipeline: Pipeline! jobCount: Int! overdueCount: Int! stages: [StageCounts!]! }
type StageCounts { stage: Stage! jobCount: Int! overdueCount: Int! }
type BoardEvent { cursor: String! at: DateTime! cause: Cause! changes: [BoardChange!]! }
union BoardChange =
  JobUpserted | JobRemoved | ColumnCountsChanged | PipelineChanged | AccountChanged | MemberChanged | StreamReset
type JobUpserted { job: Job! previousStageId: ID }
type JobRemoved { jobId: ID! reason: RemovalReason! }
type ColumnCountsChanged { stageId: ID! jobCount: Int! overdueCount: Int! }
type PipelineChanged { pipeline: Pipeline! }
type AccountChanged { account: Account! }
type MemberChanged { member: Member! }
type StreamReset { reason: ResetReason! }
enum RemovalReason { ARCHIVED DELETED MOVED_AWAY LEFT_FILTER NOT_VISIBLE }
enum ResetReason { CURSOR_TOO_OLD CURSOR_UNKNOWN TOO_MANY_CHANGES }
type Cause { actor: Actor automation: Automation kind: CauseKind! clientMutationId: String }
union Actor = Member
enum CauseKind { AUTOMATION AUTOMOVE COALESCED }

# --- what is done ---

type Mutation {
  login(input: LoginInput!): LoginPayload!
  logout(input: LogoutInput!): LogoutPayload!
  createApiToken(input: CreateApiTokenInput!): CreateApiTokenPayload!
  inviteMember(input: InviteMemberInput!): MemberPayload!
  updateMemberAccess(input: UpdateMemberAccessInput!): MemberPayload!
  createAccount(input: CreateAccountInput!): AccountPayload!
  updateAccount(input: UpdateAccountInput!): AccountPayload!
  createPipeline(input: CreatePipelineInput!): PipelinePayload!
  installPipelineTemplate(input: InstallPipelineTemplateInput!): PipelinePayload!
  updatePipeline(input: UpdatePipelineInput!): PipelinePayload!
  createStage(input: CreateStageInput!): StagePayload!
  updateStage(input: UpdateStageInput!): StagePayload!
  deleteStage(input: DeleteStageInput!): PipelinePayload!
  createAutomation(input: CreateAutomationInput!): AutomationPayload!
  retryRun(input: RetryRunInput!): AutomationRunPayload!
  createJob(input: CreateJobInput!): JobPayload!
  updateJob(input: UpdateJobInput!): JobPayload!
  moveJob(input: MoveJobInput!): JobPayload!
  setJobStatus(input: SetJobStatusInput!): JobPayload!
  setClientStatus(input: SetClientStatusInput!): JobPayload!
  createTask(input: CreateTaskInput!): TaskPayload!
  updateTask(input: UpdateTaskInput!): TaskPayload!
  completeItem(input: CompleteItemInput!): ActionItemPayload!
}
input LoginInput { email: String! password: String! firmId: ID clientMutationId: String }
type LoginPayload {
  token: String
  expiresAt: DateTime
  viewer: Viewer
  memberships: [Membership!]
  errors: [MutationError!]!
  clientMutationId: String
}
type Membership { firmId: ID! }
input LogoutInput { clientMutationId: String }
type LogoutPayload { errors: [MutationError!]! }
input CreateApiTokenInput { clientMutationId: String }
type CreateApiTokenPayload { errors: [MutationError!]! }
input InviteMemberInput { clientMutationId: String }
input UpdateMemberAccessInput { role: Role addRights: [AccessRight!] removeRights: [AccessRight!] }
type MemberPayload { member: Member errors: [MutationError!]! }
input CreateAccountInput { id: ID name: String! }
input UpdateAccountInput { accountId: ID! name: String }
type AccountPayload { account: Account errors: [MutationError!]! }
input CreatePipelineInput { id: ID name: String! }
input UpdatePipelineInput { pipelineId: ID! name: String }
type PipelinePayload { pipeline: Pipeline errors: [MutationError!]! }
input CreateStageInput { id: ID pipelineId: ID! name: String! }
input UpdateStageInput { stageId: ID! name: String }
input DeleteStageInput { stageId: ID! moveJobsTo: ID }
type StagePayload { stage: Stage errors: [MutationError!]! }
input CreateAutomationInput { id: ID stageId: ID config: AutomationConfigInput! }
input AutomationConfigInput @oneOf { createTask: CreateTaskConfigInput setPriority: SetPriorityConfigInput }
input CreateTaskConfigInput { title: String! }
input SetPriorityConfigInput { priority: Priority! }
input RetryRunInput { runId: ID! }
type AutomationPayload { automation: Automation errors: [MutationError!]! }
type AutomationRunPayload { run: AutomationRun errors: [MutationError!]! }
input CreateJobInput { id: ID accountId: ID! pipelineId: ID! name: String }
input UpdateJobInput { jobId: ID! name: String }
input MoveJobInput {
  jobId: ID!
  stageId: ID!
  expect: ExpectInput!
  afterJobId: ID
  pendingItems: PendingItems
  pendingItemChoices: [PendingItemChoice!]
  skipAutomations: Boolean = false
}
input ExpectInput @oneOf { version: Int stageId: ID }
enum PendingItems { KEEP COMPLETE CANCEL }
input PendingItemChoice { itemId: ID! choice: PendingItems! }
input SetJobStatusInput { jobId: ID! statusId: ID! }
input SetClientStatusInput { jobId: ID! clientStatusId: ID }
type JobPayload { job: Job errors: [MutationError!]! }
input CreateTaskInput { id: ID jobId: ID title: String! }
input UpdateTaskInput { taskId: ID! title: String }
type TaskPayload { task: Task errors: [MutationError!]! }
input CompleteItemInput { itemId: ID! }
type ActionItemPayload { item: ActionItem errors: [MutationError!]! }

# --- why it was not ---

interface MutationError { code: ErrorCode! message: String! path: [String!] }
type ValidationError implements MutationError { code: ErrorCode! message: String! path: [String!] }
type NotFoundError implements MutationError { code: ErrorCode! message: String! path: [String!] }
type ForbiddenError implements MutationError { code: ErrorCode! message: String! path: [String!] right: AccessRight }
type ConflictError implements MutationError { code: ErrorCode! message: String! path: [String!] current: Node }
type PendingItemsError implements MutationError {
  code: ErrorCode! message: String! path: [String!] items: [ActionItem!]!
}
type InUseError implements MutationError {
  code: ErrorCode! message: String! path: [String!] total: Int! usedBy: [Node!]!
}
enum ErrorCode { NOT_FOUND FORBIDDEN CONFLICT PENDING_ITEMS IN_USE }
"""
ACTUAL = build_schema(sdl())
PROMISED = build_schema(CONTRACT)
OURS = [kind for name, kind in PROMISED.type_map.items() if f" {name} " in CONTRACT]


def broken(promised: GraphQLNamedType, actual: GraphQLSchema) -> list[str]:
    """What of a promised type is missing in a schema, or has another type there."""
    kind = actual.type_map.get(promised.name)
    if type(kind) is not type(promised):
        return [promised.name]
    match promised, kind:
        case GraphQLEnumType(), GraphQLEnumType():
            return [f"{promised.name}.{value}" for value in promised.values if value not in kind.values]
        case GraphQLUnionType(), GraphQLUnionType():
            known = {member.name for member in kind.types}
            return [f"{promised.name} = {member.name}" for member in promised.types if member.name not in known]
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            return _inputs(promised, kind)
        case ((GraphQLObjectType() | GraphQLInterfaceType()), (GraphQLObjectType() | GraphQLInterfaceType())):
            known = {interface.name for interface in kind.interfaces}
            lost = [f"{promised.name} & {one.name}" for one in promised.interfaces if one.name not in known]
            wrong = [
                f"{promised.name}.{name}"
                for name, field in promised.fields.items()
                if name not in kind.fields or not _keeps(field, kind.fields[name])
            ]
            return lost + wrong
    assert isinstance(promised, GraphQLScalarType)
    return []


def _inputs(promised: GraphQLInputObjectType, kind: GraphQLInputObjectType) -> list[str]:
    """An input takes what is promised, in that type, and demands nothing more where the promise shows it whole."""
    known = {name: str(field.type) for name, field in kind.fields.items()}
    wrong = [name for name, field in promised.fields.items() if known.get(name) != str(field.type)]
    if {"jobId", "stageId"} <= set(promised.fields):
        wrong += [name for name, f in kind.fields.items() if is_required_input_field(f) and name not in promised.fields]
    if promised.is_one_of != kind.is_one_of:
        wrong.append("@oneOf")
    return [f"{promised.name}.{name}" for name in wrong]


def _keeps(promised: GraphQLField, field: GraphQLField) -> bool:
    same = {name: str(argument.type) for name, argument in field.args.items()}
    wanted = {name: str(argument.type) for name, argument in promised.args.items()}
    more = [argument for name, argument in field.args.items() if name not in wanted]
    return (
        str(field.type) == str(promised.type)
        and wanted.items() <= same.items()
        and not any(map(is_required_argument, more))
    )


DIFFERENT = {"Stage": ["Stage.position"]}
"""What is not as promised: a visit may show a deleted stage, and that has no place in its pipeline (Int, not Int!)."""


@pytest.mark.parametrize("promised", OURS, ids=lambda kind: str(kind.name))
def test_the_schema_keeps_what_the_contract_promises(promised: GraphQLNamedType) -> None:
    """API7: every name is there, with its type; arguments may be added with defaults."""
    assert broken(promised, ACTUAL) == DIFFERENT.get(promised.name, [])


def test_a_broken_promise_is_noticed() -> None:
    """API7: a missing type, a missing field, another type, a new required argument, a lost value, a lost interface."""
    promised = build_schema("""
        interface Node { id: ID! }
        type Query implements Node { id: ID! a: Int! b(x: Int): Int c: Int! d: Color e(i: In): Gone }
        enum Color { RED GREEN }
        input In { x: Int }
        type Gone { x: Int }
    """)
    actual = build_schema("""
        type Query { id: ID! b(x: Int, y: Int!): Int c: Int d: Color e(i: In): Int }
        enum Color { RED }
        input In { x: String }
    """)
    found = [one for name in ("Query", "Color", "In", "Gone") for one in broken(promised.type_map[name], actual)]
    assert found == ["Query & Node", "Query.a", "Query.b", "Query.c", "Query.e", "Color.GREEN", "In.x", "Gone"]
