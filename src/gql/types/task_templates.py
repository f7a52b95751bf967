"""Task templates."""

import strawberry

from engine.enums import Priority
from engine.templates.sorts import TASK
from gql.fields import PAGE, batched, plain
from gql.types.accounts import AccountRoleKind
from gql.types.durations import Duration
from gql.types.node import Connection, Stored
from gql.types.people import Member
from gql.types.templates import Template, TemplateVersion
from resolvers import job_templates, task_templates, templates


@strawberry.type
class TaskTemplateContent:
    """What a task template says, and said; its fields are copied into both types."""

    title: str = plain("The tasks' title, with its shortcodes as they were written.")
    description: str | None = plain("The tasks' description, likewise.")
    subtasks: list[str] = batched(task_templates.subtasks, "The lines of their check list in order, likewise.")
    priority: Priority = plain("How urgent they are.")
    assignees: list[Member] = batched(job_templates.assignees, "Members who are to do them, by name.")
    assignee_roles: list[AccountRoleKind] = batched(
        job_templates.roles, "Who holds one of these roles for the job's account is to do them, too; by name."
    )
    due_after: Duration | None = batched(
        job_templates.due_spans, "How long after the day a task is made it is due; 0 of a unit is that day."
    )


@strawberry.type(description="A task template as it was.")
class TaskTemplateVersion(TemplateVersion, TaskTemplateContent):
    """A version."""


@strawberry.type(description="What new tasks start with, as far as nothing else is said when they are made.")
class TaskTemplate(Stored, Template, TaskTemplateContent):
    """A task template."""

    versions: Connection[TaskTemplateVersion] = batched(
        templates.versions(TASK), "All that it has ever said, newest first.", **PAGE
    )
