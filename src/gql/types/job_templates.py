"""Job templates."""

import strawberry

from engine.enums import Priority
from engine.templates.sorts import JOB
from gql.fields import PAGE, batched, plain
from gql.types.accounts import AccountRoleKind
from gql.types.durations import Duration
from gql.types.node import Connection, Stored
from gql.types.people import Member
from gql.types.task_templates import TaskTemplate
from gql.types.templates import Template, TemplateVersion
from resolvers import job_templates, templates


@strawberry.type
class JobTemplateContent:
    """What a job template says, and said; its fields are copied into both types."""

    job_name: str = plain("The jobs' name, with its shortcodes as they were written.")
    description: str | None = plain("The jobs' description, likewise.")
    priority: Priority = plain("How urgent they are.")
    assignees: list[Member] = batched(job_templates.assignees, "Members who work on them, by name.")
    assignee_roles: list[AccountRoleKind] = batched(
        job_templates.roles, "Who holds one of these roles for the account works on them, too; by name."
    )
    task_templates: list[TaskTemplate] = batched(
        job_templates.tasks, "By which it gets tasks to begin with, in order, as far as they are still there."
    )
    start_after: Duration | None = batched(
        job_templates.start_spans, "How long after the day a job is made it starts; 0 of a unit is that day."
    )
    due_after: Duration | None = batched(
        job_templates.due_spans, "How long after the day a job is made it is due; 0 of a unit is that day."
    )
    time_budget_minutes: int | None = plain("How many minutes are to be spent on one, at most; null for no budget.")


@strawberry.type(description="A job template as it was.")
class JobTemplateVersion(TemplateVersion, JobTemplateContent):
    """A version."""


@strawberry.type(description="What new jobs start with, as far as nothing else is said when they are made.")
class JobTemplate(Stored, Template, JobTemplateContent):
    """A job template."""

    versions: Connection[JobTemplateVersion] = batched(
        templates.versions(JOB), "All that it has ever said, newest first.", **PAGE
    )
