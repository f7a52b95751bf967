"""Signatures of clients: who is to sign an item, what exactly they sign, and that they have signed.

What is signed is a text: the item's id, kind, title and content, and what hangs on it, as JSON with its names sorted
and without spaces. Its SHA-256 is shown with it, comes back with the signature, and is kept: so what was signed is what
was shown, and anybody can prove it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from engine.checks import Checks
from engine.enums import ErrorCode, ItemKind
from engine.errors import Missing, Refused, denied, invalid, missing, stale
from engine.items import clients
from engine.work import Work
from store.database import Db, Row
from store.reads import signing as reads
from store.writes import signing as writes

NOBODY: Final = "Nobody of the account comes into the portal: invite who is to sign, then try again."
UNKNOWN: Final = "unknown"
"""The address of who comes by no network that the server sees, such as a socket of a proxy on the same machine."""
_NOT_SAID: Final = frozenset({"signer_ids", "document_id"})
"""Parts of contents that are not signed: a document is by what it holds."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One's name under what one was shown."""

    item_id: str
    name: str
    content_sha256: str


def check(checks: Checks, signer_ids: Sequence[str], *path: str) -> tuple[str, ...]:
    """A short list of contacts, each once."""
    return tuple(checks.ids(signer_ids, *path, "signer_ids"))


async def find(work: Work, signer_ids: Sequence[str], account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses to have anybody sign who is no contact of the account, or who does not come into the portal."""
    if not signer_ids:
        return
    path = (*path, "signer_ids")
    if account_id is None:
        message = "A template is for no account, so it has no contacts: all who come into the portal sign."
        raise Refused([Missing(ErrorCode.NOT_FOUND, message, path)])
    there = await writes.contacts(work.db, work.firm_id, account_id, signer_ids)
    if set(signer_ids) - there.keys():
        raise missing("contact", *path)
    if not all(there.values()):
        raise invalid(ErrorCode.UNREACHABLE, "Who signs has to come into the portal: invite them first.", *path)


async def enlist(work: Work, rows: Sequence[Row], chosen: Mapping[str, Sequence[str]]) -> None:
    """Says who is to sign fresh items: those chosen for an item, or all of its account who come into the portal."""
    lines: list[dict[str, Any]] = [
        {"item_id": row["id"], "account_id": row["account_id"], "contact_ids": list(chosen[row["id"]])} for row in rows
    ]
    if {row["id"] for row in rows} - await writes.make(work.db, work.firm_id, lines):
        raise invalid(ErrorCode.UNREACHABLE, NOBODY)


async def stands(work: Work, item: Row) -> bool:
    """Whether somebody has signed a locked item."""
    return any(signer["signed_at"] for signer in await writes.signers(work.db, work.firm_id, item["id"]))


async def texts(db: Db, firm_id: str, items: Sequence[Row]) -> dict[str, str]:
    """What is signed of items, by their ids."""
    beside = await reads.beside(db, firm_id, {item["id"] for item in items})
    return {item["id"]: text(item, beside[item["id"]]) for item in items}


def text(item: Row, beside: Row) -> str:
    """What is signed of an item."""
    content: dict[str, Any] = orjson.loads(item["content"])
    said: dict[str, Any] = {name: item[name] for name in ("id", "kind", "title")}
    said["content"] = {name: value for name, value in content.items() if name not in _NOT_SAID}
    if beside["sha256"] is not None:
        said["document"] = {"name": beside["name"], "sha256": beside["sha256"]}
    if beside["currency"] is not None:
        said["currency"] = beside["currency"]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def digest(signed: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(signed.encode()).hexdigest()


async def sign(work: Work, command: Sign, kind: ItemKind) -> tuple[Row, bool]:
    """Signs an item; answers it, and whether that was the last signature: then it is done.

    Raises Refused: FORBIDDEN for another contact of its account, CLOSED for who has signed it, CONFLICT where what they
    were shown is not what it says.
    """
    checks = Checks()
    name = checks.name(command.name, "name")
    checks.done()
    item = await clients.own_open(work, command.item_id, "item_id", kind=kind)
    signers = await writes.signers(work.db, work.firm_id, item["id"])
    me = awaited(work, signers)
    sha256 = digest((await texts(work.db, work.firm_id, [item]))[item["id"]])
    if command.content_sha256 != sha256:
        raise stale("item", item["id"], "content_sha256")
    address = work.caller.address or UNKNOWN
    await writes.sign(work.db, work.firm_id, me, name, work.now, address, sha256)
    last = all(signer["signed_at"] or signer is me for signer in signers)
    await _go_on(work, item, last=last)
    return item, last


def awaited(work: Work, signers: Sequence[Row]) -> Row:
    """The client among those who are to sign a locked item, if they have not yet."""
    me = next((signer for signer in signers if signer["contact_id"] == work.client.contact_id), None)
    if me is None:
        raise denied("Others are asked to sign this.", None, "item_id")
    if me["signed_at"] is not None:
        raise invalid(ErrorCode.CLOSED, "You have signed it already.", "item_id")
    return me


async def _go_on(work: Work, item: Row, *, last: bool) -> None:
    if last:
        await clients.finish(work, item, "has signed")
        return
    await clients.begin(work, item)
    await clients.tell(work, item, "has signed")
