"""What becomes of jobs is told to who follows them, once a command is all done, whatever it was (JB3).

Whatever moves a job or gives it a status notes that with the work (``note``); ``Work.finish`` comes here.
What counts is how it is in the end: a job that is moved there and back is no news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from engine import notifications
from engine.enums import JobState, NotificationKind
from engine.firm import audience
from engine.notifications import Told
from store.database import Row
from store.writes import followers

if TYPE_CHECKING:
    from engine.work import Work

What = Literal["stage", "status"]
KINDS: Final = (NotificationKind.JOB_MOVED, NotificationKind.JOB_STATUS_CHANGED, NotificationKind.JOB_COMPLETED)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who has changed something last."""

    actor_id: str | None
    """The member; None for the system."""
    cause: dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """Where a job stood before a command, and by whom it was changed."""

    before: tuple[str, str]
    """Its stage and its status."""
    by: Mapping[What, Deed] = field(default_factory=dict)

    def changed(self, row: Row) -> list[What]:
        """What is otherwise now. Where an archived job is put is not told."""
        stage, status = self.before
        moved = "stage" in self.by and row["stage_id"] != stage
        put = "status" in self.by and row["status_id"] != status
        found: list[What] = ["stage"] if moved and (put or row["state"] != JobState.ARCHIVED) else []
        return [*found, "status"] if put else found


def note(work: "Work", job: Row, what: What) -> None:
    """Notes that a job, as it was until now, gets another stage or status: its followers are told in the end."""
    earlier = work.news.get(job["id"]) or News((job["stage_id"], job["status_id"]))
    by = {**earlier.by, what: Deed(work.actor_id, work.cause)}
    work.news[job["id"]] = replace(earlier, by=by)


async def tell(work: "Work") -> None:
    """Tells the followers of jobs what others have made of them, each of each job once, in a few statements."""
    rows = await followers.standing(work.db, work.firm_id, list(work.news)) if work.news else []
    pairs = [(row, member_id) for row in rows for member_id in row["member_ids"]]
    all_news = [(row, one, what) for row, one in pairs if (what := _news_to(work.news[row["id"]], row, one))]
    if not all_news:
        return
    them = await audience.of(work, {one for _, one, _ in all_news}, {row["id"] for row, _, _ in all_news})
    lines: dict[NotificationKind, list[Told]] = {}
    for row, member_id, what in all_news:
        if them.sees(member_id, row["id"]):
            told = _told(work.news[row["id"]], row, member_id, what)
            lines.setdefault(_kind(row, what), []).append(told)
    for kind, some in lines.items():
        await notifications.tell(work, kind, some)


async def take_back(work: "Work", visit_id: str) -> None:
    """Takes back what was told of a visit that is undone."""
    for kind in KINDS:
        await notifications.withdraw(work, kind, [(visit_id, None)])


def _news_to(news: News, row: Row, member_id: str) -> list[What]:
    """What has changed, but by the member's own doing."""
    return [what for what in news.changed(row) if news.by[what].actor_id != member_id]


def _kind(row: Row, what: list[What]) -> NotificationKind:
    if "status" not in what:
        return NotificationKind.JOB_MOVED
    completed = row["state"] == JobState.COMPLETED
    return NotificationKind.JOB_COMPLETED if completed else NotificationKind.JOB_STATUS_CHANGED


def _told(news: News, row: Row, member_id: str, what: list[What]) -> Told:
    """It is about the visit where an undo of that visit would take it back."""
    last = news.by[what[-1]]
    of_visit = "stage" in what or last.actor_id is None
    return Told(member_id, row["id"], row["visit_id"] if of_visit else None, _text(row, what), last.cause)


def _text(row: Row, what: list[What]) -> str:
    status = "is completed" if row["state"] == JobState.COMPLETED else f"is now {row['status']}"
    parts = {"stage": f"was moved to {row['stage']}", "status": status}
    return f"{row['name']} {' and '.join(parts[one] for one in what)}."
