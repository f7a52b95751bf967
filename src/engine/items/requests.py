"""Document requests: clients give documents for what is wanted, members accept them or send them back.

A request is fulfilled once every required line has an accepted document and nothing waits (``fulfilment``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.checks import NAME_LENGTH, Checks
from engine.enums import ErrorCode, ItemKind, ItemState, Outcome, ReviewState
from engine.items import contents
from engine.items.fulfilment import Wanted, is_fulfilled
from engine.items.rules import Fill, Line, kinds
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import requests as writes

KIND: Final = ItemKind.DOCUMENT_REQUEST
MOST_LINES: Final = 100
"""Of one request."""


@dataclass(frozen=True, slots=True)
class WantedDocument:
    """Something that a client is to give."""

    title: str
    help: str | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class DocumentRequestContent:
    """What a client is to give, in order."""

    lines: tuple[WantedDocument, ...]


def check(checks: Checks, content: DocumentRequestContent, path: tuple[str, ...]) -> DocumentRequestContent:
    """Something is wanted, and not too much."""
    if not content.lines:
        checks.add(ErrorCode.REQUIRED, "Say what is wanted.", *path, "lines")
    if len(content.lines) > MOST_LINES:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_LINES} lines.", *path, "lines")
    lines = [
        WantedDocument(
            checks.name(line.title, *path, "lines", str(n), "title"),
            checks.text(line.help, *path, "lines", str(n), "help"),
            line.required,
        )
        for n, line in enumerate(content.lines[:MOST_LINES])
    ]
    return DocumentRequestContent(tuple(lines))


def texts(content: DocumentRequestContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    return [text for line in content.lines for text in (line.title, line.help) if text]


def fill(content: DocumentRequestContent, filled: Fill) -> DocumentRequestContent:
    """The same with shortcodes filled in."""
    return DocumentRequestContent(tuple(_filled(line, filled) for line in content.lines))


def _filled(line: WantedDocument, filled: Fill) -> WantedDocument:
    return replace(line, title=filled(line.title)[:NAME_LENGTH], help=filled(line.help) if line.help else None)


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Writes what fresh requests want."""
    rules = kinds()[KIND]
    lines = [
        {
            "id": new_id("wanted"),
            "item_id": row["id"],
            "position": n,
            "title": line.title,
            "help": line.help,
            "required": line.required,
        }
        for row in rows
        for n, line in enumerate(contents.loaded(rules, row).lines)
    ]
    await writes.make(work.db, work.firm_id, lines)


async def put(work: Work, item: Row, outcome: Outcome | None) -> Line:
    """Lets the client go on with a request that is open again."""
    if outcome is None:
        await writes.submit(work.db, work.firm_id, item["id"], None)
    return changed("state", item["state"], outcome or ItemState.OPEN)


async def wanted(work: Work, item: Row) -> Sequence[tuple[Row, Wanted]]:
    """The lines of a locked request."""
    rows = await writes.lines(work.db, work.firm_id, item["id"])
    return [(row, Wanted(row["required"], tuple(ReviewState(state) for state in row["states"]))) for row in rows]


async def fulfilled(work: Work, item: Row) -> bool:
    """Whether nothing is missing of a locked request, and all of it was accepted."""
    lines = [line for _, line in await wanted(work, item)]
    return is_fulfilled(lines, submitted=await writes.is_submitted(work.db, work.firm_id, item["id"]))
