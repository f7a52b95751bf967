"""The terminal as a screen: drawn only where something is different, and left as it was found."""

from __future__ import annotations

import asyncio
import signal
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.segment import Segment

from server.watch.look import Line


class Picture:
    """Lines for a console: one below the other, or on a screen each at its place (by its number from 0)."""

    def __init__(self, lines: Sequence[Line], places: Sequence[int] = ()) -> None:
        self._lines = lines
        self._places = places

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, line in enumerate(self._lines):
            if self._places:
                yield Control.move_to(0, self._places[number])
            elif number:
                yield Segment.line()
            yield from line


class Display:
    """Draws frames on the other screen of a terminal: of each the lines that are not there already."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._drawn: tuple[Line, ...] = ()
        self._drawn_size = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Cells across and lines down, now."""
        return self._console.size.width, self._console.size.height

    def draw(self, lines: tuple[Line, ...], size: tuple[int, int]) -> None:
        """Show a frame that was made for this size."""
        known = self._drawn if size == self._drawn_size else ()
        places = [place for place, line in enumerate(lines) if known[place : place + 1] != (line,)]
        if places:
            self._console.print(Picture([lines[place] for place in places], places), end="", soft_wrap=True)
        self._drawn, self._drawn_size = lines, size


@contextmanager
def display(console: Console, resized: Callable[[], None]) -> Iterator[Display]:
    """The whole terminal, until the context is left. ``resized`` is called when its size has changed."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, resized)
    try:
        with _still_keyboard(), console.screen():
            yield Display(console)
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


@contextmanager
def _still_keyboard() -> Iterator[None]:
    """Keys do not write into the picture. Ctrl-C works as ever; what was typed meanwhile is thrown away."""
    if not sys.stdin.isatty():
        yield
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    still = termios.tcgetattr(keyboard)
    still[3] &= ~(termios.ECHO | termios.ICANON)
    still[6][termios.VSUSP] = b"\0"  # Ctrl-Z would leave the shell on this screen
    try:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, still)
        yield
    finally:
        with suppress(termios.error):  # the terminal may have gone
            termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
