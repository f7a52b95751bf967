"""Signature requests: a document that contacts of a client sign. Done with the last of their signatures (AI1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.checks import Checks
from engine.enums import ItemKind
from engine.items import contents, papers, signing
from engine.items.rules import Fill, kinds
from engine.items.signing import Sign
from engine.work import Work
from store.database import Row

KIND: Final = ItemKind.SIGNATURE_REQUEST


@dataclass(frozen=True, slots=True)
class SignatureContent:
    """What is to be signed, and by whom: by all contacts who come into the portal, if none are named."""

    document_id: str
    text: str | None = None
    signer_ids: tuple[str, ...] = ()


def check(checks: Checks, content: SignatureContent, path: tuple[str, ...]) -> SignatureContent:
    """The text need not say anything."""
    text = checks.text(content.text, *path, "text")
    return replace(content, text=text, signer_ids=signing.check(checks, content.signer_ids, *path))


def texts(content: SignatureContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    return [content.text] if content.text else []


def fill(content: SignatureContent, filled: Fill) -> SignatureContent:
    """The same with shortcodes filled in."""
    return replace(content, text=filled(content.text) if content.text else None)


async def find(work: Work, content: SignatureContent, account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses another client's document, and signers who are not the account's."""
    await papers.find(work, content.document_id, account_id, path)
    await signing.find(work, content.signer_ids, account_id, path)


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Keeps who is to sign which document."""
    said: dict[str, SignatureContent] = {row["id"]: contents.loaded(kinds()[KIND], row) for row in rows}
    await papers.attach(work, {item_id: content.document_id for item_id, content in said.items()})
    await signing.enlist(work, rows, {item_id: content.signer_ids for item_id, content in said.items()})


async def sign_document(work: Work, command: Sign) -> str:
    """Signs a document; answers the item's id."""
    await signing.sign(work, command, KIND)
    return command.item_id
