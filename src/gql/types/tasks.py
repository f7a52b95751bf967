"""Tasks, the action items for members."""

import strawberry

from engine.enums import Priority, TaskStatus
from engine.templates.sorts import TASK
from gql.fields import batched, plain
from gql.types.items import ActionItem, LazyJob
from gql.types.node import Stored
from gql.types.people import Member
from gql.types.task_templates import TaskTemplateVersion
from resolvers import tasks, templates


@strawberry.type(description="A line of a task's check list; it blocks nothing.")
class Subtask(Stored):
    """A subtask."""

    title: str = plain("What is to be done.")
    done: bool = plain("Whether it is done.")


@strawberry.type(description="A to-do for members, in a job or on its own.")
class Task(Stored, ActionItem):
    """A task."""

    description: str | None = plain("More about it.")
    status: TaskStatus = plain("Where it stands.")
    priority: Priority = plain("How urgent it is.")
    job: LazyJob | None = batched(tasks.job_of, "The job it belongs to, if one sees it.")
    assignees: list[Member] = batched(tasks.assignees, "Who is to do it, by name.")
    subtasks: list[Subtask] = batched(tasks.subtasks, "Its check list in order.")
    from_template: TaskTemplateVersion | None = batched(
        templates.made_by(TASK), "The version of the template that it was made by; null without one."
    )
