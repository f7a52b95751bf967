"""E-mails and their templates."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import EmailState
from engine.templates.sorts import EMAIL
from gql.fields import PAGE, batched, plain
from gql.types.node import Connection, Stored
from gql.types.templates import Template, TemplateVersion
from resolvers import emails, templates

if TYPE_CHECKING:
    from gql.types.accounts import Account, Contact
    from gql.types.automations import AutomationRun
    from gql.types.jobs import Job
    from gql.types.people import Member

_Account = Annotated["Account", strawberry.lazy("gql.types.accounts")]
_Contact = Annotated["Contact", strawberry.lazy("gql.types.accounts")]
_Run = Annotated["AutomationRun", strawberry.lazy("gql.types.automations")]
_Job = Annotated["Job", strawberry.lazy("gql.types.jobs")]
_Member = Annotated["Member", strawberry.lazy("gql.types.people")]


@strawberry.type
class EmailTemplateContent:
    """What an e-mail template says, and said; its fields are copied into both types."""

    subject: str = plain("The subject, with its shortcodes as they were written.")
    text: str = plain("The text, likewise; made of the HTML where no other was given.")
    html: str | None = plain(
        "The same as HTML, for programs that show it: what of it is safe to be sent and shown; null for text only."
    )


@strawberry.type(description="An e-mail template as it was.")
class EmailTemplateVersion(TemplateVersion, EmailTemplateContent):
    """A version."""


@strawberry.type(description="What automations write, with shortcodes that are filled in when an e-mail is made.")
class EmailTemplate(Stored, Template, EmailTemplateContent):
    """A template."""

    versions: Connection[EmailTemplateVersion] = batched(
        templates.versions(EMAIL), "All that it has ever said, newest first.", **PAGE
    )


@strawberry.type(description="One e-mail to one address, complete as it goes out. No stream shows e-mails: ask again.")
class Email(Stored):
    """An e-mail."""

    state: EmailState = plain("Where it stands.")
    subject: str = plain("The subject.")
    text: str = plain("The text.")
    html: str | None = plain("The same as HTML; null for text only.")
    to_name: str = plain("The name of whom it goes to.")
    to_address: str = plain("The address that it goes to.")
    from_name: str = plain("The name that it comes from.")
    from_address: str | None = plain("The address that it comes from; null for that of the installation.")
    reply_to: str | None = plain("The address that answers go to; null for the one that it comes from.")
    message_id: str = plain("Its Message-ID, which stays the same however often it is sent.")
    attempts: int = plain("How often it was tried.")
    error: str | None = plain("Why the last try failed; null where none did.")
    next_attempt_at: datetime | None = plain("When it is tried next; null where it is not.")
    sent_at: datetime | None = plain("When a mail server accepted it; null before.")
    job: _Job | None = batched(emails.job_of, "The job by which it was made, if one sees that.")
    run: _Run | None = batched(emails.run_of, "The automation's turn that made it, if one sees its job.")
    account: _Account | None = batched(emails.account_of, "The client that it is about.")
    contact: _Contact | None = batched(emails.contact_of, "Whom of the client it goes to, if that is still there.")
    member: _Member | None = batched(emails.member_of, "Whom of the firm it goes to.")
    from_template: EmailTemplateVersion | None = batched(
        templates.made_by(EMAIL), "The version of the template that it was made by; null without one."
    )
