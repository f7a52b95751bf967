"""The firm, its members, the viewer."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import AccessRight, CauseKind, NotificationKind, Role, TokenScope, Weekday
from gql.fields import PAGE, Arg, batched, plain
from gql.types.node import Connection, Node, Stored
from resolvers import automations, firms, followers, jobs, notifications, recurrences, time_entries, viewer, webhooks
from resolvers.declare import Depends

if TYPE_CHECKING:
    from gql.types.accounts import Account, Contact
    from gql.types.automations import Automation
    from gql.types.jobs import Job
    from gql.types.notifications import Notification
    from gql.types.recurrences import Recurrence
    from gql.types.time_entries import TimeEntry

Notifications = Connection[Annotated["Notification", strawberry.lazy("gql.types.notifications")]]
Jobs = Connection[Annotated["Job", strawberry.lazy("gql.types.jobs")]]
_TimeEntry = Annotated["TimeEntry", strawberry.lazy("gql.types.time_entries")]
_Contact = Annotated["Contact", strawberry.lazy("gql.types.accounts")]
Accounts = Connection[Annotated["Account", strawberry.lazy("gql.types.accounts")]]


@strawberry.type(description="A day on which the firm does not work, beside the public holidays of its region.")
class Holiday:
    """A holiday of the firm's own."""

    day: date = plain("Which day.")
    name: str = plain("What it is.")


@strawberry.type(description="The firm: nothing crosses from one to another.")
class Firm(Stored):
    """The tenant."""

    name: str = plain("The firm's name.")
    time_zone: str = plain("The IANA time zone in which its days begin and end, e.g. Europe/Berlin.")
    currency: str = plain("The currency of its invoices, as three letters.")
    working_days: list[Weekday] = batched(firms.working_days, "The days of the week on which it works.")
    holiday_region: str | None = plain(
        "Whose public holidays are no working days: a country such as DE, or a part of one such as DE-BY."
    )
    holidays: list[Holiday] = batched(firms.holidays, "Its own holidays by day, beside the public ones.")
    holds_client_mail: bool = plain("Whether mail to clients is made and held back, as it is until the firm is live.")
    sender_name: str | None = plain("The name in the From line of its mail; the firm's name where there is none.")
    sender_address: str | None = plain("The address that its mail comes from; the operator's where there is none.")
    reply_to: str | None = plain("The address that answers go to; the sender's where there is none.")
    portal_url: str | None = plain(
        "The web address where its clients come into the portal; null where e-mails name just a token."
    )
    quiet_from: time = plain("From when on, by their own clocks, its clients are not reminded of anything.")
    quiet_until: time = plain(
        "Until when they are not, on the next day where that is earlier; the same time for no quiet hours."
    )
    webhook_secret: str | None = batched(
        webhooks.secrets,
        "The secret that its webhooks are signed with, as Standard Webhooks writes it (`whsec_…`). Null before it has "
        "any to make, without the right MANAGE_INTEGRATIONS, and for tokens without the scope WRITE.",
    )


@strawberry.type(description="A person's login.")
class User(Node):
    """A login."""

    email: str = plain("The e-mail address to log in with.")
    name: str = plain("The person's name.")


@strawberry.type(description="A person in the firm.")
class Member(Stored):
    """A member. Colleagues know each other; rights and accounts are for owners, admins and oneself."""

    name: str = plain("The member's name in the firm.")
    email: str = plain("The e-mail address the member logs in with.")
    role: Role = plain("What the member is in the firm.")
    joined_at: datetime | None = plain("When the member accepted the invitation; null before.")
    deactivated_at: datetime | None = plain("When the member was deactivated; null while active.")
    rights: list[AccessRight] | None = batched(
        firms.rights, "Rights given to the member; null unless it is oneself or one is an owner or admin."
    )
    accounts: Accounts | None = batched(firms.accounts, "Accounts the member has access to; null like rights.", **PAGE)


@strawberry.type(description="A firm that a login belongs to.")
class Membership:
    """A user's place in a firm."""

    firm_id: strawberry.ID = plain("The firm, to log into.")
    firm_name: str = plain("Its name.")
    role: Role = plain("What the user is in it.")


@strawberry.type(description="A token for a program that acts as its member.")
class ApiToken(Node):
    """An API token; the token itself is shown once, when it is made."""

    name: str = plain("What it is for.")
    scopes: list[TokenScope] = plain("What it may be used for.")
    created_at: datetime = plain("When it was made.")
    expires_at: datetime | None = plain("When it ends by itself; null for never.")
    revoked_at: datetime | None = plain("When it was ended; null while it lives.")
    last_used_at: datetime | None = plain("When it was last used, to within five minutes.")


@strawberry.type(description="How a member is told of notifications; nobody sees another member's.")
class NotificationPreferences:
    """By which ways."""

    email: list[NotificationKind] = plain("The kinds of which one is told by e-mail as well; at first none.")


@strawberry.type(description="Who asks.")
class Viewer:
    """Who asks."""

    user: User = batched(viewer.users, "The login.")
    member: Member | None = batched(viewer.members, "The member of the firm that one is logged into; null for clients.")
    contact: _Contact | None = batched(viewer.contacts, "As whom one came into the portal; null for members.")
    rights: list[AccessRight] = batched(viewer.effective_rights, "What one may do, by role or right.")
    api_tokens: list[ApiToken] = batched(viewer.own_api_tokens, "One's own live API tokens.")
    notification_preferences: NotificationPreferences = batched(
        notifications.preferences, "How one is told. No stream shows it: ask again."
    )
    unread_count: int = batched(notifications.unread_counts, "How many of one's notifications are unread.")
    notifications: Notifications = batched(
        notifications.of_viewers,
        "What one is to know, newest first.",
        unread=Arg(bool | None, "Only what is unread, or only what has been read.", None),
        **PAGE,
    )
    followed_jobs: Jobs = batched(
        followers.followed_jobs,
        "The jobs that one follows and sees, archived ones left out; those followed last come first. No stream shows "
        "the list: ask again.",
        **PAGE,
    )
    running_timer: _TimeEntry | None = batched(time_entries.running, "One's own running timer, if there is one.")


Actor = Annotated[Member, strawberry.union("Actor", description="Who caused something.")]


@strawberry.type(description="Why something happened.")
class Cause:
    """What caused an event or a history entry."""

    kind: CauseKind = plain("What sort of cause.")
    actor: Actor | None = batched(
        jobs.actors,
        "Which member; for the system who set it going, if anybody; null for clients and for joined causes.",
    )
    contact: _Contact | None = batched(
        jobs.clients, "Which client did it, or set it going, as far as one has access to the client; null for members."
    )
    automation: Annotated["Automation", strawberry.lazy("gql.types.automations")] | None = batched(
        automations.automations_of, "The automation that did it; null once it was deleted."
    )
    recurrence: Annotated["Recurrence", strawberry.lazy("gql.types.recurrences")] | None = batched(
        recurrences.of_causes, "The recurrence that did it, or made the job that it was done in; null once deleted."
    )
    client_mutation_id: str | None = plain(
        "The clientMutationId of the mutation, so that a client knows its own echo.", depends=Depends.NONE
    )
