"""What clients do, in their portal. Members do none of it."""

import strawberry

from gql.fields import mutates
from gql.inputs import document_requests as request_inputs
from gql.inputs import organizers as organizer_inputs
from gql.inputs import portal as portal_inputs
from gql.inputs import proposals as proposal_inputs
from gql.inputs import signing as signing_inputs
from gql.inputs import threads as thread_inputs
from gql.portal_payloads import (
    EnterPortalPayload,
    LeavePortalPayload,
    PortalItemPayload,
    PortalPayload,
    RequestPortalLinkPayload,
    RequestPortalUploadPayload,
)
from resolvers import (
    portal,
    portal_document_requests,
    portal_items,
    portal_organizers,
    portal_proposals,
    portal_signing,
)


@strawberry.type
class PortalMutations:
    """The mutations of clients; a part of the root of mutations."""

    enter_portal: EnterPortalPayload = mutates(
        portal.enter, "Comes into a client portal with a password.", portal_inputs.EnterPortalInput
    )
    enter_portal_by_link: EnterPortalPayload = mutates(
        portal.enter_by_link, "Comes into a client portal by a link.", portal_inputs.EnterPortalByLinkInput
    )
    request_portal_link: RequestPortalLinkPayload = mutates(
        portal.request_link,
        "Asks for a link into a client portal by e-mail. Whether the address is known is not told.",
        portal_inputs.RequestPortalLinkInput,
    )
    set_portal_password: PortalPayload = mutates(
        portal.set_password,
        "Sets the password with which one comes into this client portal, and into no other. Other logins end.",
        portal_inputs.SetPortalPasswordInput,
    )
    update_portal_contact: PortalPayload = mutates(
        portal.update_contact,
        "Changes how a client is written to: whether, and in which time zone.",
        portal_inputs.UpdatePortalContactInput,
    )
    request_portal_upload: RequestPortalUploadPayload = mutates(
        portal.request_upload,
        "Announces a file of a client's, and answers where to PUT its content. It is shared from the start.",
        portal_inputs.RequestPortalUploadInput,
    )
    leave_portal: LeavePortalPayload = mutates(
        portal.leave, "Ends the session of a client.", portal_inputs.LeavePortalInput
    )
    mark_portal_item_seen: PortalItemPayload = mutates(
        portal_items.mark_seen,
        "Notes that one has looked at an item that the firm has sent.",
        thread_inputs.MarkPortalItemSeenInput,
    )
    post_portal_message: PortalItemPayload = mutates(
        portal_items.post_message, "Answers the firm in a talk.", thread_inputs.PostPortalMessageInput
    )
    set_client_task_done: PortalItemPayload = mutates(
        portal_items.set_client_task_done,
        "Says that one of one's tasks is done, or is not.",
        thread_inputs.SetClientTaskDoneInput,
    )
    save_answers: PortalItemPayload = mutates(
        portal_organizers.save_answers,
        "Keeps some of one's answers to an organizer, all of them well-formed, or none.",
        organizer_inputs.SaveAnswersInput,
    )
    submit_organizer: PortalItemPayload = mutates(
        portal_organizers.submit_organizer,
        "Says that one has answered an organizer. Refused while an answer is missing.",
        organizer_inputs.SubmitOrganizerInput,
    )
    attach_document: PortalItemPayload = mutates(
        portal_document_requests.attach_document,
        "Gives a document that was uploaded for a line of a document request.",
        request_inputs.AttachDocumentInput,
    )
    detach_document: PortalItemPayload = mutates(
        portal_document_requests.detach_document,
        "Takes a document back that was given in a document request, while it is not accepted.",
        request_inputs.DetachDocumentInput,
    )
    submit_documents: PortalItemPayload = mutates(
        portal_document_requests.submit_documents,
        "Says that all is given that a document request wants: the firm looks at it.",
        request_inputs.SubmitDocumentsInput,
    )
    sign_document: PortalItemPayload = mutates(
        portal_signing.sign_document,
        "Signs a document by typing one's name. It stays signed.",
        signing_inputs.SignDocumentInput,
    )
    answer_approval: PortalItemPayload = mutates(
        portal_signing.answer_approval, "Approves a document, or does not.", signing_inputs.AnswerApprovalInput
    )
    sign_proposal: PortalItemPayload = mutates(
        portal_proposals.sign_proposal,
        "Accepts a proposal by typing one's name. The last signature finishes it.",
        proposal_inputs.SignProposalInput,
    )
    decline_proposal: PortalItemPayload = mutates(
        portal_proposals.decline_proposal,
        "Declines a proposal as it is. One may sign it after all until the firm cancels it.",
        proposal_inputs.DeclineProposalInput,
    )
