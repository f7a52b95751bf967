"""The client portal (AC5). No path leads from here to what is for members: a test walks all that can be reached."""

from datetime import datetime
from typing import Annotated

import strawberry

from engine.enums import ItemKind
from gql.fields import PAGE, Arg, batched, plain
from gql.types.boards import StreamReset
from gql.types.node import Connection
from gql.types.portal_items import PortalItem
from resolvers import documents, portal, portal_items


@strawberry.type(description="The firm whose portal it is.")
class PortalFirm:
    """The firm, for its clients."""

    name: str = plain("The firm's name.")
    email: str | None = plain("The address to write to; null where the firm names none.")
    time_zone: str = plain("The IANA time zone in which its days begin and end.")
    currency: str = plain("The currency of its invoices, as three letters.")


@strawberry.type(description="Oneself, as the firm knows one.")
class PortalContact:
    """The client."""

    id: strawberry.ID = plain("An opaque id.")
    name: str = plain("One's name.")
    email: str | None = plain("One's e-mail address.")
    phone: str | None = plain("One's telephone number.")
    notifications: bool = plain(
        "Whether one is written to about what the firm asks. Letters that open the portal come in any case."
    )
    time_zone: str | None = plain("The IANA time zone in which one lives; null for the firm's.")
    has_password: bool = plain("Whether one can come in with a password; by a link one always can.")


@strawberry.type(description="A person, a family or a business for which the firm works, and in whose name one acts.")
class PortalAccount:
    """An account, for its clients."""

    id: strawberry.ID = plain("An opaque id.")
    name: str = plain("Its name.")


@strawberry.type(description="Something that the firm does for one, and where that stands as far as the firm says.")
class PortalWork:
    """The client-facing status of a job (ST2)."""

    id: strawberry.ID = plain("An opaque id.")
    name: str = plain("The name of where it stands.")
    color: str | None = plain("Its colour as #rrggbb.")
    description: str | None = plain("More about it.")
    account: PortalAccount = batched(portal.accounts_of, "For which account.")


@strawberry.type(
    description="A file that the firm shares with one: of one's own, or of the firm's for all its clients."
)
class PortalDocument:
    """A document, for clients."""

    id: strawberry.ID = plain("An opaque id.")
    name: str = plain("What the file is called, with its ending.")
    media_type: str = plain("What it is, such as application/pdf.")
    size: int = plain("How many bytes it has.")
    sha256: str | None = plain("The SHA-256 of its content, in hexadecimal digits; null before that has come.")
    created_at: datetime = plain("When it was made.")
    account: PortalAccount | None = batched(
        portal.accounts_of, "Of which account it is; null for one of the firm's own."
    )
    is_own_upload: bool = batched(portal.own_uploads, "Whether one has uploaded it oneself.")
    download_url: str | None = batched(
        documents.client_urls,
        "Where one gets its content, for some minutes and as long as it is shared. Hand it on to nobody. Null before "
        "that has come.",
    )
    upload_url: str | None = batched(
        documents.client_upload_urls, "Where to PUT its content, as it is, within some minutes. Null once it came."
    )


@strawberry.type(description="What clients see: all of it is theirs, and nothing of the firm's own work is in it.")
class Portal:
    """The root of clients."""

    firm: PortalFirm = batched(portal.firms, "The firm.")
    contact: PortalContact = batched(portal.contacts, "Oneself.")
    accounts: list[PortalAccount] = batched(portal.accounts, "One's accounts by name.")
    works: Connection[PortalWork] = batched(
        portal.works,
        "What the firm does for one and says where it stands, by the names of the accounts.",
        account_id=Arg(strawberry.ID | None, "Only for this account.", None),
        **PAGE,
    )
    documents: Connection[PortalDocument] = batched(
        portal.documents,
        "The documents that are shared with one, newest first.",
        account_id=Arg(strawberry.ID | None, "Only those of this account.", None),
        **PAGE,
    )

    items: Connection[PortalItem] = batched(
        portal_items.page,
        "What the firm has sent one to be answered, newest first.",
        open=Arg(bool | None, "Only what is still to be done, or only what is not.", None),
        kinds=Arg(list[ItemKind] | None, "Only of these kinds.", None),
        account_id=Arg(strawberry.ID | None, "Only for this account.", None),
        **PAGE,
    )
    item: PortalItem | None = batched(portal_items.one, "One of those.", id=Arg(strawberry.ID, "Its id."))


@strawberry.type(description="A portal that one may come into.")
class PortalDoor:
    """A firm of which one is a client."""

    firm_id: strawberry.ID = plain("The firm, to name when coming in.")
    firm_name: str = plain("Its name.")


@strawberry.type(description="Show this work as it stands now, whether it is new or was changed.")
class PortalWorkChanged:
    """A work to show."""

    work: PortalWork = plain("The work.")


@strawberry.type(description="The firm does not say any more where the work stands.")
class PortalWorkRemoved:
    """A work to take away."""

    work_id: strawberry.ID = plain("Which.")


@strawberry.type(description="Show this document, whether it is new or has another name.")
class PortalDocumentChanged:
    """A document to show."""

    document: PortalDocument = plain("The document.")


@strawberry.type(description="The document is not shared any more.")
class PortalDocumentRemoved:
    """A document to take away."""

    document_id: strawberry.ID = plain("Which.")


@strawberry.type(description="Show this item, whether it is new, was answered, or is not to be answered any more.")
class PortalItemChanged:
    """An item to show."""

    item: PortalItem = plain("The item.")


@strawberry.type(description="The firm does not ask it of one any more.")
class PortalItemRemoved:
    """An item to take away."""

    item_id: strawberry.ID = plain("Which.")


@strawberry.type(description="An account has another name.")
class PortalAccountChanged:
    """An account to show."""

    account: PortalAccount = plain("The account as it is now.")


PortalChange = Annotated[
    PortalWorkChanged
    | PortalWorkRemoved
    | PortalDocumentChanged
    | PortalDocumentRemoved
    | PortalItemChanged
    | PortalItemRemoved
    | PortalAccountChanged
    | StreamReset,
    strawberry.union("PortalChange", description="One thing to do to the screen of a client."),
]


@strawberry.type(
    description="One transaction, or several joined, as a client's screen sees them. Applying it twice does no harm."
)
class PortalEvent:
    """An event of the portal."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    changes: list[PortalChange] = plain("What to do to the screen, in order.")
