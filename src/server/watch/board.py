"""A board as a client draws it: taken once, then kept right by what the changes say (LV1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from server.watch.texts import clean

Json = dict[str, Any]
URGENCY: Final = {"LOW": 0, "MEDIUM": 1, "HIGH": 2, "URGENT": 3}


@dataclass(frozen=True, slots=True)
class Tag:
    """A label of an account."""

    name: str
    color: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a job is done for."""

    id: str
    name: str
    tags: tuple[Tag, ...]

    @classmethod
    def of(cls, given: Json) -> Account:
        """Read it from an answer."""
        tags = tuple(Tag(clean(tag["name"]), _color(tag["color"])) for tag in given["tags"])
        return cls(given["id"], clean(given["name"]), tags)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the firm."""

    id: str
    name: str

    @classmethod
    def of(cls, given: Json) -> Person:
        """Read it from an answer."""
        return cls(given["id"], clean(given["name"]))


@dataclass(frozen=True, slots=True)
class Status:
    """A status of jobs; ``state`` is what it means: ACTIVE, COMPLETED, ARCHIVED or CUSTOM."""

    id: str
    name: str
    state: str
    color: str | None

    @classmethod
    def of(cls, given: Json) -> Status:
        """Read it from an answer."""
        return cls(given["id"], clean(given["name"]), given["state"], _color(given["color"]))


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """A job as its card shows it. ``order_name`` is the name by which columns are sorted, the others are clean."""

    id: str
    version: int
    name: str
    order_name: str
    rank: str
    priority: str
    due: date | None
    overdue: bool
    entered_at: datetime
    stage_id: str
    status: Status
    account: Account
    assignees: tuple[Person, ...]

    @classmethod
    def of(cls, given: Json) -> Card:
        """Read it from the fragment JobCard."""
        return cls(
            id=given["id"],
            version=given["version"],
            name=clean(given["name"]),
            order_name=given["name"].lower(),
            rank=given["rank"],
            priority=given["priority"],
            due=date.fromisoformat(given["dueDate"]) if given["dueDate"] else None,
            overdue=given["overdue"],
            entered_at=datetime.fromisoformat(given["enteredStageAt"]),
            stage_id=given["stage"]["id"],
            status=Status.of(given["status"]),
            account=Account.of(given["account"]),
            assignees=tuple(map(Person.of, given["assignees"])),
        )


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What a board says about its pipeline."""

    id: str
    name: str
    job_sort: str
    stages: tuple[Stage, ...]
    statuses: tuple[Status, ...]

    @classmethod
    def of(cls, given: Json) -> Pipeline:
        """Read it from the fragment BoardPipeline."""
        stages = sorted(given["stages"], key=lambda stage: stage["position"])
        return cls(
            given["id"],
            clean(given["name"]),
            given["jobSort"],
            tuple(Stage(stage["id"], clean(stage["name"])) for stage in stages),
            tuple(map(Status.of, given["statuses"])),
        )


@dataclass(frozen=True, slots=True)
class Count:
    """What a column holds, as the server counts."""

    jobs: int = 0
    overdue: int = 0

    @classmethod
    def of(cls, given: Json) -> Count:
        """Read it from a column, or from a change of its counts."""
        return cls(given["jobCount"], given["overdueCount"])


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its cards in order."""

    stage: Stage
    count: Count
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A pipeline with its jobs. Never changed: what happens makes another."""

    pipeline: Pipeline
    counts: Mapping[str, Count] = field(default_factory=dict)
    cards: Mapping[str, Card] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order, their cards as the pipeline sorts them."""
        held: dict[str, list[Card]] = {stage.id: [] for stage in self.pipeline.stages}
        for card in self.cards.values():
            if card.stage_id in held:
                held[card.stage_id].append(card)
        place = PLACES.get(self.pipeline.job_sort, _by_hand)
        return tuple(
            Column(
                stage,
                self.counts.get(stage.id, Count()),
                tuple(sorted(held[stage.id], key=lambda card: (place(card), card.rank, card.id))),
            )
            for stage in self.pipeline.stages
        )

    @property
    def total(self) -> Count:
        """What all columns hold."""
        counts = [self.counts.get(stage.id, Count()) for stage in self.pipeline.stages]
        return Count(sum(count.jobs for count in counts), sum(count.overdue for count in counts))

    def stage_name(self, stage_id: str) -> str:
        """The name of a stage, and for one that has gone a word for it."""
        return next((stage.name for stage in self.pipeline.stages if stage.id == stage_id), "a deleted stage")

    def after(self, changes: Sequence[Json]) -> Board:
        """The board after these changes, in order. Applying them twice does no harm.

        Changes that this client does not know are passed over; a StreamReset is for the caller.
        """
        drawing = _Drawing(self.pipeline, dict(self.counts), dict(self.cards))
        for change in changes:
            drawing.apply(change)
        return Board(drawing.pipeline, drawing.counts, drawing.cards)


@dataclass(slots=True)
class _Drawing:
    pipeline: Pipeline
    counts: dict[str, Count]
    cards: dict[str, Card]

    def apply(self, change: Json) -> None:
        match change["__typename"]:
            case "JobUpserted":
                put(self.cards, Card.of(change["job"]))
            case "JobRemoved":
                self.cards.pop(change["jobId"], None)
            case "ColumnCountsChanged":
                self.counts[change["stageId"]] = Count.of(change)
            case "PipelineChanged":
                self.redefine(Pipeline.of(change["pipeline"]))
            case "AccountChanged":
                self.rename_account(Account.of(change["account"]))
            case "MemberChanged":
                self.rename_member(Person.of(change["member"]))

    def redefine(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        statuses = {status.id: status for status in pipeline.statuses}
        for card in [*self.cards.values()]:
            if (status := statuses.get(card.status.id, card.status)) != card.status:
                self.cards[card.id] = replace(card, status=status)

    def rename_account(self, account: Account) -> None:
        for card in [*self.cards.values()]:
            if card.account.id == account.id:
                self.cards[card.id] = replace(card, account=account)

    def rename_member(self, member: Person) -> None:
        for card in [*self.cards.values()]:
            if any(person.id == member.id for person in card.assignees):
                people = [member if person.id == member.id else person for person in card.assignees]
                people.sort(key=lambda person: (person.name.lower(), person.id))
                self.cards[card.id] = replace(card, assignees=tuple(people))


def put(cards: dict[str, Card], card: Card) -> None:
    """Draw a card, unless a later version of it is drawn already (LV1)."""
    drawn = cards.get(card.id)
    if drawn is None or card.version >= drawn.version:
        cards[card.id] = card


def _by_hand(_: Card) -> Any:
    return 0  # every order ends with the rank


PLACES: Final[Mapping[str, Callable[[Card], Any]]] = {
    "MANUAL": _by_hand,
    "DUE_DATE": lambda card: (card.due is None, card.due),
    "PRIORITY": lambda card: -URGENCY.get(card.priority, 0),
    "NAME": lambda card: card.order_name,
    "ENTERED_STAGE": lambda card: card.entered_at,
}
"""By what a pipeline sorts its columns (PL2); among equals the rank decides."""


def _color(given: str | None) -> str | None:
    return given if given and re.fullmatch(r"#[0-9a-fA-F]{6}", given) else None
