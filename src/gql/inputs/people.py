"""Logging in, tokens, members, the firm."""

from datetime import date, datetime, time
from typing import Any

import strawberry

from engine.enums import AccessRight, DurationUnit, Role, TokenScope, Weekday
from engine.firm import firms, members, sessions
from engine.time.days_off import Holiday
from engine.time.duration import Duration
from gql.arguments import to_domain
from gql.fields import given, optional, settable
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(sessions.Login, "Who logs in.")
class LoginInput(MutationInput):
    """E-mail and password."""

    email: str = given("The login's e-mail address.")
    password: str = given("The login's password.")
    firm_id: ID | None = optional("Which firm, where the login belongs to several.")
    cookie: bool = given("Set the token as a cookie for browsers, instead of answering it.", default=False)

    def command(self) -> Any:
        """The command, and whether to set a cookie."""
        return to_domain(self), self.cookie


@input_of(members.AcceptInvitation, "How an invited person joins.")
class AcceptInvitationInput(MutationInput):
    """Token and password."""

    token: str = given("The invitation's token.")
    password: str = given("The new password; or, for a person who has a login, that login's password.")
    cookie: bool = given("Set the token as a cookie for browsers, instead of answering it.", default=False)

    def command(self) -> Any:
        """The command, and whether to set a cookie."""
        return to_domain(self), self.cookie


@strawberry.input(description="Ends the session that asks.")
class LogoutInput(MutationInput):
    """Nothing to say."""

    def command(self) -> None:
        """Nothing."""


@input_of(Duration, "A span of time.")
class DurationInput:
    """A span."""

    amount: int = given("How many, from 1 to 10,000.")
    unit: DurationUnit = given("Of what.")


@input_of(sessions.CreateApiToken, "A token for a program that acts as oneself.")
class CreateApiTokenInput(MutationInput):
    """Name, scopes, end."""

    name: str = given("What it is for.")
    scopes: list[TokenScope] = given("What it may be used for.")
    expires_at: datetime | None = given("When it ends; never, if neither this nor a lifetime is given.", default=None)
    lifetime: DurationInput | None = given("How long it lives, instead of when it ends.", default=None)


@input_of(sessions.RevokeApiToken, "Which API token to end.")
class RevokeApiTokenInput(MutationInput):
    """A token."""

    token_id: ID = given("The token's id.")


@input_of(members.InviteMember, "A person to invite into the firm.")
class InviteMemberInput(MutationInput):
    """A new member."""

    id: ID | None = optional("An id made by the client: the same create again is answered with the same thing.")
    email: str = given("The e-mail address to log in with.")
    name: str = given("The member's name in the firm.")
    role: Role = given("What the member will be.", default=Role.EMPLOYEE)
    rights: list[AccessRight] = given("Rights of an employee.", default_factory=list)
    account_ids: list[ID] = given("Accounts the member has access to.", default_factory=list)


@input_of(members.RenewInvitation, "Whom to invite again; the earlier token ends.")
class RenewInvitationInput(MutationInput):
    """A member."""

    member_id: ID = given("Which member.")


@input_of(members.UpdateMemberAccess, "What a member may see and do from now on.")
class UpdateMemberAccessInput(MutationInput):
    """Role, rights, accounts."""

    member_id: ID = given("Which member.")
    role: Role | None = optional("The new role.")
    add_rights: list[AccessRight] | None = optional("Rights to give.")
    remove_rights: list[AccessRight] | None = optional("Rights to take.")
    add_account_ids: list[ID] | None = optional("Accounts to give access to.")
    remove_account_ids: list[ID] | None = optional("Accounts to take access from.")


@input_of(members.UpdateMember, "What to change of a member.")
class UpdateMemberInput(MutationInput):
    """A member's name."""

    member_id: ID = given("Which member.")
    name: str | None = settable("The new name.")


@input_of(members.DeactivateMember, "Whom to deactivate.")
class DeactivateMemberInput(MutationInput):
    """A member."""

    member_id: ID = given("Which member.")
    replacement_id: ID | None = given(
        "Who takes over their jobs, open tasks and account roles, and takes their place in automations, conditions and "
        "job templates; nobody by default. May be said later, too.",
        default=None,
    )


@input_of(members.ReactivateMember, "Whom to give access again.")
class ReactivateMemberInput(MutationInput):
    """A member."""

    member_id: ID = given("Which member.")


@input_of(Holiday, "A day on which the firm does not work.")
class HolidayInput:
    """A holiday."""

    day: date = given("Which day.")
    name: str = given("What it is.")


@input_of(firms.UpdateFirm, "What to change of the firm.")
class UpdateFirmInput(MutationInput):
    """The firm's settings."""

    name: str | None = settable("The new name.")
    time_zone: str | None = settable("The new IANA time zone.")
    currency: str | None = settable("The new currency, as three letters.")
    working_days: list[Weekday] | None = settable("The new working days, at least one.")
    holiday_region: str | None = optional("The new region of public holidays, such as DE or DE-BY; null for none.")
    add_holidays: list[HolidayInput] | None = optional("Holidays of its own to add; one of the same day is renamed.")
    remove_holidays: list[date] | None = optional("Days that are no holidays of its own any more.")
    holds_client_mail: bool | None = settable("Whether mail to clients is made and held back.")
    sender_name: str | None = optional("The new name in the From line of its mail; null for the firm's name.")
    sender_address: str | None = optional("The new address that its mail comes from; null for the operator's.")
    reply_to: str | None = optional("The new address that answers go to; null for the sender's.")
    portal_url: str | None = optional(
        "The web address where its clients come into the portal, to which e-mails append `#token=` and what "
        "enterPortalByLink takes; null to write just the token."
    )
    quiet_from: time | None = settable("From when on, by their own clocks, clients are not to be reminded.")
    quiet_until: time | None = settable("Until when they are not to be; the same time for no quiet hours.")
