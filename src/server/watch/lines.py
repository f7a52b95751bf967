"""The board and what happens to it as lines of text, for pipes and files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from server.watch.board import Card
from server.watch.news import day, phrase, subject
from server.watch.texts import counted
from server.watch.view import Link, View


def board_lines(view: View) -> Iterator[str]:
    """Everything on the board."""
    total = view.board.total
    only = f", {view.only}" if view.only else ""
    yield f"{view.board.pipeline.name}{only}: {counted(total.jobs, 'job')}, {total.overdue:,} overdue"
    for column in view.board.columns:
        late = f", {column.count.overdue:,} overdue" if column.count.overdue else ""
        yield f"{column.stage.name} ({column.count.jobs:,}{late})"
        yield from (f"  {_card(card)}" for card in column.cards)


def _card(card: Card) -> str:
    due = [f"due {day(card.due)}{', overdue' if card.overdue else ''}"] if card.due else []
    status = [] if card.status.state == "ACTIVE" else [card.status.name]
    people = [", ".join(person.name for person in card.assignees)] if card.assignees else []
    tags = [", ".join(tag.name for tag in card.account.tags)] if card.account.tags else []
    return "; ".join([subject(card), *due, f"{card.priority.lower()} priority", *status, *people, *tags])


def news_lines(before: View, after: View) -> Iterator[str]:
    """What has happened between two views: a line per change, ``12:03:04 Smith 1040, Smith: Prepare -> Review (who)``.

    Times are the firm's.
    """
    for news in after.news[:1] if after.news is not before.news else ():  # an update brings one at most
        who = f" ({news.who})" if news.who else ""
        at = news.at.astimezone(after.zone)
        yield from (f"{at:%H:%M:%S} {phrase(item, '->')}{who}" for item in news.items)


def state_line(before: View, after: View, now: datetime) -> str | None:
    """What became of the connection; None where nothing did."""
    if after.state.link is before.state.link:
        return None
    reason = f": {after.state.reason}" if after.state.link is Link.BEHIND else ""
    return f"{now.astimezone(after.zone):%H:%M:%S} {after.state.link.value}{reason}"
