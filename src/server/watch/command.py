"""``stageline watch`` from its options to its end."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from server.stopping import stop_signals
from server.trouble import Trouble, say
from server.watch.board import Json
from server.watch.client import BAD_TOKEN, Address, Away, Credentials, Session, SessionOver, choose, session
from server.watch.lines import board_lines, news_lines, state_line
from server.watch.screen import frame
from server.watch.stream import Stream
from server.watch.terminal import Picture, display
from server.watch.texts import clean, listed
from server.watch.view import View

DRAWN_EVERY: Final = 0.1
"""The shortest time between two frames, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for. ``pipeline`` is an id or a part of a name; None where there is only one."""

    pipeline: str | None
    url: str
    credentials: Credentials = field(default_factory=Credentials)
    mine: bool = False
    overdue: bool = False
    plain: bool = False
    once: bool = False

    @property
    def filter(self) -> Json | None:
        """Which jobs, as the API takes it."""
        wanted = {"assignedToMe": self.mine, "overdue": self.overdue}
        return {name: True for name, asked in wanted.items() if asked} or None

    @property
    def only(self) -> str:
        """The same in words."""
        return ", ".join(word for word, asked in {"mine": self.mine, "overdue": self.overdue}.items() if asked)


def credentials(email: str | None, password: str | None, firm: str | None) -> Credentials:
    """Who watches: the token in STAGELINE_TOKEN, or a log-in, of which a terminal is asked what is missing.

    Raises Trouble where something is missing and there is no terminal.
    """
    if token := os.environ.get("STAGELINE_TOKEN"):
        return Credentials(token=token)
    if not (email and password) and not sys.stdin.isatty():
        raise Trouble(
            "Who watches? Set STAGELINE_EMAIL and STAGELINE_PASSWORD, or STAGELINE_TOKEN, where there is no terminal "
            "to ask at."
        )
    email = email or typer.prompt("E-mail")
    return Credentials(None, email, password or typer.prompt("Password", hide_input=True), firm)


async def watch(options: Options) -> None:
    """Show the board until asked to stop, or once. Raises Trouble."""
    console = Console(highlight=False, markup=False, emoji=False)
    with stop_signals(), _unread_output():
        async with opened(options) as (stream, view):
            if options.once:
                _show_once(console, view, options)
            elif options.plain or not console.is_terminal or console.is_dumb_terminal:
                await _tell(stream, view)
            else:
                await _draw(console, stream, view)


@asynccontextmanager
async def opened(options: Options) -> AsyncIterator[tuple[Stream, View]]:
    """The stream, and the first view. Here nothing is tried twice: whoever starts it is there to mend it."""
    try:
        async with session(Address.of(options.url), options.credentials) as one:
            pipeline_id = await _pipeline(one, options.pipeline)
            firm = (await one.ask("Viewer"))["firm"]
            stream = Stream(one, pipeline_id, options.filter)
            board = await stream.take()
            yield stream, View(board, clean(firm["name"]), ZoneInfo(firm["timeZone"]), options.only)
    except SessionOver as over:
        raise Trouble(BAD_TOKEN) from over
    except Away as away:
        raise Trouble(f"Stageline cannot be used at {options.url} ({away}). Start it, or correct --url.") from away


async def _pipeline(one: Session, wanted: str | None) -> str:
    if wanted and re.fullmatch("pipeline_[0-9a-f]{32}", wanted):
        return wanted
    names: dict[str, str] = {}
    page: Json = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        found = (await one.ask("Pipelines", after=page["endCursor"]))["pipelines"]
        names |= {node["id"]: clean(node["name"]) for node in found["nodes"]}
        page = found["pageInfo"]
    if wanted is None and len(names) == 1:
        return next(iter(names))
    if wanted is None:
        raise Trouble(
            f"Which pipeline? Name one, or a part of its name. There are: {listed([*names.values()]) or 'none'}."
        )
    return choose(names, wanted, "pipeline")


def _show_once(console: Console, view: View, options: Options) -> None:
    if options.plain or not console.is_terminal:
        _write(board_lines(view))
    else:
        console.print(Picture(frame(view, datetime.now(UTC), console.size.width, None)), soft_wrap=True)


async def _tell(stream: Stream, view: View) -> None:
    """A line per change on standard output; what becomes of the connection on standard error."""
    _write(board_lines(view))
    async with aclosing(stream.updates()) as updates:
        async for update in updates:
            now = datetime.now(UTC)
            before, view = view, view.after(update, now)
            _write(news_lines(before, view))
            if state := state_line(before, view, now):
                say(state)


def _write(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


async def _draw(console: Console, stream: Stream, view: View) -> None:
    """The screen: drawn when something has changed, and every second, but at most ten times a second."""
    news = asyncio.Event()
    with display(console, news.set) as screen:
        shown = _Shown(view, news)
        following = asyncio.create_task(shown.follow(stream))
        try:
            while not following.done():
                news.clear()
                size = screen.size
                screen.draw(frame(shown.view, datetime.now(UTC), *size), size)
                await asyncio.sleep(DRAWN_EVERY)
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), 1 - DRAWN_EVERY)
            await following
        finally:
            following.cancel()
            await asyncio.wait([following])


@dataclass(slots=True)
class _Shown:
    """What the screen shows; ``news`` is set when that is another thing than before."""

    view: View
    news: asyncio.Event

    async def follow(self, stream: Stream) -> None:
        """Keep the view right, for ever. Raises Trouble."""
        try:
            async with aclosing(stream.updates()) as updates:
                async for update in updates:
                    self.view = self.view.after(update, datetime.now(UTC))
                    self.news.set()
        finally:
            self.news.set()


@contextmanager
def _unread_output() -> Iterator[None]:
    """Names are written whatever the terminal's encoding, and a reader that has gone (``| head``) ends it quietly."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
