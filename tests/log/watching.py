"""Everybody looks at their boards while one step after the other is done, and each step's claims are held."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from engine.due import Runner
from engine.work import system_clock
from store.database import Row
from tests.log import sight
from tests.log.cases import Round, Step
from tests.log.explained import Histories
from tests.log.sight import Sight
from tests.log.world import World
from tests.support.api import Json
from tests.support.board import Board, ask_all, named


def person(name: str) -> str:
    """Whose board it is."""
    return name.split(",", maxsplit=1)[0]


@dataclass
class Watch:
    """The boards of a world as their people have drawn them at a place of the log."""

    world: World
    boards: dict[str, Board] = field(default_factory=dict)
    head: int = -1
    histories: Histories | None = None

    async def begin(self) -> Watch:
        """Takes note of the jobs that are there."""
        self.histories = await Histories(self.world.database, self.world.firm).begin()
        return self

    async def verify(self, step: Step | Round) -> None:
        """Do a step, and hold everything that is claimed of it."""
        await self.draw()
        drawn = {name: set(board.jobs) for name, board in self.boards.items()}
        before = await Sight.now(self.world.database, self.world.firm)
        assert self.histories is not None
        picture = await self.histories.picture()
        await (self.work(step) if isinstance(step, Round) else self.call(step))
        await self.one_event(step)
        self.by_whom(step, await self.histories.explain(picture))
        after = await Sight.now(self.world.database, self.world.firm)
        for name, (page, fresh) in (await self.ask(step)).items():
            context = f"{step} on the board of {name}"
            board = self.boards[name]
            taken = await replayed(step, board, page, fresh, context) if page else []
            member = board.client.member_id
            assert named(taken) <= before.of(member) | after.of(member), context
            accounts = {change["account"]["id"] for change in taken if change["__typename"] == "AccountChanged"}
            assert accounts <= after.accounts.get(member, set()), context
            self.told_as_claimed(step, name, page, drawn[name])
            if page is None:
                del self.boards[name]
            for event in page["events"] if page else []:
                assert event["cause"] == shown_cause(step) or board.resets, context
        self.head += step.events

    async def call(self, step: Step) -> None:
        """Send the mutation."""
        step.mutation_id = self.world.name("mutation")
        step.payload = await step.by.payload(
            step.mutation, f"clientMutationId {step.selection}", clientMutationId=step.mutation_id, **step.given
        )
        assert step.payload["errors"] == []
        assert step.payload["clientMutationId"] == step.mutation_id

    async def work(self, step: Round) -> None:
        """Let the worker do all that is due."""
        runner = Runner(self.world.database, lambda topic: None, clock=lambda: system_clock() + step.ahead)
        while await runner.round():
            pass

    async def draw(self) -> None:
        """Draw every board that is seen, unless they are all drawn as things stand."""
        head = await sight.head(self.world.database, self.world.firm)
        boards = self.world.boards()
        if head == self.head and all(self.drawn_like(name, board) for name, board in boards.items()):
            return
        self.head, self.boards = head, boards
        answers = await asyncio.gather(*(ask_all(group, changes=False) for group in self.people().values()))
        for answer, (who, group) in zip(answers, self.people().items(), strict=True):
            assert "errors" not in answer, (who, answer)
            for n, board in enumerate(group):
                if answer["data"][f"b{n}"]:
                    await board.draw(answer["data"][f"b{n}"])
        self.boards = {name: board for name, board in self.boards.items() if board.cursor}

    def drawn_like(self, name: str, board: Board) -> bool:
        """Whether a board is drawn already, and needs not be drawn anew."""
        drawn = self.boards.get(name)
        return drawn is not None and drawn.filter == board.filter and not drawn.resets

    def people(self) -> dict[str, list[Board]]:
        """The boards by who looks at them: one request for each."""
        groups: dict[str, list[Board]] = {}
        for name, board in self.boards.items():
            groups.setdefault(person(name), []).append(board)
        return groups

    async def ask(self, step: Step | Round) -> dict[str, tuple[Json | None, Json | None]]:
        """By board, the page of changes and a fresh snapshot; neither where the pipeline was lost."""
        fresh = step.events > 0
        answers = await asyncio.gather(*(ask_all(group, fresh=fresh) for group in self.people().values()))
        found: dict[str, tuple[Json | None, Json | None]] = {}
        for who, answer in zip(self.people(), answers, strict=True):
            names = [name for name in self.boards if person(name) == who]
            lost = [n for n, name in enumerate(names) if who in step.ends and self.ends(name)]
            # AC4: losing the pipeline ends the stream with a clear error.
            errors = {error["path"][0]: error["extensions"] for error in answer.get("errors", [])}
            why = {"code": "NOT_FOUND", "argument": "stream.board.pipelineId"}
            assert errors == {f"c{n}": why for n in lost}, answer
            for n, name in enumerate(names):
                found[name] = (answer["data"][f"c{n}"], answer["data"].get(f"b{n}"))
                assert (found[name] == (None, None)) == (n in lost)
        return found

    def ends(self, name: str) -> bool:
        """Whether it is a board of the first pipeline."""
        return self.boards[name].pipeline_id == self.world.pipeline

    async def one_event(self, step: Step | Round) -> None:
        """LV2: one transaction is one event, with its cause; where nothing changed there is none."""
        events = await sight.events(self.world.database, self.world.firm, self.head)
        expected = list(range(self.head + 1, self.head + 1 + step.events))
        assert [event.seq for event in events] == expected, (step, [event.changes for event in events])
        assert await sight.head(self.world.database, self.world.firm) == self.head + step.events
        recurrence = step.recurrence if isinstance(step, Round) else None
        mutation_id, actor = begun_by(step)
        for event in events:
            cause = {"kind": step.kind, "actor": actor, "client_mutation_id": mutation_id}
            cause |= {"recurrence": recurrence} if recurrence else {}
            assert event.cause == cause, step
            assert event.changes, step

    def by_whom(self, step: Step | Round, entries: Sequence[Row]) -> None:
        """JB3: entries of a history say who or what did it."""
        mutation_id, actor = begun_by(step)
        for entry in entries:
            cause = orjson.loads(entry["cause"])
            assert (cause["actor"], cause["client_mutation_id"]) == (actor, mutation_id), step
            assert cause["kind"] in {"MEMBER", "API_TOKEN", "AUTOMATION", "AUTOMOVE", "RECURRENCE", "SYSTEM"}, step

    def told_as_claimed(self, step: Step | Round, name: str, page: Json | None, drawn: set[str]) -> None:
        """Who is to query again, what appears, what goes, and who is told nothing."""
        board = self.boards[name]
        told = step.events > 0 and person(name) in step.resets
        assert board.resets == (["TOO_MANY_CHANGES"] if told else []), name
        if name in step.gains:
            assert step.gains[name] not in drawn, name
            assert step.gains[name] in board.jobs, name
        if name in step.loses:
            assert step.loses[name] in drawn, name
            assert step.loses[name] not in board.jobs, name
        if name in step.quiet:
            assert page is not None
            assert page["events"] == [], name


def begun_by(step: Step | Round) -> tuple[str | None, str]:
    """What the client called the mutation that a step is or comes of, and who is its cause."""
    begun = step.after if isinstance(step, Round) else step
    echo = None if isinstance(step, Round) and step.recurrence else begun.mutation_id
    return echo, begun.actor or begun.by.member_id


def shown_cause(step: Step | Round) -> Json:
    """The cause that boards are told."""
    if step.events > 1:
        return {"kind": "COALESCED", "clientMutationId": None, "actor": None}
    mutation_id, actor = begun_by(step)
    return {"kind": step.kind, "clientMutationId": mutation_id, "actor": {"id": actor}}


async def replayed(step: Step | Round, board: Board, page: Json, fresh: Json | None, context: str) -> list[Json]:
    """LV1: replay reaches what a fresh board shows; applying it twice changes nothing."""
    cursor = board.cursor
    assert not page["hasMore"], context
    assert len(page["events"]) <= step.events, context
    taken = board.apply(page)
    assert all(event["cursor"] == page["cursor"] for event in page["events"]), context
    if fresh is None:
        assert board.cursor == cursor, context
        return taken
    new = Board(board.client, board.pipeline_id, board.filter)
    await new.draw(fresh)
    assert new.drawn()["order"] == new.listed(), context
    assert board.cursor == new.cursor, context
    if board.resets:
        await board.draw(fresh)
        return taken
    assert board.drawn() == new.drawn(), context
    board.apply(page)
    assert board.drawn() == new.drawn(), context
    return taken
