"""Action items: tasks so far."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import Priority, TaskStatus
from gql.fields import batched, plain
from gql.types.node import Node, Stored
from gql.types.people import Member
from resolvers import tasks

if TYPE_CHECKING:
    from gql.types.jobs import Job, StageVisit

LazyJob = Annotated["Job", strawberry.lazy("gql.types.jobs")]


@strawberry.type(description="That an item belongs to a job.")
class ItemLink:
    """A link of an item to a job."""

    job: LazyJob = plain("The job.")
    visit: Annotated["StageVisit", strawberry.lazy("gql.types.jobs")] | None = batched(
        tasks.visit_of_links, "The stay in a stage in which it was linked."
    )
    blocking: bool = plain("Whether it holds the job in that stay until it is done.")


@strawberry.interface(description="What somebody must finish, whatever its kind.")
class ActionItem(Node):
    """An action item."""

    title: str = plain("What is to be done.")
    open: bool = plain("Whether it is still to be done.")
    due_date: date | None = plain("By when.")
    links: list[ItemLink] = batched(tasks.links, "Jobs it belongs to, as far as one sees them.")


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
