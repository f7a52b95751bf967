"""Metrics: on a port of their own, only where the operator opens it; what they say is what has happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.enums import DueKind
from engine.firm.firms import CreateFirm, create_firm
from engine.work import system_clock
from server import metrics as measuring
from server import web
from server.metrics import Metrics
from server.settings import Settings
from server.trouble import Trouble
from store.database import Database
from store.writes import due
from tests.server.door import apart
from tests.server.test_health import NOWHERE
from tests.support.api import PASSWORD, Api
from tests.support.databases import on_database
from tests.support.frames import acknowledged
from tests.support.processes import PATIENCE, running
from tests.support.redis import free_port
from tests.support.served import http_client
from tests.support.wait import eventually

Told = dict[tuple[str, ...], float]
"""Values by the name of the metric and those of its labels, in the order of the labels' names."""


def parsed(text: str) -> Told:
    """What an answer says."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


async def read(url: str) -> Told:
    """What is told at an address now."""
    async with http_client(url) as http:
        response = await http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return parsed(response.text)


@asynccontextmanager
async def telling(metrics: Metrics, database: Database | None = None) -> AsyncIterator[Callable[[], Awaitable[Told]]]:
    """Answers what is told, while the context is entered."""
    stop = asyncio.Event()
    with web.opened("127.0.0.1", 0) as listener:
        task = asyncio.create_task(measuring.run(metrics, Settings(), listener, stop, database=database))
        port = listener.getsockname()[1]
        yield lambda: read(f"http://127.0.0.1:{port}")
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


def row(kind: DueKind, *, ago: float, waits: bool = False) -> due.Due:
    """Due work, which has been due for so many seconds."""
    cause = {"kind": "SYSTEM", "actor": None, "client_mutation_id": None}
    at = system_clock() - timedelta(seconds=ago)
    return due.Due(kind, "thing", None, False, 0, 0, at, False, waits, cause, "cascade", 0)


async def test_the_backlog_is_counted_by_kind_with_the_age_of_the_oldest(database: Database) -> None:
    """What lies in the future or waits for its job is not late; what is dead is counted apart."""
    firm_id = await create_firm(database, CreateFirm("Kontor", "Ada", "ada@firm.test", PASSWORD))
    late = [row(DueKind.EMAIL, ago=100), row(DueKind.EMAIL, ago=10), row(DueKind.RUN, ago=-100)]
    await due.add(database, firm_id, [*late, row(DueKind.LIMIT, ago=10, waits=True)], system_clock())
    await database.rows("UPDATE due SET paused = TRUE WHERE waits")
    async with telling(Metrics(), database) as told:
        said = await told()
        assert said["stageline_due_rows", "EMAIL"] == 2
        assert said["stageline_due_oldest_seconds", "EMAIL"] == pytest.approx(100, abs=PATIENCE)
        for kind in (DueKind.RUN, DueKind.LIMIT, DueKind.WEBHOOK, DueKind.ADVANCE):
            assert (said["stageline_due_rows", kind], said["stageline_due_oldest_seconds", kind]) == (0, 0)
        await database.rows("UPDATE due SET dead_at = now() WHERE kind = 'EMAIL'")
        said = await told()
    assert [said[f"stageline_due_{name}", "EMAIL"] for name in ("rows", "dead_rows")] == [0, 2]


async def test_without_the_database_the_rest_is_told() -> None:
    """An outage must not hide what the process itself knows; gauges of before are not repeated."""
    metrics = Metrics()
    metrics.observe("done", DueKind.EMAIL, 3)
    async with apart(NOWHERE) as database, telling(metrics, database) as told:
        said = await told()
    assert said["stageline_due_work_total", "EMAIL", "done"] == 3
    assert not any(name[0] == "stageline_due_rows" for name in said)


async def test_due_work_is_counted_by_kind_and_outcome() -> None:
    """Every series is there from the start, at 0, so that rates see the first step."""
    metrics = Metrics()
    async with telling(metrics) as told:
        before = await told()
        metrics.observe("failed", DueKind.WEBHOOK, 1)
        metrics.observe("dead", DueKind.WEBHOOK, 2)
        after = await told()
    changed = {
        name: value for name, value in after.items() if name[0].startswith("stageline_") and before[name] != value
    }
    assert changed == {
        ("stageline_due_work_total", "WEBHOOK", "failed"): 1,
        ("stageline_due_work_total", "WEBHOOK", "dead"): 2,
    }


async def test_the_web_server_itself_tells_nothing(api: Api) -> None:
    """Metrics are not for the public: there is no such address where the API is."""
    response = await api.http.get("/metrics")
    assert response.status_code == 404


async def test_a_port_that_is_in_use_is_named_with_its_setting() -> None:
    """In words for the operator, who has perhaps two processes on one machine."""
    with web.opened("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"METRICS_PORT={port + 1}"), measuring.listening(Settings(metrics_port=port)):
            raise AssertionError("unreachable")


async def test_a_web_process_counts_what_it_serves_by_transport(database_url: str, tmp_path: Path) -> None:
    """Requests that have begun, those that are open now, and how long the short ones took; its health is none."""
    port, asked = free_port(), free_port()
    settings = {"DATABASE_URL": database_url, "PORT": str(port), "METRICS_PORT": str(asked), "INTROSPECTION": "true"}
    async with running("web", folder=tmp_path, **settings) as process:
        await process.says("Stageline runs on")
        url, told = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{asked}"
        async with http_client(url) as http:
            assert (await http.get("/healthz")).status_code == 200
            assert (await http.post("/graphql", json={"query": "{ viewer { user { name } } }"})).status_code == 200
            assert (await http.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})).is_success
            assert (await http.get("/metrics")).status_code == 404
        async with acknowledged(f"ws://127.0.0.1:{port}/graphql", None):
            said = await read(told)
        assert {name[1]: said[name] for name in said if name[0] == "stageline_requests_total"} == {
            "http": 2,
            "event_stream": 0,
            "websocket": 1,
        }
        assert (said["stageline_open", "http"], said["stageline_open", "websocket"]) == (0, 1)
        assert said[("stageline_http_seconds_count",)] == 2
        assert said["stageline_operations_total", "planned"] == 1
        assert said["stageline_operations_total", "introspection"] == 1
        assert not any(name[0] == "stageline_due_rows" for name in said), "what is due is the worker's to tell"

        async def closed() -> bool:
            return (await read(told))["stageline_open", "websocket"] == 0

        await eventually(closed, "the socket is open no more")


async def test_a_worker_tells_of_the_work_that_is_due(database: Database, postgres_url: str, tmp_path: Path) -> None:
    """On the port that its operator has chosen; without one nothing listens."""
    asked = free_port()
    url = on_database(postgres_url, str(await database.value("SELECT current_database()")))
    async with running("worker", folder=tmp_path, DATABASE_URL=url, METRICS_PORT=str(asked)) as process:
        await process.says("The worker runs")
        said = await read(f"http://127.0.0.1:{asked}")  # it listens from the beginning, and answers once it can
        assert said["stageline_due_rows", "EMAIL"] == 0
        assert said["process_resident_memory_bytes",] > 0
