"""The viewer, sessions and API tokens."""

from collections.abc import Sequence
from typing import Any

from engine.enums import AccessRight, ErrorCode
from engine.errors import Refused, invalid
from engine.firm import members as engine_members
from engine.firm import sessions
from engine.firm.sessions import Identity, LoggedIn
from resolvers.context import Context
from resolvers.declare import (
    PUBLIC,
    READER,
    STEWARD,
    VISITOR,
    WITH_PARENT,
    Depends,
    Payload,
    batch,
    mutation,
    need_session,
    query,
)
from resolvers.lookup import in_order, present
from store.database import Row
from store.reads import things


@query(may=VISITOR, depends=Depends.SELF)
async def viewer(context: Context) -> dict[str, Any] | None:
    """Who asks; null for nobody."""
    return _viewer(context.identity) if context.identity else None


def _viewer(identity: Identity) -> dict[str, Any]:
    client = identity.client
    if client is not None:
        return {"user_id": client.user_id, "member_id": None, "contact_id": client.contact_id}
    return {"user_id": identity.viewer.user_id, "member_id": identity.viewer.member_id, "contact_id": None}


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def users(context: Context, viewers: Sequence[Any]) -> list[Row | None]:
    """The login of the viewer."""
    return [await things.user(context.db, viewer["user_id"]) for viewer in viewers]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def members(context: Context, viewers: Sequence[Any]) -> list[Row | None]:
    """The viewer as a member of the firm."""
    ids = [viewer["member_id"] for viewer in viewers]
    return in_order(await things.members(context.db, context.firm_id, present(ids)), ids)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def contacts(context: Context, viewers: Sequence[Any]) -> list[Row | None]:
    """The viewer as a client of the firm."""
    ids = [viewer["contact_id"] for viewer in viewers]
    return in_order(await things.contacts(context.db, context.firm_id, present(ids), things.anything), ids)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def effective_rights(context: Context, viewers: Sequence[Any]) -> list[list[AccessRight]]:
    """What the viewer may do, by role or right."""
    if context.client_or_none is not None:
        return [[] for _ in viewers]
    return [[right for right in AccessRight if context.viewer.has(right)] for _ in viewers]


@mutation(may=PUBLIC)
async def login(context: Context, command: tuple[sessions.Login, bool]) -> Payload:
    """Opens a session."""
    given, cookie = command
    no_cookie(context, cookie=cookie)
    done = await sessions.log_in(
        context.database, given, address=context.address, lifetime=context.session_lifetime, clock=context.clock
    )
    if done.identity is None:
        error = invalid(ErrorCode.FIRM_REQUIRED, "You belong to several firms: choose one.", "firm_id")
        raise _Choice(error.problems, done)
    return _logged_in(context, done, cookie=cookie)


class _Choice(Refused):
    """A login that needs a firm: its payload names the firms to choose from."""

    def __init__(self, problems: Any, done: LoggedIn) -> None:
        super().__init__(problems)
        self.payload = {"memberships": done.memberships}


@mutation(may=PUBLIC)
async def accept_invitation(context: Context, command: tuple[engine_members.AcceptInvitation, bool]) -> Payload:
    """Joins a firm."""
    given, cookie = command
    no_cookie(context, cookie=cookie)
    done = await engine_members.accept_invitation(
        context.database,
        given,
        address=context.address,
        mutation_id=context.mutation_id,
        lifetime=context.session_lifetime,
        clock=context.clock,
    )
    assert done.identity is not None  # accepting always opens a session
    context.notify(done.identity.viewer.firm_id)
    return _logged_in(context, done, cookie=cookie)


def no_cookie(context: Context, *, cookie: bool) -> None:
    """Refuses a login that could not hand over what it makes."""
    if cookie and not context.sets_cookies:
        raise invalid(ErrorCode.INVALID, "A cookie can be set over plain HTTP only: leave this out.", "cookie")


def _logged_in(context: Context, done: LoggedIn, *, cookie: bool) -> Payload:
    assert done.identity is not None  # whoever asks has one
    context.identity = done.identity
    context.set_cookie = done.token if cookie else None
    return {
        "token": None if cookie else done.token,
        "expires_at": done.expires_at,
        "viewer": _viewer(done.identity),
        "memberships": done.memberships,
    }


@mutation(may=READER)
async def logout(context: Context, command: None) -> Payload:
    """Ends the session that asks."""
    need_session(context, "An API token is ended by revokeApiToken.")
    assert context.identity is not None  # the rule lets nobody else through
    await context.perform(sessions.log_out, sessions.LogOut(context.identity.session_id))
    context.clear_cookie = True
    context.identity = None  # for what follows in the same document
    return {}


@mutation(may=STEWARD)
async def create_api_token(context: Context, command: sessions.CreateApiToken) -> Payload:
    """Makes an API token. A token makes no tokens: it could outlive its own end."""
    need_session(context, "Log in with a password to make API tokens.")
    token_id, token = await context.perform(sessions.create_api_token, command)
    return {"token": token, "api_token": (await _tokens(context, [token_id]))[0]}


@mutation(may=STEWARD)
async def revoke_api_token(context: Context, command: sessions.RevokeApiToken) -> Payload:
    """Ends an API token."""
    token_id = await context.perform(sessions.revoke_api_token, command)
    return {"api_token": (await _tokens(context, [token_id]))[0]}


async def _tokens(context: Context, ids: Sequence[str]) -> list[Row | None]:
    found = await things.api_tokens(context.db, context.firm_id, ids)
    return [found.get(token_id) for token_id in ids]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def own_api_tokens(context: Context, viewers: Sequence[Any]) -> list[list[Row]]:
    """The viewer's live API tokens."""
    found = await things.api_tokens_of(context.db, context.firm_id, context.viewer.member_id, context.now)
    return [found for _ in viewers]
