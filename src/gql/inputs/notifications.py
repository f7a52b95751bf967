"""Notifications."""

import strawberry

from engine import notifications
from engine.enums import NotificationKind
from gql.fields import given, optional
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(notifications.MarkNotificationsRead, "Which of one's notifications have been read.")
class MarkNotificationsReadInput(MutationInput):
    """Notifications."""

    notification_ids: list[ID] | None = optional("These.")
    all: bool = given("All there are.", default=False)


@input_of(
    notifications.UpdateNotificationPreferences, "Of which kinds of notifications one wants e-mails, and of which not."
)
class UpdateNotificationPreferencesInput(MutationInput):
    """Kinds. They are added and removed, so that two who change them at once do not undo each other's changes."""

    add_email: list[NotificationKind] | None = optional("To be told by e-mail as well of these.")
    remove_email: list[NotificationKind] | None = optional(
        "Not to be told by e-mail of these, even if they are added as well."
    )
