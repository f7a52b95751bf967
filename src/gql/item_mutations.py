"""What members do with action items: what all kinds share, and what single kinds add."""

import strawberry

from gql.fields import mutates
from gql.inputs import document_requests as request_inputs
from gql.inputs import invoices as invoice_inputs
from gql.inputs import items as item_inputs
from gql.inputs import organizers as organizer_inputs
from gql.inputs import threads as thread_inputs
from gql.payloads import (
    ActionItemPayload,
    ClientTaskPayload,
    DeletedPayload,
    InvoicePaymentPayload,
    ItemTemplatePayload,
    PostMessagePayload,
)
from resolvers import document_requests, invoices, items, organizers, threads


@strawberry.type
class ItemMutations:
    """The mutations of items; a part of the root of mutations."""

    complete_item: ActionItemPayload = mutates(items.complete_item, "Completes an item.", item_inputs.CompleteItemInput)
    cancel_item: ActionItemPayload = mutates(
        items.cancel_item, "Cancels an item: it blocks no more.", item_inputs.CancelItemInput
    )
    reopen_item: ActionItemPayload = mutates(
        items.reopen_item, "Reopens an item; moves no job back.", item_inputs.ReopenItemInput
    )
    link_item: ActionItemPayload = mutates(
        items.link_item, "Links an item to a job, in its current stay in a stage.", item_inputs.LinkItemInput
    )
    unlink_item: ActionItemPayload = mutates(
        items.unlink_item, "Unlinks an item from a job; deletes nothing.", item_inputs.UnlinkItemInput
    )
    create_item: ActionItemPayload = mutates(
        items.create_item,
        "Makes an item for a client and sends it, by e-mail and in the portal. It takes the right of its kind.",
        item_inputs.CreateItemInput,
    )
    send_item: ActionItemPayload = mutates(
        items.send_item, "Sends an item that was made without being sent.", item_inputs.SendItemInput
    )
    update_item: ActionItemPayload = mutates(
        items.update_item, "Changes an open item for a client.", item_inputs.UpdateItemInput
    )
    create_item_template: ItemTemplatePayload = mutates(
        items.create_item_template, "Makes a template of items for clients.", item_inputs.CreateItemTemplateInput
    )
    update_item_template: ItemTemplatePayload = mutates(
        items.update_item_template,
        "Changes a template of items for clients. Items that were made stay as they are.",
        item_inputs.UpdateItemTemplateInput,
    )
    delete_item_template: DeletedPayload = mutates(
        items.delete_item_template,
        "Deletes a template of items for clients that no automation uses.",
        item_inputs.DeleteItemTemplateInput,
    )
    post_message: PostMessagePayload = mutates(
        threads.post_message, "Writes to a client in a thread.", thread_inputs.PostMessageInput
    )
    add_client_task: ClientTaskPayload = mutates(
        threads.add_client_task, "Gives a client another task in a thread.", thread_inputs.AddClientTaskInput
    )
    remove_client_task: ActionItemPayload = mutates(
        threads.remove_client_task, "Takes a task of a client out of its thread.", thread_inputs.RemoveClientTaskInput
    )
    seal_organizer: ActionItemPayload = mutates(
        organizers.seal_organizer,
        "Takes an organizer as it is answered so far: its client answers no more, unless it is reopened.",
        organizer_inputs.SealOrganizerInput,
    )
    record_payment: InvoicePaymentPayload = mutates(
        invoices.record_payment,
        "Notes that something was paid of an invoice. Once it is paid in full it is done, and its jobs go on.",
        invoice_inputs.RecordPaymentInput,
    )
    refund_payment: InvoicePaymentPayload = mutates(
        invoices.refund_payment,
        "Notes that something that was paid of an invoice was given back. One that was done is open again.",
        invoice_inputs.RefundPaymentInput,
    )
    accept_document: ActionItemPayload = mutates(
        document_requests.accept_document,
        "Accepts a document that a client has given. With the last one that is required the request is done.",
        request_inputs.AcceptDocumentInput,
    )
    return_document: ActionItemPayload = mutates(
        document_requests.return_document,
        "Sends a document back that a client has given, who is written to.",
        request_inputs.ReturnDocumentInput,
    )
