"""E-mails and their templates."""

import strawberry

from engine.enums import EmailState
from engine.mail import email_templates, outbox
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from store.reads import filters

ID = strawberry.ID


@input_of(email_templates.CreateEmailTemplate, "A new e-mail template; it has a text, HTML, or both.")
class CreateEmailTemplateInput(MutationInput):
    """A new template."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The template's name, unique in the firm whatever its case.")
    subject: str = given("The subject, in one line; may hold shortcodes.")
    text: str | None = given("The text, up to 10,000 characters; may hold shortcodes.", default=None)
    html: str | None = given(
        "The same as HTML, up to 50,000 characters; may hold shortcodes. What is not safe to be sent is taken out; "
        "addresses of links and images are whole ones.",
        default=None,
    )


@input_of(email_templates.UpdateEmailTemplate, "What to change of an e-mail template.")
class UpdateEmailTemplateInput(MutationInput):
    """Changes of a template."""

    template_id: ID = given("Which template.")
    name: str | None = settable("The new name.")
    subject: str | None = settable("The new subject; may hold shortcodes.")
    text: str | None = optional("The new text, which may hold shortcodes; null to have it made of the HTML.")
    html: str | None = optional("The new HTML, which may hold shortcodes; null for text only.")


@input_of(email_templates.DeleteEmailTemplate, "Which e-mail template to delete; refused while automations use it.")
class DeleteEmailTemplateInput(MutationInput):
    """A template."""

    template_id: ID = given("Which template.")


@input_of(outbox.ReleaseEmails, "Which e-mails to send that are held back: these, or all.")
class ReleaseEmailsInput(MutationInput):
    """Held e-mails."""

    email_ids: list[ID] | None = optional("These, at most 200. Those that are not held any more are left alone.")
    all: bool = given("The oldest 200 of all; ask again while any remain.", default=False)


@input_of(outbox.DiscardEmails, "Which e-mails never to send that are held back: these, or all.")
class DiscardEmailsInput(MutationInput):
    """Held e-mails."""

    email_ids: list[ID] | None = optional("These, at most 200. Those that are not held any more are left alone.")
    all: bool = given("The oldest 200 of all; ask again while any remain.", default=False)


@input_of(outbox.RetryEmail, "Which failed e-mail to send again.")
class RetryEmailInput(MutationInput):
    """An e-mail."""

    email_id: ID = given("Which e-mail.")


@input_of(outbox.SendTestEmail, "Which template to send to oneself.")
class SendTestEmailInput(MutationInput):
    """A template, filled in."""

    template_id: ID = given("Which template.")
    job_id: ID | None = optional("For which job to fill in its shortcodes; samples for null.")


@input_of(filters.EmailFilter, "Which e-mails; all given parts must hold.")
class EmailFilter:
    """E-mails by traits."""

    ids: list[ID] | None = given("These.", default=None)
    states: list[EmailState] | None = given("In one of these states.", default=None)
    job_ids: list[ID] | None = given("Made by one of these jobs.", default=None)
    account_ids: list[ID] | None = given("About one of these clients.", default=None)
    all_of: "list[EmailFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[EmailFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "EmailFilter | None" = given("For which this does not hold.", name="not", default=None)
