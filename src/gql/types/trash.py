"""What was deleted."""

from datetime import datetime
from decimal import Decimal

import strawberry

from engine.enums import TrashKind
from gql.fields import batched, plain
from gql.types.node import Node
from gql.types.people import Cause
from gql.types.pipelines import Pipeline
from resolvers import trash

ID = strawberry.ID


@strawberry.type(
    description="A job or an account that was deleted, and waits in the trash for somebody who wants it back. Nothing "
    "else shows it, or anything of it."
)
class TrashEntry(Node):
    """An entry of the trash."""

    kind: TrashKind = plain("What it is.")
    thing_id: ID = plain("The id of the job or account: restoreJob and restoreAccount take it.")
    name: str = plain("The name of the job or account.")
    account_name: str = plain("The name of the job's account, or of the account itself.")
    pipeline: Pipeline | None = batched(
        trash.pipelines_of, "The pipeline in which the job is; null where one does not see it, and of an account."
    )
    job_count: int = plain("How many jobs went along: all of an account that were not in the trash already.")
    cause: Cause = batched(trash.causes, "Who or what deleted it.")
    deleted_at: datetime = plain("When.")
    until: datetime = plain("How long it waits; then it is deleted for good.")
    with_account: bool = plain("Whether it is a job of an account that is in the trash as well, and comes back first.")


@strawberry.type(description="What an invoice came to.")
class InvoiceAmounts:
    """Amounts."""

    net: Decimal = plain("Without tax.")
    tax: Decimal = plain("The tax.")
    total: Decimal = plain("What was to be paid.")
    paid: Decimal = plain("What had been paid of it.")


@strawberry.type(
    description="What is kept of an invoice that was sent, and deleted for good with its account: the numbers of "
    "invoices have no gap."
)
class PurgedInvoice:
    """A number with what it stood for."""

    number: int = plain("Its number.")
    account_name: str = plain("What the account was called.")
    currency: str = plain("Its currency, by ISO 4217.")
    amounts: InvoiceAmounts = batched(trash.amounts, "What it came to, in units of its currency.")
    voided: bool = plain("Whether it had been cancelled.")
    issued_at: datetime = plain("When it was sent.")
    purged_at: datetime = plain("When it was deleted for good.")
