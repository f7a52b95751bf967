"""Task templates."""

from typing import Final

import strawberry

from engine.enums import Priority
from engine.items import task_templates
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.people import DurationInput

ID = strawberry.ID
DUE: Final = "How long after the day a task is made it is due, in DAYS, WORKING_DAYS, WEEKS or MONTHS; 0 is that day."


@input_of(task_templates.CreateTaskTemplate, "A new task template.")
class CreateTaskTemplateInput(MutationInput):
    """A new task template."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The template's name, unique in the firm whatever its case.")
    title: str = given("The tasks' title; may hold shortcodes.")
    description: str | None = given("The tasks' description; may hold shortcodes.", default=None)
    subtasks: list[str] = given("The lines of their check list, in order; may hold shortcodes.", default_factory=list)
    priority: Priority = given("How urgent they are.", default=Priority.MEDIUM)
    assignee_ids: list[ID] = given("Members who are to do them.", default_factory=list)
    assignee_role_ids: list[ID] = given(
        "Account roles: who holds one for the job's account is to do them.", default_factory=list
    )
    due_after: DurationInput | None = given(DUE, default=None)


@input_of(task_templates.UpdateTaskTemplate, "What to change of a task template; tasks made by it stay as they are.")
class UpdateTaskTemplateInput(MutationInput):
    """Changes of a task template."""

    task_template_id: ID = given("Which template.")
    name: str | None = settable("The new name.")
    title: str | None = settable("The tasks' new title; may hold shortcodes.")
    description: str | None = optional("The tasks' new description; null for none.")
    subtasks: list[str] | None = settable("All lines of their check list, in order.")
    priority: Priority | None = settable("The new priority.")
    assignee_ids: list[ID] | None = settable("All members who are to do them.")
    assignee_role_ids: list[ID] | None = settable("All account roles whose holders are to do them.")
    due_after: DurationInput | None = optional(f"{DUE} Say null for no due date.")


@input_of(task_templates.DeleteTaskTemplate, "Which task template to delete; refused while in use.")
class DeleteTaskTemplateInput(MutationInput):
    """A task template."""

    task_template_id: ID = given("Which template.")
