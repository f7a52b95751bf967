"""AC4, LV1: what many are sent at once is, byte for byte, what each of them would be sent alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import pytest

from engine.firm.sessions import authenticate
from engine.work import system_clock
from gql.schema import build_schema
from live.cursor import Position
from live.hub import Hub
from live.presence import Presence
from live.recent import Recent
from live.seats import Seat, Shown
from live.tail import Tails
from live.wakeups import Wakeups
from resolvers.following import LogReader
from server.settings import Settings
from server.transports.bodies import Bodies
from server.transports.operation import Operation
from server.transports.results import results
from server.transports.service import Service
from store.database import Database, Db
from store.objects import Objects
from store.reads import log
from tests.live.shared_deeds import Deeds
from tests.support.api import Api, Client
from tests.support.board import EVENTS
from tests.support.wait import eventually

SEEDS = range(3)
STEPS = 25
BEYOND = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cursor changes { __typename
    ... on JobUpserted { job { id visits { nodes { stage { id } } } tasks { totalCount }
        account { id jobs: contacts { totalCount } }
        pipeline { jobCount availableTo { totalCount } } } }
    ... on PipelineChanged { pipeline { id jobCount } } ... on JobRemoved { jobId reason } } } }"""
OF_KINDS = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cursor changes { __typename
    ... on PipelineChanged { pipeline { stages { automations {
        config { ... on CallWebhookConfig { url } } } } } } } } }"""
OF_RIGHTS = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cursor changes { __typename
    ... on JobUpserted { job { id assignees { id email rights } } }
    ... on MemberChanged { member { id email } } } } }"""
MINE = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline, filter: {assignedToMe: true}) {
    cursor changes { __typename ... on JobUpserted { job { id name } } ... on JobRemoved { jobId reason }
    ... on ColumnCountsChanged { stageId jobCount } } } }"""
CARD = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cursor at changes { __typename
    ... on JobUpserted { previousStageId job { id name version stage { id name } status { id name }
        account { id name tags { id name } } assignees { id name } } }
    ... on ColumnCountsChanged { stageId jobCount } } } }"""
DOCUMENTS = (EVENTS, BEYOND, OF_KINDS, OF_RIGHTS, MINE, CARD)


@dataclass
class Collected:
    """What one subscriber was sent; a sink that takes everything."""

    payloads: list[bytes] = field(default_factory=list)
    ended: bool = False

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Takes an event."""
        self.payloads.append(payload)
        return True

    def end(self, last: Exception) -> None:
        """Takes the last word."""
        self.ended = True


class Alone(LogReader):
    """A reader for whom no two stand alike, and who remembers nothing of earlier snapshots."""

    def standing(self, seat: Seat) -> Hashable:
        """Each for itself."""
        return super().standing(seat), id(seat)

    async def admit(self, recent: Recent, seats: Sequence[Seat]) -> Mapping[Seat, Exception]:
        """As the snapshot alone says."""
        recent.db = Db(recent.db.client)
        return await super().admit(recent, seats)

    async def read(self, recent: Recent, seat: Seat, after: Position) -> Shown:
        """As the snapshot alone says."""
        recent.db = Db(recent.db.client)
        return await super().read(recent, seat, after)


@asynccontextmanager
async def service(database: Database, wakeups: Wakeups, reader: LogReader) -> AsyncIterator[Service]:
    """A hub of its own, and what it needs."""
    async with (
        Tails.open(database, wakeups) as tails,
        Hub.open(database, tails, reader) as hub,
        Presence.open(None, wakeups) as presence,
    ):
        yield Service(
            schema=build_schema(),
            settings=Settings(),
            database=database,
            notify=wakeups.notify,
            tails=tails,
            hub=hub,
            presence=presence,
            stop=asyncio.Event(),
            bodies=Bodies(1_000_000),
            objects=Objects.in_folder(Path("nowhere")),
        )


async def subscribed(service: Service, client: Client, document: str, pipeline: str, **given: str) -> Collected:
    """A subscription of a member."""
    assert client.token is not None
    sink = Collected()
    operation = Operation(document, {"pipeline": pipeline, **given}, None, {}, read_only=False)
    context = service.context(await authenticate(service.database, client.token), "")
    assert [result async for result in results(service.schema, operation, context)] == []
    service.join(operation, context, sink)
    return sink


async def caught_up(service: Service, firm_id: str) -> bool:
    """Whether all subscribers have been shown everything."""
    seq = (await log.head(service.database, firm_id)).seq
    cohorts = [cohort for desk in service.hub.desks for cohort in desk.cohorts]
    waiting = sum(desk.waiting for desk in service.hub.desks)
    return waiting == 0 and all(cohort.told and cohort.position.seq == seq for cohort in cohorts)


@pytest.mark.parametrize("seed", SEEDS)
async def test_shared_bytes_are_those_of_each_viewer(api: Api, database: Database, seed: int) -> None:
    """Under grants, revocations, moves and edits made at random, for selections that depend on all sorts of things."""
    deeds = await Deeds.begin(api, Random(seed))  # noqa: S311  (to be repeated)
    firm_id = await database.value("SELECT firm_id FROM members WHERE id = $1", deeds.owner.member_id)
    now = system_clock()
    async with (
        Wakeups.open(None) as wakeups,
        service(database, wakeups, LogReader(database, wakeups.notify, clock=lambda: now)) as together,
        service(database, wakeups, Alone(database, wakeups.notify, clock=lambda: now)) as apart,
    ):
        pairs = [
            [await subscribed(one, client, document, deeds.pipeline) for one in (together, apart)]
            for document in DOCUMENTS
            for client in deeds.people
        ]
        groups = set[int]()
        for _ in range(STEPS):
            for one in (together, apart):
                await eventually(partial(caught_up, one, firm_id), "all are shown everything")
            groups.add(sum(len(desk.cohorts) for desk in together.hub.desks))
            await deeds.one()
            wakeups.notify(firm_id)
        for one in (together, apart):
            await eventually(partial(caught_up, one, firm_id), "all are shown everything")
        for shared, alone in pairs:
            assert (shared.payloads, shared.ended) == (alone.payloads, alone.ended)
        strangers = [sinks for number, sinks in enumerate(pairs) if number % len(deeds.people) >= len(deeds.people) - 2]
        assert [sink.payloads for sinks in strangers for sink in sinks] == [[]] * 4 * len(DOCUMENTS)
    assert max(groups) < len(pairs)
    assert sum(len(shared.payloads) for shared, _ in pairs) > STEPS * len(DOCUMENTS)
