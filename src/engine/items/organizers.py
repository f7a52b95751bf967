"""Organizers: clients answer questions as they go along, and submit them in the end, which seals them (AI1, AI3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.checks import Checks
from engine.enums import ErrorCode, ItemKind, Outcome
from engine.errors import Missing, Problem, Refused
from engine.items import changing, clients, closing, contents, form_answers, forms
from engine.items.form_answers import Answer
from engine.items.forms import OrganizerContent, Value
from engine.items.rules import kinds
from engine.work import Work
from store.database import Row
from store.writes import organizers as writes

KIND = ItemKind.ORGANIZER


@dataclass(frozen=True, slots=True)
class SaveAnswers:
    """Keeps some answers of a client; others stay as they are."""

    item_id: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class SubmitOrganizer:
    """Says that all is answered."""

    item_id: str


@dataclass(frozen=True, slots=True)
class SealOrganizer:
    """Takes an organizer as it is answered so far."""

    item_id: str


async def save_answers(work: Work, command: SaveAnswers) -> str:
    """Keeps answers of an open organizer, shown or not; answers its id. Of each question the last answer counts."""
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    checks = Checks()
    said = form_answers.checked(checks, content_of(item), command.answers, "answers")
    checks.done()
    await _find_documents(work, item, command.answers, said)
    there = await _answers(work, item)
    news = {key: value for key, value in said.items() if value != there.get(key)}
    if news:
        await writes.drop(work.db, work.firm_id, item["id"], news)
        lines = [_line(key, value) for key, value in news.items() if value is not None]
        await writes.save(work.db, work.firm_id, item["id"], work.client.contact_id, work.now, lines)
        await clients.begin(work, item)
    return command.item_id


async def submit_organizer(work: Work, command: SubmitOrganizer) -> str:
    """Submits an organizer, and so seals it; answers its id. Refused while what must be answered is not."""
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    lacking = forms.missing(content_of(item), await _answers(work, item))
    if lacking:
        text = "This must be answered: {}"
        raise Refused([Problem(ErrorCode.REQUIRED, text.format(one.text), ("item_id", one.key)) for one in lacking])
    await clients.finish(work, item, "has submitted")
    return command.item_id


async def seal_organizer(work: Work, command: SealOrganizer) -> str:
    """Seals an open organizer with the answers that there are, whatever is missing; answers its id."""
    item = await changing.open_item(work, command.item_id, "item_id", kind=KIND)
    await closing.put(work, item, Outcome.DONE)
    return command.item_id


def content_of(row: Row) -> OrganizerContent:
    """What the organizer of a row with its content asks."""
    found: OrganizerContent = contents.loaded(kinds()[KIND], row)
    return found


def value_of(row: Row) -> Value:
    """The answer of a row of ``organizer_answers`` with its ``document_ids``."""
    return Value(
        row["text"],
        row["number"],
        row["date"],
        tuple(row["choices"]) if row["choices"] else None,
        row["confirmed"],
        tuple(row["document_ids"]) or None,
    )


async def _answers(work: Work, item: Row) -> dict[str, Value]:
    """The answers that say something: of files that are all deleted nothing is left."""
    found = {row["question_key"]: value_of(row) for row in await writes.answers(work.db, work.firm_id, item["id"])}
    return {key: value for key, value in found.items() if not value.is_empty}


async def _find_documents(work: Work, item: Row, answers: tuple[Answer, ...], said: Mapping[str, Value | None]) -> None:
    """Refuses documents that are not there for the client, or were uploaded by somebody else."""
    named = {one for value in said.values() if value for one in value.document_ids or ()}
    known = await writes.documents(work.db, work.firm_id, item, named) if named else set()
    path = ("value", "document_ids")
    problems: list[Problem] = [
        Missing(ErrorCode.NOT_FOUND, "There is no such document of yours.", ("answers", str(n), *path))
        for n, answer in enumerate(answers)
        if answer.value and not set(answer.value.document_ids or ()) <= known
    ]
    if problems:
        raise Refused(problems)


def _line(key: str, value: Value) -> dict[str, object]:
    return {
        "question_key": key,
        "text": value.text,
        "number": None if value.number is None else format(value.number, "f"),
        "date": value.date and value.date.isoformat(),
        "choices": value.choices,
        "confirmed": value.confirmed,
        "document_ids": value.document_ids or (),
    }
