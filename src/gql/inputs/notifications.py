"""Notifications."""

import strawberry

from engine import notifications
from gql.fields import given, optional
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(notifications.MarkNotificationsRead, "Which of one's notifications have been read.")
class MarkNotificationsReadInput(MutationInput):
    """Notifications."""

    notification_ids: list[ID] | None = optional("These.")
    all: bool = given("All there are.", default=False)
