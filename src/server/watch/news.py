"""What happened, in words: the difference between a board and the board after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from server.watch.board import Account, Board, Card, Json, Person, Status
from server.watch.texts import clean, listed

Thing = TypeVar("Thing", Account, Person, Status)


class Kind(StrEnum):
    """What became of something."""

    MOVED = "MOVED"
    NEW = "NEW"
    EDITED = "EDITED"
    GONE = "GONE"
    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened: to a job, or (NOTE) to the pipeline, an account, a member.

    ``what`` is the stage for MOVED and NEW, and else a phrase; ``origin`` is the stage that a moved job came from.
    """

    kind: Kind
    subject: str
    what: str
    job_id: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What one event brought. ``who`` is empty where the API does not say."""

    at: datetime
    who: str
    items: tuple[Item, ...]


REMOVALS: Final = {
    "ARCHIVED": "archived",
    "DELETED": "deleted",
    "MOVED_AWAY": "moved to another pipeline",
    "LEFT_FILTER": "no longer among these",
    "NOT_VISIBLE": "no longer visible",
}
SORTS: Final = {
    "MANUAL": "by hand",
    "DUE_DATE": "by due date",
    "PRIORITY": "by priority",
    "NAME": "by name",
    "ENTERED_STAGE": "by the time in the stage",
}


def of_event(event: Json, before: Board, after: Board) -> News:
    """What an event brought."""
    removals = {change["jobId"]: change["removal"] for change in event["changes"] if "jobId" in change}
    return News(datetime.fromisoformat(event["at"]), _who(event["cause"]), difference(before, after, removals))


def _who(cause: Json) -> str:
    name = clean((cause["actor"] or {}).get("name", ""))
    return f"{name}, by API" if name and cause["kind"] == "API_TOKEN" else name


def difference(before: Board, after: Board, removals: Mapping[str, str]) -> tuple[Item, ...]:
    """What a viewer of ``before`` sees happen; ``removals`` are the reasons by which jobs left, where known."""
    return (*_of_pipeline(before, after), *_of_names(before, after), *_of_cards(before, after, removals))


def phrase(item: Item, arrow: str) -> str:
    """An item as a line says it."""
    match item.kind:
        case Kind.MOVED:
            return f"{item.subject}: {item.origin} {arrow} {item.what}"
        case Kind.NEW:
            return f"{item.subject}: new in {item.what}"
        case _:
            return f"{item.subject}: {item.what}"


def _of_cards(before: Board, after: Board, removals: Mapping[str, str]) -> Iterator[Item]:
    for card in after.cards.values():
        drawn = before.cards.get(card.id)
        if drawn is None:
            yield Item(Kind.NEW, subject(card), after.stage_name(card.stage_id), card.id)
        elif drawn.stage_id != card.stage_id:
            stage, origin = after.stage_name(card.stage_id), before.stage_name(drawn.stage_id)
            yield Item(Kind.MOVED, subject(card), stage, card.id, origin)
        elif drawn is not card and (edits := _edits(drawn, card, after)):
            yield Item(Kind.EDITED, subject(card), ", ".join(edits), card.id)
    for card in before.cards.values():
        if card.id not in after.cards:
            what = REMOVALS.get(removals.get(card.id, ""), "gone")
            yield Item(Kind.GONE, subject(card), what, card.id)


def subject(card: Card) -> str:
    """What a job is called: by its name and its client."""
    return f"{card.name}, {card.account.name}"


def _edits(drawn: Card, card: Card, board: Board) -> list[str]:
    """What an edit did to a card. Names of its account and people are other news."""
    edits = [*_edited(drawn, card)]
    if not edits and drawn.rank != card.rank and board.pipeline.job_sort == "MANUAL":
        edits.append(f"moved within {board.stage_name(card.stage_id)}")
    if not edits and drawn != replace(card, account=drawn.account, assignees=drawn.assignees, status=drawn.status):
        edits.append("edited")
    return edits


def _edited(drawn: Card, card: Card) -> Iterator[str]:
    if drawn.name != card.name:
        yield f"before: {drawn.name}"
    if drawn.account.id != card.account.id:
        yield f"now for {card.account.name}"
    if drawn.status.id != card.status.id:
        yield card.status.name
    if drawn.priority != card.priority:
        yield f"{card.priority.lower()} priority"
    if drawn.due != card.due:
        yield f"due {day(card.due)}" if card.due else "no due date"
    if card.overdue and not drawn.overdue:
        yield "overdue"
    if {person.id for person in drawn.assignees} != {person.id for person in card.assignees}:
        yield f"assigned to {listed([person.name for person in card.assignees]) or 'nobody'}"


def day(given: date) -> str:
    """``4 Dec 2026``."""
    return f"{given.day} {given:%b %Y}"


def _of_pipeline(before: Board, after: Board) -> Iterator[Item]:
    old, new = before.pipeline, after.pipeline
    if old.name != new.name:
        yield Item(Kind.NOTE, old.name, f"now called {new.name}")
    if old.stages != new.stages:
        yield Item(Kind.NOTE, "Stages", f"now {listed([stage.name for stage in new.stages])}")
    if old.job_sort != new.job_sort:
        yield Item(Kind.NOTE, "Jobs", f"now sorted {SORTS.get(new.job_sort, 'otherwise')}")
    for status, now in _pairs(old.statuses, new.statuses):
        if status.name != now.name:
            yield Item(Kind.NOTE, status.name, f"now called {now.name}")


def _of_names(before: Board, after: Board) -> Iterator[Item]:
    for account, now in _pairs(_accounts(before), _accounts(after)):
        if account.name != now.name:
            yield Item(Kind.NOTE, account.name, f"now called {now.name}")
        if account.tags != now.tags:
            yield Item(Kind.NOTE, now.name, f"tags {listed([tag.name for tag in now.tags]) or 'none'}")
    for person, renamed in _pairs(_people(before), _people(after)):
        if person.name != renamed.name:
            yield Item(Kind.NOTE, person.name, f"now called {renamed.name}")


def _accounts(board: Board) -> Iterator[Account]:
    return (card.account for card in board.cards.values())


def _people(board: Board) -> Iterator[Person]:
    return (person for card in board.cards.values() for person in card.assignees)


def _pairs(before: Iterable[Thing], after: Iterable[Thing]) -> Iterator[tuple[Thing, Thing]]:
    """What is there before and after, as it was and as it is; each once."""
    now = {thing.id: thing for thing in after}
    was = {thing.id: thing for thing in before}
    return ((thing, now[thing.id]) for thing in was.values() if thing.id in now)
