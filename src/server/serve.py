"""The processes: web and worker, together in `serve` and apart in production."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from starlette.types import ASGIApp

from engine.due import Runner
from engine.enums import DueKind
from engine.errands import Errand
from engine.hooks.reach import Reach
from engine.hooks.webhooks import WebhookErrand
from engine.housekeeping import Retention
from engine.mail.emails import EmailErrand
from live.wakeups import Wakeups
from server import due_work, web, worker
from server import metrics as measuring
from server.banner import DEMO_OWNER, banner
from server.delivery.mail import folder, mail
from server.delivery.webhook import Poster
from server.embedded import EmbeddedPostgres
from server.files.storage import storage
from server.metrics import Metrics
from server.ready import connected, embedded, migrated, required_url
from server.settings import Settings
from server.stopping import Stop, stop_signals
from server.trouble import Trouble, say
from store.database import Database

COLLECTED_AFTER: Final = (20_000, 20, 20)
"""After how many new objects, and collections of the younger generations, the collector looks at each generation."""


async def serve(settings: Settings, *, demo: bool) -> None:
    """Run web and worker in this process, on our own PostgreSQL unless DATABASE_URL names one, until asked to stop.

    Raises :class:`Trouble`.
    """
    open_by_default = demo or settings.database_url is None
    settings = settings.defaulting(introspection=open_by_default, graphiql=open_by_default)
    with web.listening(settings) as listener, measuring.listening(settings) as asked, stop_signals() as stop:
        async with _postgres(settings, stop) as postgres:
            url = postgres.url if postgres else required_url(settings)
            if names := await migrated(url):
                say(f"Applied {len(names)} migrations.")
            async with connected(settings, url) as database, Wakeups.open(settings.redis_url) as wakeups:
                text = banner(settings, demo=demo and await _fill(database, settings))
                metrics = Metrics()
                app = _app(settings, url, database, stop, metrics, wakeups)
                stop.started()
                await _together(
                    stop,
                    *([_guard(postgres, stop)] if postgres else []),
                    web.run(app, settings, listener, stop, on_started=lambda: _started(text)),
                    *_worker(settings, database, wakeups, stop, metrics),
                    measuring.run(metrics, settings, asked, stop, database=database),
                )


def _started(text: str) -> None:
    """Says so, and spares the garbage collector what is there for good: the schema alone has it stop for 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    _print(text)


async def serve_web(settings: Settings) -> None:
    """Run the web server alone, until asked to stop. Raises :class:`Trouble`."""
    url = required_url(settings)
    with web.listening(settings) as listener, measuring.listening(settings) as asked, stop_signals() as stop:
        async with connected(settings, url) as database:
            text, metrics = banner(settings, demo=False), Metrics()
            app = _app(settings, url, database, stop, metrics)
            stop.started()
            await _together(
                stop,
                web.run(app, settings, listener, stop, on_started=lambda: _started(text)),
                measuring.run(metrics, settings, asked, stop),
            )


async def serve_worker(settings: Settings) -> None:
    """Run the worker alone, until asked to stop. Raises :class:`Trouble`."""
    url = required_url(settings)
    with measuring.listening(settings) as asked, stop_signals() as stop:
        async with connected(settings, url) as database, Wakeups.open(settings.redis_url) as wakeups:
            metrics = Metrics()
            stop.started()
            _print("The worker runs (Ctrl-C stops it)")
            await _together(
                stop,
                *_worker(settings, database, wakeups, stop, metrics),
                measuring.run(metrics, settings, asked, stop, database=database),
            )


def _worker(
    settings: Settings, database: Database, wakeups: Wakeups, stop: asyncio.Event, metrics: Metrics
) -> list[Coroutine[Any, Any, None]]:
    """What a worker does at the same time."""
    errands: dict[DueKind, Errand] = {
        DueKind.EMAIL: EmailErrand(mail(settings), database),
        DueKind.WEBHOOK: WebhookErrand(Poster(Reach.of(settings.allow_private_webhooks)), database),
    }
    runner = Runner(database, wakeups.notify, errands, metrics.observe, stop=stop)
    kept = Retention(timedelta(days=settings.log_days), settings.log_events)
    keeping_house = worker.run(database, storage(settings), wakeups.notify, stop, kept=kept)
    return [keeping_house, due_work.take_up(runner, wakeups, stop)]


@asynccontextmanager
async def _postgres(settings: Settings, stop: Stop) -> AsyncIterator[EmbeddedPostgres | None]:
    if settings.database_url is not None:
        yield None
        return
    async with embedded(settings) as postgres:
        yield postgres
        if stop.is_set():
            say("Stopping PostgreSQL ...")


async def _fill(database: Database, settings: Settings) -> bool:
    """Fill the demo firm on the first start; tell whether the demo's logins are there.

    What its past has sent goes into the folder, whatever mail server there is.
    """
    from engine import demo  # noqa: PLC0415  (only a start with --demo needs it)

    if await demo.fill(database, folder(settings)):
        say("Filled a demo firm.")
        return True
    return bool(await database.value("SELECT 1 FROM users WHERE email = $1", DEMO_OWNER))


def _app(
    settings: Settings,
    url: str,
    database: Database,
    stop: asyncio.Event,
    metrics: Metrics,
    wakeups: Wakeups | None = None,
) -> ASGIApp:
    from server.app import create_app  # noqa: PLC0415  (builds the schema, half a second)

    settings = settings.model_copy(update={"database_url": url})
    return create_app(settings, database=database, wakeups=wakeups, stop=stop, metrics=metrics)


async def _guard(postgres: EmbeddedPostgres, stop: Stop) -> None:
    """Watch our PostgreSQL until asked to stop; raise :class:`Trouble` when it ends by itself."""
    ended = asyncio.ensure_future(postgres.ended())
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not stop.is_set():
            raise Trouble(ended.result())
    finally:
        ended.cancel()
        stopped.cancel()


async def _together(stop: Stop, *parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts until ``stop`` has ended them all. When one fails, stop the others, then raise its error."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stop.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
