"""Job templates."""

import strawberry

from engine.enums import Priority
from gql.fields import batched, plain
from gql.types.accounts import AccountRoleKind
from gql.types.durations import Duration
from gql.types.node import Stored
from gql.types.people import Member
from resolvers import job_templates


@strawberry.type(description="What new jobs start with, as far as nothing else is said when they are made.")
class JobTemplate(Stored):
    """A job template."""

    name: str = plain("The template's name, unique in the firm.")
    job_name: str = plain("The jobs' name, with its shortcodes as they were written.")
    description: str | None = plain("The jobs' description, likewise.")
    priority: Priority = plain("How urgent they are.")
    assignees: list[Member] = batched(job_templates.assignees, "Members who work on them, by name.")
    assignee_roles: list[AccountRoleKind] = batched(
        job_templates.roles, "Who holds one of these roles for the account works on them, too; by name."
    )
    start_after: Duration | None = batched(
        job_templates.start_spans, "How long after the day a job is made it starts; 0 of a unit is that day."
    )
    due_after: Duration | None = batched(
        job_templates.due_spans, "How long after the day a job is made it is due; 0 of a unit is that day."
    )
    time_budget_minutes: int | None = plain("How many minutes are to be spent on one, at most; null for no budget.")
