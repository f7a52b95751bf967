"""The story acted out: each thing that happened, as the command that makes it happen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from engine import notifications
from engine.demo.cast import CLIENTS
from engine.demo.ids import known
from engine.demo.pipelines import TAX
from engine.demo.requests import REQUESTS
from engine.demo.setting_up import EMPLOYEE_ID
from engine.demo.story import DEEDS, TALES, Answered, Deed, Held, Moved, Read, Reviewed, Said, Tale
from engine.demo.telling import Command, Telling
from engine.demo.texts import ON_HOLD
from engine.enums import PendingItems
from engine.find import any_item
from engine.items import closing, making
from engine.job import comments, jobs, moves
from engine.time.calendar import today
from engine.unset import UNSET
from engine.work import Work
from store.writes import items as writes

_NOON: Final = time(12)
_EVENING: Final = time(17)
_ASKED: Final = "Ask "
"""How the title begins of what a client is asked for whose return is on hold."""
_OWNERS: Final = frozenset(client.name for client in CLIENTS if client.owners)


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that somebody did at some time."""

    at: datetime
    command: Command[Any]
    given: Any
    by_owner: bool
    once: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Completes what blocks a job, or what of it has a title that begins so."""

    job_id: str
    title: str = ""


async def act(telling: Telling, stages: Mapping[tuple[str, str], str]) -> None:
    """All that happened, in its order, and what came of it meanwhile. ``stages`` go by their pipelines and names."""
    scenes = [*_told(telling), *_done(telling, stages), *_requested(telling)]
    for scene in sorted(scenes, key=lambda scene: scene.at):
        await telling.wait(scene.at)
        by = telling.owner.member_id if scene.by_owner else EMPLOYEE_ID
        await telling.do(scene.command, scene.given, member_id=by, once=scene.once)
    await telling.wait(telling.end)


def _told(telling: Telling) -> Iterator[Scene]:
    """How jobs began, and what their preparers did."""
    for number, tale in enumerate(TALES):
        hour = time(8 + number % 8, number * 13 % 60)
        name = f"{tale.pipeline}/{tale.client}"
        yield Scene(telling.at(tale.began, hour), jobs.create_job, _job(telling, tale), True, name)
        for days in tale.done:
            given = Finish(_job_id(tale.client, tale.pipeline))
            yield Scene(telling.at(days, hour), _finish, given, tale.client in _OWNERS, f"{name}/{days}")


def _done(telling: Telling, stages: Mapping[tuple[str, str], str]) -> Iterator[Scene]:
    """What else was done, in the evening."""
    for deed in DEEDS:
        command, given, by_owner = _doing(telling, deed, stages)
        yield Scene(telling.at(deed.days, _EVENING), command, given, by_owner, str(deed))


def _requested(telling: Telling) -> Iterator[Scene]:
    """What a client was asked for, at noon."""
    for request in REQUESTS:
        yield Scene(telling.at(request.days, _NOON), making.create_item, request.command, True, "")


def _doing(telling: Telling, deed: Deed, stages: Mapping[tuple[str, str], str]) -> tuple[Command[Any], Any, bool]:
    match deed:
        case Reviewed():
            return _finish, Finish(_job_id(deed.client)), True
        case Moved():
            expect = moves.Expect(stage_id=stages[TAX, deed.origin])
            target = stages[TAX, deed.target]
            move = moves.MoveJob(_job_id(deed.client), target, expect, pending_items=PendingItems.COMPLETE)
            return moves.move_job, move, deed.by_owner
        case Held():
            return jobs.set_job_status, jobs.SetJobStatus(_job_id(deed.client), known("status", ON_HOLD)), False
        case Answered():
            return _finish, Finish(_job_id(deed.client), _ASKED), False
        case Said():
            other = EMPLOYEE_ID if deed.by_owner else telling.owner.member_id
            said = comments.CreateComment(_job_id(deed.client, deed.pipeline), deed.text, (other,))
            return comments.create_comment, said, deed.by_owner
        case Read():
            return notifications.mark_notifications_read, notifications.MarkNotificationsRead(all=True), True


def _job_id(client: str, pipeline: str = TAX) -> str:
    return known("job", f"{pipeline}/{client}")


def _job(telling: Telling, tale: Tale) -> jobs.CreateJob:
    day = today(telling.calendar.time_zone, telling.end)
    return jobs.CreateJob(
        known("account", tale.client),
        known("pipeline", tale.pipeline),
        due_date=UNSET if tale.due_in is None else day + timedelta(days=tale.due_in),
        id=_job_id(tale.client, tale.pipeline),
    )


async def _finish(work: Work, given: Finish) -> None:
    for row in await writes.pending(work.db, work.firm_id, given.job_id):
        item = await any_item(work, row["id"])
        if item["title"].startswith(given.title):
            await closing.complete_item(work, closing.CompleteItem(item["id"]))
