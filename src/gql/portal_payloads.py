"""What the mutations of the portal answer. Their errors name no things: clients would find a way in through those."""

from datetime import datetime

import strawberry

from engine.enums import ErrorCode
from gql.fields import plain
from gql.types.portal import Portal, PortalDocument, PortalDoor
from gql.types.portal_items import PortalItem


@strawberry.type(description="Why a client was refused.")
class PortalError:
    """A refusal."""

    code: ErrorCode = plain("What clients switch on.")
    message: str = plain("What went wrong, for people.")
    path: list[str] | None = plain("The part of the input that is at fault, from `input` on; null where it is none.")


@strawberry.type
class PortalAnswer:
    """What every payload of the portal has."""

    errors: list[PortalError] = plain("Why nothing was done; empty where it was.")
    client_mutation_id: str | None = plain("What the input carried.")


@strawberry.type(description="A session in a portal.")
class EnterPortalPayload(PortalAnswer):
    """A session; or the portals to choose from."""

    token: str | None = plain("The bearer token; it cannot be read again. Null where a cookie was asked for.")
    expires_at: datetime | None = plain("When the session ends.")
    portal: Portal | None = plain("The portal; null where one of several has to be chosen first.")
    doors: list[PortalDoor] | None = plain("The portals that one may come into with this password.")


@strawberry.type(description="If the e-mail address is known, a link is on its way; nobody is told whether it is.")
class RequestPortalLinkPayload(PortalAnswer):
    """Nothing."""


@strawberry.type(description="The portal.")
class PortalPayload(PortalAnswer):
    """The portal."""

    portal: Portal | None = plain("The portal as it is now.")


@strawberry.type(description="A document that waits for its content.")
class RequestPortalUploadPayload(PortalAnswer):
    """A document."""

    document: PortalDocument | None = plain("The document, with the address to upload to.")


@strawberry.type(description="An item that the firm has sent one.")
class PortalItemPayload(PortalAnswer):
    """An item."""

    item: PortalItem | None = plain("The item as it is now.")


@strawberry.type(description="The session has ended.")
class LeavePortalPayload(PortalAnswer):
    """Nothing."""
