"""Calls of webhooks."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import WebhookState
from gql.fields import batched, plain
from gql.types.node import Node
from resolvers import webhooks

if TYPE_CHECKING:
    from gql.types.automations import AutomationRun
    from gql.types.jobs import Job


@strawberry.type(description="One call of a web address, made by an automation; for who manages integrations.")
class WebhookCall(Node):
    """A call."""

    state: WebhookState = plain("Where it stands.")
    url: str = plain("The address that is called.")
    body: str = plain("What is posted, as JSON.")
    attempts: int = plain("How often it was tried.")
    status_code: int | None = plain("The HTTP status of the last answer; null where none came.")
    answer: str | None = plain("The beginning of what the server said last, at most 1,000 characters.")
    error: str | None = plain("Why the last try failed; null where none did, and once it was accepted.")
    created_at: datetime = plain("When it was made.")
    updated_at: datetime = plain("When it was last tried, or put into its state.")
    sent_at: datetime | None = plain("When it was accepted; null before.")
    next_attempt_at: datetime | None = plain("When it is tried next; null where it is not.")
    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        webhooks.job_of, "The job that it is for."
    )
    run: Annotated["AutomationRun", strawberry.lazy("gql.types.automations")] | None = batched(
        webhooks.run_of, "The automation's run that made it."
    )
