"""Action items of every kind, and what items for clients are made by."""

from datetime import date

import strawberry

from engine.enums import ItemKind, ItemState
from engine.items import changing, closing, linking, making, templates
from engine.items.reminders import Reminders
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.document_requests import DocumentRequestContentInput
from gql.inputs.invoices import InvoiceContentInput
from gql.inputs.organizers import OrganizerContentInput
from gql.inputs.people import DurationInput
from gql.inputs.proposals import ProposalContentInput
from gql.inputs.signing import ApprovalContentInput, SignatureRequestContentInput
from gql.inputs.threads import MessageThreadContentInput
from store.reads import filters

ID = strawberry.ID


@input_of(Reminders, "How a client is reminded of an item.")
class RemindersInput:
    """Reminders."""

    every_days: int = given("After how many days each.", default=3)
    times: int | None = given("How often; null until it is answered.", default=1)


@strawberry.input(description="What an item holds: the content of one kind.", one_of=True)
class ItemContentInput:
    """One content."""

    document_request: DocumentRequestContentInput | None = optional("Of a document request.")
    invoice: InvoiceContentInput | None = optional("Of an invoice.")
    proposal: ProposalContentInput | None = optional("Of a proposal.")
    message_thread: MessageThreadContentInput | None = optional("Of a message thread.")
    organizer: OrganizerContentInput | None = optional("Of an organizer.")
    signature_request: SignatureRequestContentInput | None = optional("Of a signature request.")
    approval: ApprovalContentInput | None = optional("Of an approval.")

    __unwrapped__ = True


_REMINDERS = "How the client is reminded: null for not at all; if left out as the template says, or once after 3 days."


_DUE = "How long after being made an item is to be answered, in DAYS, WORKING_DAYS, WEEKS or MONTHS; 0 is that day."


@input_of(making.CreateItem, "A new item for a client, by a template or with a content of its own.")
class CreateItemInput(MutationInput):
    """A new item."""

    id: ID | None = optional(CLIENT_ID)
    account_id: ID | None = given("For which client; that of the job where left out.", default=None)
    job_id: ID | None = given("The job it belongs to, if any.", default=None)
    template_id: ID | None = given("The template to make it by.", default=None)
    content: ItemContentInput | None = given("What it holds, where no template is named.", default=None)
    title: str | None = given("Its title, with shortcodes; that of the template where left out.", default=None)
    message: str | None = optional("What its e-mails say besides; that of the template if left out, null for nothing.")
    due_date: date | None = optional(
        "By when it is to be answered; as the template says if left out, null for no date."
    )
    reminders: RemindersInput | None = optional(_REMINDERS)
    blocking: bool = given("Whether it holds the job in its stage until it is done.", default=True)
    send: bool = given("Whether to send it at once; else `sendItem` does.", default=True)


@input_of(changing.SendItem, "Which item to send that was made without being sent.")
class SendItemInput(MutationInput):
    """An item."""

    item_id: ID = given("Which item.")


@input_of(changing.UpdateItem, "What to change of an open item for a client. What was written stays written.")
class UpdateItemInput(MutationInput):
    """Changes of an item."""

    item_id: ID = given("Which item.")
    title: str | None = settable("The new title.")
    message: str | None = optional("What e-mails still to be written say besides; null for nothing.")
    due_date: date | None = optional("The new due date; null for none.")
    reminders: RemindersInput | None = optional("How the client is reminded, counted from now; null for not at all.")


@input_of(closing.CompleteItem, "Which item is done.")
class CompleteItemInput(MutationInput):
    """An item."""

    item_id: ID = given("Which item: one that members complete.")


@input_of(closing.CancelItem, "Which item is not to be done: it blocks no more.")
class CancelItemInput(MutationInput):
    """An item."""

    item_id: ID = given("Which item.")


@input_of(closing.ReopenItem, "Which item is to be done after all; moves no job back.")
class ReopenItemInput(MutationInput):
    """An item."""

    item_id: ID = given("Which item: one of a kind that can be done again.")


@input_of(linking.LinkItem, "Which item belongs to which job.")
class LinkItemInput(MutationInput):
    """An item and a job."""

    item_id: ID = given("Which item.")
    job_id: ID = given("Which job: of the same client, where the item is for one.")
    blocking: bool = given("Whether it holds the job in its stage until it is done.", default=True)


@input_of(linking.UnlinkItem, "Which item belongs no more to which job; deletes nothing.")
class UnlinkItemInput(MutationInput):
    """An item and a job."""

    item_id: ID = given("Which item.")
    job_id: ID = given("Which job.")


@input_of(templates.CreateItemTemplate, "What items for clients are to be made by.")
class CreateItemTemplateInput(MutationInput):
    """A new template."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The template's name, unique in the firm.")
    title: str = given("The items' title, with shortcodes.")
    content: ItemContentInput = given("What they hold, with shortcodes.")
    message: str | None = given("What their e-mails say besides, with shortcodes.", default=None)
    reminders: RemindersInput | None = optional("How clients are reminded; null for not at all.")
    due_after: DurationInput | None = given(_DUE, default=None)


@input_of(templates.UpdateItemTemplate, "What to change of a template. Items that were made stay as they are.")
class UpdateItemTemplateInput(MutationInput):
    """Changes of a template."""

    item_template_id: ID = given("Which template.")
    name: str | None = settable("The new name.")
    title: str | None = settable("The new title.")
    content: ItemContentInput | None = settable("The new content, of the same kind.")
    message: str | None = optional("What e-mails say besides; null for nothing.")
    reminders: RemindersInput | None = optional("How clients are reminded; null for not at all.")
    due_after: DurationInput | None = optional(f"{_DUE} Say null for no due date.")


@input_of(templates.DeleteItemTemplate, "Which template to delete; refused while automations use it.")
class DeleteItemTemplateInput(MutationInput):
    """A template."""

    item_template_id: ID = given("Which template.")


@input_of(filters.ItemFilter, "Which items; all given parts must hold.")
class ItemFilter:
    """Items by traits."""

    ids: list[ID] | None = given("These.", default=None)
    kinds: list[ItemKind] | None = given("Of any of these kinds.", default=None)
    states: list[ItemState] | None = given("In any of these states.", default=None)
    open: bool | None = given("Still to be done, or not.", default=None)
    account_ids: list[ID] | None = given("For any of these clients.", default=None)
    job_ids: list[ID] | None = given("Of any of these jobs.", default=None)
    title_contains: str | None = given("With this in the title, whatever its case.", default=None)
    all_of: "list[ItemFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[ItemFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "ItemFilter | None" = given("For which this does not hold.", name="not", default=None)
