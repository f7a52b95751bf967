"""Tasks and subtasks."""

from datetime import date

import strawberry

from engine.enums import Priority, TaskStatus
from engine.items import tasks
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, certain, input_of
from gql.inputs.jobs import DateRange
from resolvers.orders import TaskOrder as OrderMeant
from resolvers.orders import TaskOrderField
from store.reads import filters

ID = strawberry.ID


@input_of(tasks.CreateTask, "A new task.")
class CreateTaskInput(MutationInput):
    """A new task."""

    id: ID | None = optional(CLIENT_ID)
    title: str = given("What is to be done; empty for what the template says.", default="")
    job_id: ID | None = given("The job it belongs to, if any.", default=None)
    template_id: ID | None = given("The task template it starts with. What is given here wins.", default=None)
    blocking: bool = given("Whether it holds the job in its stage until it is done.", default=True)
    description: str | None = optional("More about it; null for nothing.")
    priority: Priority | None = certain("How urgent it is; MEDIUM unless a template says otherwise.")
    due_date: date | None = optional("By when; null for no date.")
    assignee_ids: list[ID] | None = certain("Members who are to do it; the template's unless given.")
    subtasks: list[str] | None = certain("Titles of its check list, in order; the template's unless given.")


@input_of(tasks.UpdateTask, "What to change of a task.")
class UpdateTaskInput(MutationInput):
    """Changes of a task."""

    task_id: ID = given("Which task.")
    title: str | None = settable("The new title.")
    description: str | None = optional("The new description; null for none.")
    status: TaskStatus | None = settable("Where it stands now.")
    priority: Priority | None = settable("The new priority.")
    due_date: date | None = optional("The new due date; null for none.")
    add_assignee_ids: list[ID] | None = optional("Members to assign.")
    remove_assignee_ids: list[ID] | None = optional("Members to unassign.")


@input_of(tasks.CreateSubtask, "A new line of a check list, at its end.")
class CreateSubtaskInput(MutationInput):
    """A new subtask."""

    id: ID | None = optional(CLIENT_ID)
    task_id: ID = given("The task it belongs to.")
    title: str = given("What is to be done.")


@input_of(tasks.UpdateSubtask, "What to change of a line of a check list.")
class UpdateSubtaskInput(MutationInput):
    """Changes of a subtask."""

    subtask_id: ID = given("Which subtask.")
    title: str | None = settable("The new title.")
    done: bool | None = settable("Whether it is done.")


@input_of(tasks.DeleteSubtask, "Which line of a check list to delete.")
class DeleteSubtaskInput(MutationInput):
    """A subtask."""

    subtask_id: ID = given("Which subtask.")


@input_of(OrderMeant, "In which order; tasks that are equal in it come by their ids.")
class TaskOrder:
    """An order."""

    field: TaskOrderField = given("By what.")
    descending: bool = given("From the last to the first.", default=False)


@input_of(filters.TaskFilter, "Which tasks; all given parts must hold.")
class TaskFilter:
    """Tasks by traits."""

    ids: list[ID] | None = given("These.", default=None)
    job_ids: list[ID] | None = given("Of any of these jobs.", default=None)
    statuses: list[TaskStatus] | None = given("With any of these statuses.", default=None)
    open: bool | None = given("Still to be done, or not.", default=None)
    priorities: list[Priority] | None = given("With any of these priorities.", default=None)
    assignee_ids: list[ID] | None = given("Assigned to any of these members.", default=None)
    assigned_to_me: bool | None = given("Assigned to oneself, or not.", default=None)
    due: DateRange | None = given("Due within these days.", default=None)
    overdue: bool | None = given("Overdue, or not.", default=None)
    title_contains: str | None = given("With this in the title, whatever its case.", default=None)
    all_of: "list[TaskFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[TaskFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "TaskFilter | None" = given("For which this does not hold.", name="not", default=None)
