"""Coming into the portal, and giving access to it."""

from typing import Any

import strawberry

from engine.portal import doors, guests, oneself, papers
from gql.arguments import to_domain
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(guests.InviteContact, "Whom of the clients to let into the portal.")
class InviteContactInput(MutationInput):
    """A contact."""

    contact_id: ID = given("Which contact.")


@input_of(guests.RevokeContactAccess, "Whom of the clients not to let into the portal any more.")
class RevokeContactAccessInput(MutationInput):
    """A contact."""

    contact_id: ID = given("Which contact.")


@input_of(doors.EnterPortal, "Who comes in.")
class EnterPortalInput(MutationInput):
    """E-mail and password."""

    email: str = given("One's e-mail address.")
    password: str = given("One's password.")
    firm_id: ID | None = optional("Whose portal, where one may come into several.")
    cookie: bool = given("Set the token as a cookie for browsers, instead of answering it.", default=False)

    def command(self) -> Any:
        """The command, and whether to set a cookie."""
        return to_domain(self), self.cookie


@input_of(doors.EnterPortalByLink, "Who comes in by a link.")
class EnterPortalByLinkInput(MutationInput):
    """A token."""

    token: str = given("The token of the link, good once.")
    cookie: bool = given("Set the token as a cookie for browsers, instead of answering it.", default=False)

    def command(self) -> Any:
        """The command, and whether to set a cookie."""
        return to_domain(self), self.cookie


@input_of(doors.RequestPortalLink, "Where to send a link.")
class RequestPortalLinkInput(MutationInput):
    """An e-mail address."""

    email: str = given("One's e-mail address, as the firm knows it.")
    firm_id: ID | None = optional("For which firm's portal; one link for each where one may come into several.")


@input_of(doors.SetPortalPassword, "The password to come in with.")
class SetPortalPasswordInput(MutationInput):
    """A password."""

    password: str = given("The new password.")
    current_password: str | None = optional("The password until now, where there is one.")


@input_of(oneself.UpdatePortalContact, "What to change of how one is written to.")
class UpdatePortalContactInput(MutationInput):
    """Changes of oneself."""

    notifications: bool | None = settable("Whether one wants to be written to about what the firm asks.")
    time_zone: str | None = optional("The new IANA time zone in which one lives; null for the firm's.")


@input_of(papers.RequestPortalUpload, "A file of one's own account, to be uploaded.")
class RequestPortalUploadInput(MutationInput):
    """A file to come."""

    id: ID | None = optional(CLIENT_ID)
    account_id: ID = given("Of which of one's accounts.")
    name: str = given("What the file is called, without folders. Its ending says its type, and has to be a known one.")
    size: int = given("How many bytes it has; just as many have to come.")
    media_type: str | None = given(
        "Its type, which must agree with its name; that says it where left out.", default=None
    )


@strawberry.input(description="Ends the session that asks.")
class LeavePortalInput(MutationInput):
    """Nothing to say."""

    def command(self) -> None:
        """Nothing."""
