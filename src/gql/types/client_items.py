"""The types of items for clients, as members and as clients see them: of each kind one of both."""

from typing import Final

from gql.types.document_requests import DocumentRequest
from gql.types.invoices import Invoice
from gql.types.organizers import Organizer
from gql.types.portal_document_requests import PortalDocumentRequest
from gql.types.portal_invoices import PortalInvoice
from gql.types.portal_items import PortalMessageThread
from gql.types.portal_organizers import PortalOrganizer
from gql.types.portal_proposals import PortalProposal
from gql.types.portal_signing import PortalApproval, PortalSignatureRequest
from gql.types.proposals import Proposal
from gql.types.signing import Approval, SignatureRequest
from gql.types.threads import MessageThread

ITEMS: Final = (
    Organizer,
    PortalOrganizer,
    DocumentRequest,
    PortalDocumentRequest,
    Invoice,
    PortalInvoice,
    MessageThread,
    PortalMessageThread,
    Proposal,
    PortalProposal,
    SignatureRequest,
    PortalSignatureRequest,
    Approval,
    PortalApproval,
)
