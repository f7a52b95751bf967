"""Declarations beside resolvers: who may (AC6), and on what of the viewer the answer depends.

``query`` resolves a field of the root. ``batch`` resolves a field for all parents of its level at once.
``mutation`` runs a command and answers its payload. ``subscription`` answers a stream of events. The schema walk fails
for a field without a declaration.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, TypeVar

from engine.enums import AccessRight, ErrorCode, SessionKind, TokenScope
from engine.errors import Denied, Problem, Refused, denied
from resolvers.context import Context

F = TypeVar("F", bound=Callable[..., Any])
DECLARATION = "__declaration__"


class Depends(Flag):
    """What of the viewer a field's value depends on, beyond its being there at all."""

    NONE = 0
    RIGHTS = auto()  # role, rights, token scopes
    SCOPE = auto()  # accounts, pipelines
    SELF = auto()  # mine


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may ask for a field. ``refusal`` answers why not, or None."""

    name: str
    refusal: Callable[[Context], Problem | None]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a field says of itself."""

    may: Rule
    depends: Depends
    needs: frozenset[str] | None = None
    """The columns of its parents that a batch resolver looks at; None where it may be any."""
    brought: str = ""
    """Under which name a parent that was read alone may bring the answer along."""
    proves: bool = False
    """Whether the resolver of a query proves the viewer's claim, if it answers anything."""

    @property
    def looks_at_rights(self) -> bool:
        """Whether not everybody who may read anything may have it."""
        return self.may.name not in _FOR_ALL_READERS

    @property
    def same_for_all(self) -> bool:
        """Whether all readers are shown the same, given the same parent."""
        return self.depends is Depends.NONE and not self.looks_at_rights


def _nobody_is_refused(context: Context) -> Problem | None:
    return None


def _login(context: Context, scope: TokenScope) -> Problem | None:
    if context.identity is None:
        message = "Log in first, and send the token as a bearer."
        return Denied(ErrorCode.UNAUTHENTICATED, message)
    if context.identity.client is not None:
        return Denied(ErrorCode.FORBIDDEN, "This is for members of the firm. Clients ask `portal`.")
    if scope not in context.identity.viewer.scopes:
        return Denied(ErrorCode.FORBIDDEN, f"This token lacks the scope {scope}.")
    return None


def _manager(context: Context, scope: TokenScope) -> Problem | None:
    refused = _login(context, scope)
    if refused or context.viewer.manages:
        return refused
    return Denied(ErrorCode.FORBIDDEN, "Only an owner or an admin may do this.")


def _nobody_or_reader(context: Context) -> Problem | None:
    return _reader_or_client(context) if context.identity else None


def _reader_or_client(context: Context) -> Problem | None:
    if context.identity is not None and context.identity.client is not None:
        return None
    return _login(context, TokenScope.READ)


def _client(context: Context) -> Problem | None:
    if context.identity is None:
        return Denied(ErrorCode.UNAUTHENTICATED, "Log in first, and send the token as a bearer.")
    if context.identity.client is None:
        return Denied(ErrorCode.FORBIDDEN, "This is for clients of the firm.")
    return None


PUBLIC = Rule("PUBLIC", _nobody_is_refused)
WITH_PARENT = Rule("WITH_PARENT", _nobody_is_refused)  # whoever sees the parent sees this of it
VISITOR = Rule("VISITOR", _nobody_or_reader)  # anybody; but a token without the scope to read reads nothing
READER = Rule("READER", lambda context: _login(context, TokenScope.READ))
WRITER = Rule("WRITER", lambda context: _login(context, TokenScope.WRITE))
STEWARD = Rule("STEWARD", lambda context: _login(context, TokenScope.MANAGE))  # makes and ends tokens
SOMEBODY = Rule("SOMEBODY", _reader_or_client)  # a member with the scope to read, or a client
CLIENT = Rule("CLIENT", _client)  # a contact in the portal (AC5)
MANAGING_READER = Rule("MANAGING_READER", lambda context: _manager(context, TokenScope.READ))
MANAGER = Rule("MANAGER", lambda context: _manager(context, TokenScope.WRITE))  # an owner or admin
MEMBER_MANAGER = Rule("MEMBER_MANAGER", lambda context: _manager(context, TokenScope.MANAGE))  # likewise, over members


_FOR_ALL_READERS = frozenset({PUBLIC.name, READER.name, SOMEBODY.name, VISITOR.name, WITH_PARENT.name})


def right(wanted: AccessRight, scope: TokenScope = TokenScope.WRITE) -> Rule:
    """A writer, or reader, with a right."""

    def refusal(context: Context) -> Problem | None:
        refused = _login(context, scope)
        if refused or context.viewer.has(wanted):
            return refused
        return Denied(ErrorCode.FORBIDDEN, f"This needs the right {wanted}.", right=wanted)

    return Rule(f"right({wanted})", refusal)


def declared(
    may: Rule, depends: Depends, *, needs: Collection[str] | None = None, brought: str = "", proves: bool = False
) -> Callable[[F], F]:
    """Attaches a declaration to a resolver."""
    columns = None if needs is None else frozenset(needs)

    def attach(resolver: F) -> F:
        setattr(resolver, DECLARATION, Declaration(may, depends, columns, brought, proves))
        return resolver

    return attach


query = declared
batch = declared
subscription = declared


def declaration(resolver: Callable[..., Any]) -> Declaration:
    """What a resolver declares. Raises TypeError where it declares nothing."""
    found = getattr(resolver, DECLARATION, None)
    if not isinstance(found, Declaration):
        raise TypeError(f"{resolver.__module__}.{resolver.__qualname__} declares no permission")
    return found


Payload = dict[str, Any]
Run = Callable[[Context, Any], Awaitable[Payload]]


def mutation(may: Rule) -> Callable[[Run], Run]:
    """Makes a command's resolver answer its problems as typed errors instead of raising them (API1)."""

    def attach(run: Run) -> Run:
        async def resolve(context: Context, command: Any) -> Payload:
            problem = may.refusal(context)
            if problem:
                return {"errors": [error_row(problem)]}
            try:
                return {**await run(context, command), "errors": []}
            except Refused as refused:
                more: Payload = getattr(refused, "payload", {})
                return {**more, "errors": [error_row(problem) for problem in refused.problems]}

        setattr(resolve, DECLARATION, Declaration(may, Depends.SCOPE))
        resolve.__qualname__, resolve.__module__ = run.__qualname__, run.__module__
        return resolve

    return attach


_TYPES = {
    "Missing": "NotFoundError",
    "Denied": "ForbiddenError",
    "Stale": "ConflictError",
    "Pending": "PendingItemsError",
    "InUse": "InUseError",
    "Problem": "ValidationError",
}


def error_row(problem: Problem) -> Mapping[str, Any]:
    """A problem as the source of a MutationError; paths name fields of the input as clients write them."""
    row: dict[str, Any] = {
        "__typename": _TYPES[type(problem).__name__],
        "code": problem.code,
        "message": problem.message,
    }
    row["path"] = ["input", *(camel(step) for step in problem.path)] if problem.path else None
    extras = ("right", "current_id", "item_ids", "total", "used_by")
    return row | {name: getattr(problem, name) for name in extras if hasattr(problem, name)}


def camel(name: str) -> str:
    """A field's name as clients write it."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def need_session(context: Context, message: str) -> None:
    """Refuses API tokens where only a person's login will do."""
    if context.identity is not None and context.identity.kind is SessionKind.API_TOKEN:
        raise denied(message)
