"""Bulk operations, their results and their progress."""

from datetime import datetime
from typing import Annotated

import strawberry

from engine.enums import BulkResultState, BulkState, BulkVerb
from gql.errors import MutationError
from gql.fields import PAGE, Arg, batched, plain
from gql.types.accounts import Account
from gql.types.boards import StreamReset
from gql.types.jobs import Job
from gql.types.node import Connection, Node
from gql.types.people import Cause, Member
from resolvers import bulk


@strawberry.type(description="What has become of one job, or of one account for which a job was to be made.")
class BulkResult:
    """A result."""

    index: int = plain("Its place in the list that was given, from 0; accounts that were found by tag come by name.")
    state: BulkResultState = plain("What has become of it.")
    job: Job | None = batched(bulk.jobs_of, "The job, if there is one and one sees it.")
    account: Account | None = batched(bulk.accounts_of, "The account for which a job was to be made; null for others.")
    errors: list[MutationError] = batched(bulk.errors_of, "Why nothing was done for it; empty where it was.")
    warnings: list[MutationError] = batched(bulk.warnings_of, "What was done all the same.")


@strawberry.type(description="A page of a list.")
class BulkResultConnection(Connection[BulkResult]):
    """The connection under the name that the contract gives it."""


@strawberry.type(
    description="One change of many jobs. Each has a result of its own; one that is refused holds up no other."
)
class BulkOperation(Node):
    """A bulk operation."""

    verb: BulkVerb = plain("What is done.")
    state: BulkState = plain("Where it stands.")
    total: int = plain("How many jobs, or accounts, it is about.")
    done: int = plain("For how many it has been done.")
    failed: int = plain("For how many it was refused. What is neither done nor failed waits, or was cancelled.")
    member: Member = batched(bulk.makers, "Who began it. It goes on with what they may do now.")
    created_at: datetime = plain("When it was begun.")
    finished_at: datetime | None = plain("When it was over; null while it runs.")
    results: BulkResultConnection = batched(
        bulk.results,
        "What has become of each, in the order in which they were given.",
        failed_only=Arg(bool | None, "Only those that were refused.", None),
        **PAGE,
    )


@strawberry.type(description="Show the operation as it is now.")
class BulkOperationChanged:
    """An operation to show."""

    operation: BulkOperation = plain("The operation.")


BulkChange = Annotated[
    BulkOperationChanged | StreamReset,
    strawberry.union("BulkChange", description="One thing to do to the display of an operation's progress."),
]


@strawberry.type(
    description="One transaction, or several joined, as the progress of an operation shows them. Applying it twice "
    "does no harm."
)
class BulkEvent:
    """An event of a bulk operation."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    cause: Cause = plain("Why it happened.")
    changes: list[BulkChange] = plain("What to do, in order.")
