"""Webhooks: their secret, and another try."""

import strawberry

from engine.hooks import webhooks
from gql.fields import given
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(webhooks.RotateWebhookSecret, "Makes a new secret. For a day, calls are signed with the earlier one as well.")
class RotateWebhookSecretInput(MutationInput):
    """Nothing to say."""


@input_of(webhooks.RetryWebhookCall, "Which call to make once more.")
class RetryWebhookCallInput(MutationInput):
    """A call."""

    call_id: ID = given("The call, which has failed or waits to be tried again.")
