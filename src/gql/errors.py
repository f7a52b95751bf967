"""Typed errors of mutations (API1)."""

import strawberry

from engine.enums import AccessRight, ErrorCode
from gql.fields import batched, plain
from gql.types.items import ActionItem
from gql.types.node import Node
from resolvers import nodes


@strawberry.interface(description="Why a mutation was refused. Nothing has been changed.")
class MutationError:
    """A typed error."""

    code: ErrorCode = plain("What was wrong, to switch on.")
    message: str = plain("The same for people, in English.")
    path: list[str] | None = plain("Which field of the mutation's arguments, from the outside in.")


@strawberry.type(description="A value makes no sense.")
class ValidationError(MutationError):
    """A bad value."""


@strawberry.type(description="What is named does not exist, or not for the viewer.")
class NotFoundError(MutationError):
    """Nothing there."""


@strawberry.type(description="The viewer may not do this.")
class ForbiddenError(MutationError):
    """Not allowed."""

    right: AccessRight | None = plain("The right that would allow it, if one would.")


@strawberry.type(description="Another change came first.")
class ConflictError(MutationError):
    """Overtaken."""

    current: Node | None = batched(nodes.current_of, "The thing as it is now.")


@strawberry.type(description="Open items block the stage that the job is to leave: say what becomes of them.")
class PendingItemsError(MutationError):
    """Items need a choice."""

    items: list[ActionItem] = batched(nodes.pending_items, "The items.")


@strawberry.type(description="It is referred to.")
class InUseError(MutationError):
    """In use."""

    total: int = plain("By how many, whether one sees them or not.")
    used_by: list[Node] = batched(nodes.used_by, "The first of those that one sees.")


ERRORS = (ValidationError, NotFoundError, ForbiddenError, ConflictError, PendingItemsError, InUseError)
