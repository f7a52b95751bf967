"""What a process tells Prometheus, on a port of its own and only where the operator opens it: METRICS_PORT."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.enums import DueKind
from live.hub import Hub
from server import web
from server.settings import Settings
from server.traffic import Traffic
from store.database import Database
from store.reads.backlog import Waiting, by_kind

BACKLOG_SECONDS: Final = 3.0
"""How long the database may take to say what is due; without its answer the rest is told."""

_TRANSPORTS: Final = {"/graphql": "http", "/graphql/stream": "event_stream"}
_log = structlog.get_logger("stageline.metrics")


class Metrics:
    """What one process counts, from its start."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.traffic = Traffic((*_TRANSPORTS.values(), "websocket"))
        registry.register(self.traffic)
        self.done = Counter(
            "stageline_due_work",
            "Tries of due work by what came of them: done, failed (to be tried again), dead (given up).",
            ["kind", "outcome"],
            registry=registry,
        )
        for kind in DueKind:
            for outcome in ("done", "failed", "dead"):
                self.done.labels(kind, outcome)

    def watch(self, hub: Hub, executed: Mapping[str, int]) -> None:
        """Tells of a hub's streams, too, and of operations by who ran them."""
        self.registry.register(_Streams(hub))
        self.registry.register(_Operations(executed))

    def observe(self, outcome: str, kind: DueKind, number: int) -> None:
        """Counts due work; an ``engine.due.Observe``."""
        self.done.labels(kind, outcome).inc(number)


class _Streams(Collector):
    """What the hub knows, read when somebody asks."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """The gauges and counters of this moment."""
        desks, tally = self._hub.desks, self._hub.tally
        gauges = {
            "subscribers": ("Subscribers of streams.", sum(len(desk.seats) for desk in desks)),
            "subscriber_groups": (
                "Groups of them for which an event is executed once.",
                sum(len(desk.cohorts) for desk in desks),
            ),
            "subscribers_waiting": (
                "Subscribers to whom nothing is sent just now: they have not read what they were sent, or only come.",
                sum(desk.waiting for desk in desks),
            ),
            "stream_lag_seconds": (
                "How long the subscriber that is furthest behind has waited for what is new, at most.",
                max((desk.lag for desk in desks), default=0.0),
            ),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"stageline_{name}", text, value)
        counters = {
            "stream_events": ("Events handed to subscribers.", tally.sent),
            "stream_resumes": ("Subscribers who came back with a cursor and went on from it.", tally.recovered),
            "stream_resets": ("Times that subscribers were told to query again.", tally.reset),
            "slow_closes": ("Connections closed because the client did not read.", tally.slow),
        }
        for name, (text, value) in counters.items():
            yield CounterMetricFamily(f"stageline_{name}", text, value)


class _Operations(Collector):
    """Who ran operations, read when somebody asks."""

    def __init__(self, executed: Mapping[str, int]) -> None:
        self._executed = executed

    def collect(self) -> Iterator[Metric]:
        """One counter."""
        counter = CounterMetricFamily("stageline_operations", "Queries and mutations by who ran them.", labels=["by"])
        for by, number in self._executed.items():
            counter.add_metric([by], number)
        yield counter


class Backlog:
    """The due work that waits in the database, read when somebody asks."""

    def __init__(self, database: Database, registry: CollectorRegistry) -> None:
        self._database = database
        self._rows = Gauge("stageline_due_rows", "Due work that could be done now.", ["kind"], registry=registry)
        self._oldest = Gauge(
            "stageline_due_oldest_seconds", "How long the oldest of it has waited.", ["kind"], registry=registry
        )
        self._dead = Gauge("stageline_due_dead_rows", "Due work that was given up.", ["kind"], registry=registry)

    async def read(self) -> None:
        """Looks at it; what cannot be read is not told."""
        gauges = (self._rows, self._oldest, self._dead)
        for gauge in gauges:
            gauge.clear()
        try:
            async with asyncio.timeout(BACKLOG_SECONDS):
                found = await by_kind(self._database)
        except Exception as error:  # noqa: BLE001  (whatever it is, the rest can be told)
            _log.warning("backlog_unreadable", error=repr(error))
            return
        for kind in DueKind:
            for gauge, value in zip(gauges, found.get(kind, Waiting()), strict=True):
                gauge.labels(kind).set(value)


class Measured:
    """An application whose requests are counted."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._traffic = metrics.traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts a request and passes it on as it is."""
        transport = _transport(scope)
        if transport is None:
            await self._app(scope, receive, send)
            return
        began, traffic = time.perf_counter(), self._traffic
        traffic.begun[transport] += 1
        traffic.open[transport] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            traffic.open[transport] -= 1
        if transport == "http":
            traffic.took(time.perf_counter() - began)


def _transport(scope: Scope) -> str | None:
    if scope["type"] == "websocket":
        return "websocket"
    return _TRANSPORTS.get(scope["path"]) if scope["type"] == "http" else None


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket | None]:
    """Hold the listening socket of METRICS_HOST and METRICS_PORT, if there is to be one; raise :class:`Trouble`."""
    if settings.metrics_port is None:
        yield None
    else:
        with web.opened(settings.metrics_host, settings.metrics_port, "METRICS_") as listener:
            yield listener


async def run(
    metrics: Metrics,
    settings: Settings,
    listener: socket.socket | None,
    stop: asyncio.Event,
    *,
    database: Database | None = None,
) -> None:
    """Tell whoever asks on ``listener`` for ``/metrics``, until ``stop`` is set; with ``database`` what is due, too."""
    if listener is None:
        await stop.wait()
        return
    backlog = Backlog(database, metrics.registry) if database else None

    async def answer(_: Request) -> Response:
        if backlog is not None:
            await backlog.read()
        return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})

    await web.run(Starlette(routes=[Route("/metrics", answer)]), settings, listener, stop)
