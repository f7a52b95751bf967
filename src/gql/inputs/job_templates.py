"""Job templates."""

from typing import Final

import strawberry

from engine.enums import Priority
from engine.job import job_templates
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.jobs import BUDGET
from gql.inputs.people import DurationInput

ID = strawberry.ID
START: Final = "How long after the day a job is made it starts, in DAYS, WORKING_DAYS, WEEKS or MONTHS; 0 is that day."
DUE: Final = "How long after the day a job is made it is due, likewise."


@input_of(job_templates.CreateJobTemplate, "A new job template.")
class CreateJobTemplateInput(MutationInput):
    """A new job template."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The template's name, unique in the firm whatever its case.")
    job_name: str = given("The jobs' name; may hold shortcodes.")
    description: str | None = given("The jobs' description; may hold shortcodes.", default=None)
    priority: Priority = given("How urgent they are.", default=Priority.MEDIUM)
    assignee_ids: list[ID] = given("Members who work on them.", default_factory=list)
    assignee_role_ids: list[ID] = given(
        "Account roles: who holds one for the account works on them.", default_factory=list
    )
    task_template_ids: list[ID] = given(
        "Task templates, at most 20: a job begins with a task by each, which hold it in its first stage.",
        default_factory=list,
    )
    start_after: DurationInput | None = given(START, default=None)
    due_after: DurationInput | None = given(DUE, default=None)
    time_budget_minutes: int | None = given(BUDGET, default=None)


@input_of(job_templates.UpdateJobTemplate, "What to change of a job template; jobs made from it stay as they are.")
class UpdateJobTemplateInput(MutationInput):
    """Changes of a job template."""

    job_template_id: ID = given("Which template.")
    name: str | None = settable("The new name.")
    job_name: str | None = settable("The jobs' new name; may hold shortcodes.")
    description: str | None = optional("The jobs' new description; null for none.")
    priority: Priority | None = settable("The new priority.")
    assignee_ids: list[ID] | None = settable("All members who work on them.")
    assignee_role_ids: list[ID] | None = settable("All account roles whose holders work on them.")
    task_template_ids: list[ID] | None = settable("All task templates by which it gets tasks to begin with.")
    start_after: DurationInput | None = optional(f"{START} Say null for no start date.")
    due_after: DurationInput | None = optional(f"{DUE} Say null for no due date.")
    time_budget_minutes: int | None = optional(BUDGET)


@input_of(job_templates.DeleteJobTemplate, "Which job template to delete; refused while in use.")
class DeleteJobTemplateInput(MutationInput):
    """A job template."""

    job_template_id: ID = given("Which template.")
