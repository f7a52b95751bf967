"""The client portal: what clients see, and how they come in (AC5). Nothing here looks at what is for members."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from engine import access
from engine.errors import missing
from engine.portal import doors, oneself, papers
from engine.portal.doors import Entered
from resolvers.context import Context
from resolvers.declare import CLIENT, PUBLIC, SOMEBODY, WITH_PARENT, Depends, Payload, batch, mutation, query
from resolvers.lookup import in_order
from resolvers.pages import Connection, PageArgs, pages
from resolvers.viewer import no_cookie
from store.database import Row
from store.reads import portal as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

BY_ACCOUNT: Final = Order("work", (("a.name_key", "text"), ("j.id", "text")))
NEWEST_FIRST: Final = Order("paper", (("d.created_at", "timestamptz"), ("d.id", "text")), descending=True)
_WORKS: Final = (
    f"{reads.WORKS} JOIN (SELECT firm_id, id, lower(name) AS name_key FROM accounts) a"
    " ON a.firm_id = j.firm_id AND a.id = j.account_id"
)


def own(context: Context, p: Params, account: str, account_id: str | None = None) -> str:
    """Whether an account, an expression for its id, is the client's own, and that one where one is named."""
    mine = access.is_clients_account(context.client, p, account)
    return mine if account_id is None else f"({mine} AND {account} = {p(account_id)})"


@query(may=SOMEBODY, depends=Depends.SELF)
async def portal(context: Context) -> dict[str, Any] | None:
    """The client's own root; null for members."""
    client = context.client_or_none
    return None if client is None else {"contact_id": client.contact_id}


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def firms(context: Context, portals: Sequence[Any]) -> list[Row | None]:
    """The firm whose portal it is."""
    return [await reads.firm(context.db, context.firm_id)] * len(portals)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def contacts(context: Context, portals: Sequence[Any]) -> list[Row | None]:
    """The client as the firm knows them."""
    return [await reads.contact(context.db, context.firm_id, context.client.contact_id)] * len(portals)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def accounts(context: Context, portals: Sequence[Any]) -> list[list[Row]]:
    """The client's accounts by name."""
    return [await _accounts(context)] * len(portals)


async def _accounts(context: Context) -> list[Row]:
    return await reads.accounts(context.db, context.firm_id, lambda p: own(context, p, "a.id"))


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def works(context: Context, portals: Sequence[Any], *, account_id: str | None, **args: Any) -> list[Connection]:
    """What the firm does for the client, as far as it says where it stands, by the accounts' names."""

    def where(p: Params) -> str:
        mine = own(context, p, "j.account_id", account_id)
        return f"j.firm_id = {p(context.firm_id)} AND {reads.SHOWN} AND {mine}"

    source = Source(fixed(reads.WORK), _WORKS, where)
    return await pages(context, source, BY_ACCOUNT, PageArgs(**args)) * len(portals)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def accounts_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The client's accounts that works and documents are of."""
    known = {row["id"]: row for row in await _accounts(context)}
    return in_order(known, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def documents(
    context: Context, portals: Sequence[Any], *, account_id: str | None, **args: Any
) -> list[Connection]:
    """The documents that are shared with the client, newest first."""

    def where(p: Params) -> str:
        return f"d.firm_id = {p(context.firm_id)} AND {shared(context, p, account_id)}"

    source = Source(fixed(reads.DOCUMENT), "documents d", where)
    return await pages(context, source, NEWEST_FIRST, PageArgs(**args)) * len(portals)


def shared(context: Context, p: Params, account_id: str | None = None) -> str:
    """Whether a document (alias d) is shared with the client, and of that account where one is named."""
    mine = access.is_shared_with(context.client, p, "d")
    if account_id is None:
        return mine
    account, firm = p(account_id), p(context.firm_id)
    single = f"SELECT document_id FROM document_shares WHERE firm_id = {firm} AND account_id = {account}"
    return f"({mine} AND (d.account_id = {account} OR d.id IN ({single})))"


async def check_account(context: Context, account_id: str | None, *path: str) -> None:
    """Raises Refused where the account is not the client's own."""
    if account_id is not None and account_id not in {row["id"] for row in await _accounts(context)}:
        raise missing("account", *path)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def own_uploads(context: Context, rows: Sequence[Row]) -> list[bool]:
    """Whether the client has uploaded documents by themselves."""
    me = context.client.contact_id
    return [row["uploaded_by_contact"] == me for row in rows]


@mutation(may=CLIENT)
async def request_upload(context: Context, command: papers.RequestPortalUpload) -> Payload:
    """Announces a file; one that was announced before, and has come since, is shown as any other."""
    document_id = await context.perform_as_client(papers.request_portal_upload, command)

    def there(p: Params) -> str:
        return f"({access.is_awaited_from(context.client, p, 'd')} OR {shared(context, p)})"

    found = await reads.documents(context.db, context.firm_id, [document_id], there)
    return {"document": found.get(document_id)}


@mutation(may=PUBLIC)
async def enter(context: Context, command: tuple[doors.EnterPortal, bool]) -> Payload:
    """Comes in with a password."""
    given, cookie = command
    no_cookie(context, cookie=cookie)
    done = await doors.enter(
        context.database, given, address=context.address, lifetime=context.session_lifetime, clock=context.clock
    )
    return _entered(context, done, cookie=cookie)


@mutation(may=PUBLIC)
async def enter_by_link(context: Context, command: tuple[doors.EnterPortalByLink, bool]) -> Payload:
    """Comes in by a link."""
    given, cookie = command
    no_cookie(context, cookie=cookie)
    done = await doors.enter_by_link(
        context.database, given, address=context.address, lifetime=context.session_lifetime, clock=context.clock
    )
    return _entered(context, done, cookie=cookie)


def _entered(context: Context, done: Entered, *, cookie: bool) -> Payload:
    if done.identity is None:
        return {"doors": done.doors}
    context.identity = done.identity
    context.set_cookie = done.token if cookie else None
    context.notify(done.identity.party.firm_id)
    expires_at: datetime | None = done.identity.expires_at
    return {
        "token": None if cookie else done.token,
        "expires_at": expires_at,
        "doors": done.doors,
        "portal": {"contact_id": access.id_of(done.identity.party)},
    }


@mutation(may=PUBLIC)
async def request_link(context: Context, command: doors.RequestPortalLink) -> Payload:
    """Asks for a link."""
    await doors.request_link(
        context.database, command, address=context.address, notify=context.notify, clock=context.clock
    )
    return {}


@mutation(may=CLIENT)
async def set_password(context: Context, command: doors.SetPortalPassword) -> Payload:
    """Sets the password to come in with."""
    await doors.count_try(context.database, context.client, context.address, context.clock())
    assert context.identity is not None  # the rule lets nobody else through
    await context.perform_as_client(doors.set_portal_password, replace(command, session_id=context.identity.session_id))
    return {"portal": {"contact_id": context.client.contact_id}}


@mutation(may=CLIENT)
async def update_contact(context: Context, command: oneself.UpdatePortalContact) -> Payload:
    """Changes how the client is written to."""
    contact_id = await context.perform_as_client(oneself.update_portal_contact, command)
    return {"portal": {"contact_id": contact_id}}


@mutation(may=CLIENT)
async def leave(context: Context, command: None) -> Payload:
    """Ends the session that asks."""
    assert context.identity is not None  # the rule lets nobody else through
    await context.perform_as_client(doors.leave, doors.LeavePortal(context.identity.session_id))
    context.clear_cookie = True
    context.identity = None  # for what follows in the same document
    return {}
