"""Draws the README's picture, docs/images/watch.svg, from a real run: ``python -m tests.watch.picture``."""

from __future__ import annotations

import asyncio
import io
import tempfile
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from server.banner import DEMO_EMPLOYEE, DEMO_OWNER, DEMO_PASSWORD
from server.watch.board import Board
from server.watch.client import Address, Credentials, session
from server.watch.command import Options, opened
from server.watch.look import Line
from server.watch.screen import frame
from server.watch.terminal import Picture
from server.watch.view import Link, View
from tests.support.processes import running
from tests.support.redis import free_port

TARGET = Path(__file__).parents[2] / "docs" / "images" / "watch.svg"
SIZE = (132, 20)
TITLE = "stageline watch tax"
THEME = TerminalTheme((13, 17, 23), (141, 150, 160), [(0, 0, 0)] * 8, [(0, 0, 0)] * 8)
FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 16px }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
MOVES = (
    (DEMO_EMPLOYEE, "Lorenz, Ida", "Prepare"),
    (DEMO_OWNER, "Hartmann, Jonas", "Review"),
    (DEMO_EMPLOYEE, "Ortmann, Hugo", "Collect documents"),
)
"""Who moves whose job where, a few seconds apart."""
APART = 3.0


async def main() -> None:
    """Start a demo, move jobs, take the picture."""
    port = str(free_port())
    with tempfile.TemporaryDirectory() as folder:
        async with running("serve", "--demo", folder=Path(folder), PORT=port) as server:
            await server.says("Stageline runs on")
            view = await seen(f"http://127.0.0.1:{port}")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(svg(frame(view, datetime.now(UTC), *SIZE)))


async def seen(url: str) -> View:
    """What a client has seen after the moves."""
    given = Options(pipeline="tax", url=url, credentials=Credentials(None, DEMO_OWNER, DEMO_PASSWORD))
    async with opened(given) as (stream, first), aclosing(stream.updates()) as updates:
        view = first
        while view.state.link is not Link.LIVE:
            view = view.after(await anext(updates), datetime.now(UTC))
        for who, account, stage in MOVES:
            await asyncio.sleep(APART)
            await move(url, who, view.board, account, stage)
            known = view.news
            while view.news is known:
                view = view.after(await anext(updates), datetime.now(UTC))
    return view


async def move(url: str, who: str, board: Board, account: str, stage_name: str) -> None:
    """Move the job of an account on top of a stage; its tasks are done."""
    job = next(card for card in board.cards.values() if card.account.name == account)
    stage = next(stage for stage in board.pipeline.stages if stage.name == stage_name)
    async with session(Address.of(url), Credentials(None, who, DEMO_PASSWORD)) as mover:
        given = {"jobId": job.id, "stageId": stage.id, "expect": {"version": job.version}, "pendingItems": "COMPLETE"}
        done = await mover.ask("MoveJob", input=given)
    assert done["moveJob"]["errors"] == []


def svg(lines: tuple[Line, ...]) -> str:
    """A frame as a picture that names no address: whoever looks at it has a font."""
    console = Console(record=True, width=SIZE[0], file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Picture(lines), soft_wrap=True)
    return console.export_svg(title=TITLE, theme=THEME, code_format=FORMAT, unique_id="watch")


if __name__ == "__main__":
    asyncio.run(main())
