"""Whether the history explains what has become of jobs: replayed on how they were, it gives how they are (JB3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from engine.enums import Priority
from store.database import Db, Row

SAID: Final = {
    "account_id": "account",
    "client_status_id": "client_status",
    "description": "description",
    "due_date": "due_date",
    "name": "name",
    "period": "period",
    "pipeline_id": "pipeline",
    "priority": "priority",
    "rank": "rank",
    "stage_id": "stage",
    "start_date": "start_date",
    "status_id": "status",
    "time_budget_minutes": "time_budget_minutes",
}
"""The columns of jobs that a history says in full, by the fields under which it does."""

FOLLOWS: Final = {
    "client_status_text": {"CLIENT_STATUS_CHANGED"},
    "completed_at": {"STATUS_CHANGED"},
    "entered_stage_at": {"CREATED", "MOVED", "MOVE_UNDONE"},
    "paused_at": {"STATUS_CHANGED", "CLOCKS_CHANGED", "DELETED", "RESTORED"},
    "state": {"STATUS_CHANGED"},
    "trash_id": {"DELETED", "RESTORED"},
}
"""Columns that come with what the history says, and the entries of which one must be there."""

KEPT: Final = frozenset({"id", "firm_id", "created_at", "of_live", "updated_at", "version"})

MADE: Final = frozenset({"occurrence", "recurrence_id", "template_id", "template_version"})
"""Columns that say of what a job was made, and that never change."""

JOBS: Final = """
    SELECT j.*, ARRAY(SELECT member_id FROM job_assignees a WHERE a.job_id = j.id ORDER BY 1) AS assignees
    FROM all_jobs j WHERE j.firm_id = $1 AND j.id <> ALL($2)
"""
ENTRIES: Final = "SELECT * FROM history WHERE firm_id = $1 AND n > $2 ORDER BY n"
BELONGINGS: Final = """
    SELECT l.job_id, l.item_id AS id, jsonb_build_array(i.title, i.due_date, i.outcome, t.status, t.description,
        t.priority, ci.message, ci.remind_days, ci.delivery = 'SENT',
        ARRAY(SELECT x.member_id FROM task_assignees x WHERE x.task_id = l.item_id ORDER BY 1),
        ARRAY(SELECT ARRAY[s.title, s.done::text] FROM subtasks s WHERE s.task_id = l.item_id ORDER BY s.rank),
        ARRAY(SELECT c.title FROM client_tasks c WHERE c.item_id = l.item_id ORDER BY c.rank)) AS shown
    FROM item_links l JOIN all_items i ON i.id = l.item_id LEFT JOIN all_tasks t ON t.id = i.id
    LEFT JOIN all_client_items ci ON ci.id = i.id WHERE l.firm_id = $1 AND l.job_id <> ALL($2)
    UNION ALL SELECT job_id, id, jsonb_build_array(name, shared_at) FROM all_documents
    WHERE firm_id = $1 AND state = 'READY' AND job_id <> ALL($2)
    UNION ALL SELECT job_id, other_id, to_jsonb(kind) FROM job_links WHERE firm_id = $1 AND job_id <> ALL($2)
    UNION ALL SELECT other_id, job_id, to_jsonb(kind) FROM job_links WHERE firm_id = $1 AND other_id <> ALL($2)
    UNION ALL SELECT job_id, id, jsonb_build_array(member_id, task_id, day, minutes, billable, note) FROM
    all_time_entries
    WHERE firm_id = $1 AND minutes IS NOT NULL AND job_id <> ALL($2)
    UNION ALL SELECT job_id, stage_id, to_jsonb(count(*)) FROM stage_visits
    WHERE firm_id = $1 AND overdue AND job_id <> ALL($2) GROUP BY 1, 2
"""
"""What belongs to jobs, in the trash or not, as whoever sees the job is shown it. What clients do on their way
to an answer is theirs."""

State = dict[str, Any]
NOTHING: Final[State] = {**dict.fromkeys(SAID.values()), "assignees": set()}
"""A job that has not been made."""


@dataclass
class Picture:
    """The jobs of a firm, but some old ones, with what belongs to them, and how far their histories have come."""

    jobs: dict[str, Row]
    belongings: dict[tuple[str, str], str]
    last: int

    @classmethod
    async def taken(cls, db: Db, firm_id: str, old: set[str]) -> Picture:
        """As things are."""
        jobs = {row["id"]: row for row in await db.rows(JOBS, firm_id, list(old))}
        rows = await db.rows(BELONGINGS, firm_id, list(old))
        last = await db.value("SELECT coalesce(max(n), 0) FROM history WHERE firm_id = $1", firm_id)
        return cls(jobs, {(row["job_id"], row["id"]): row["shown"] for row in rows}, last)


@dataclass
class Histories:
    """The histories of a firm's jobs, held against what becomes of those."""

    db: Db
    firm_id: str
    old: set[str] = field(default_factory=set)
    """Jobs of other tests, which these do nothing with."""

    async def begin(self) -> Histories:
        """From here on only jobs that are in use, and new ones, are looked at."""
        rows = await self.db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND state = 'ARCHIVED'", self.firm_id)
        self.old = {row["id"] for row in rows}
        return self

    async def picture(self) -> Picture:
        """The jobs as they are."""
        return await Picture.taken(self.db, self.firm_id, self.old)

    async def explain(self, before: Picture) -> list[Row]:
        """Holds that what is new in the histories tells all that has changed since a picture; answers the entries."""
        after = await self.picture()
        entries = await self.db.rows(ENTRIES, self.firm_id, before.last)
        for job_id, row in after.jobs.items():
            own = [entry for entry in entries if entry["job_id"] == job_id]
            explains(before.jobs.get(job_id), row, own)
        named = {(entry["job_id"], one) for entry in entries for one in _named(entry)}
        both = before.belongings, after.belongings
        changed = {key for key in both[0] | both[1] if both[0].get(key) != both[1].get(key)}
        assert changed <= named, f"no history names {changed - named}"
        return entries


def explains(before: Row | None, after: Row, entries: list[Row]) -> None:
    """Holds that entries lead from how a job was to how it is; of one that is new there was nothing."""
    state = {**state_of(before)} if before is not None else {**NOTHING, "assignees": set()}
    replay(state, entries)
    assert state == state_of(after), f"the history of {after['id']} does not give what it is: {_changes(entries)}"
    actions = {entry["action"] for entry in entries}
    for column, some in FOLLOWS.items():
        if before is not None and before[column] != after[column]:
            assert actions & some, f"{column} has changed by itself"
    if before is not None:
        assert {column: before[column] for column in MADE} == {column: after[column] for column in MADE}
    known = SAID.keys() | FOLLOWS.keys() | KEPT | MADE
    assert set(after.keys()) - {"assignees"} == known, "a column that nothing explains"


def replay(state: State, entries: list[Row]) -> None:
    """Does to a job what its history says. Each entry begins where the one before it has ended."""
    for entry in entries:
        for line in orjson.loads(entry["changes"]):
            if line["field"] == "assignees" and entry["action"] in {"CREATED", "ASSIGNEES_CHANGED"}:
                assert set(line["from"]) <= state["assignees"]
                assert set(line["to"]).isdisjoint(state["assignees"])
                state["assignees"] = state["assignees"] - set(line["from"]) | set(line["to"])
            elif line["field"] in SAID.values() and not _is_of_a_thing(entry):
                assert line["from"] == state[line["field"]], (entry["action"], line)
                state[line["field"]] = line["to"]


def _is_of_a_thing(entry: Row) -> bool:
    """Whether the entry's lines are about something that belongs to the job."""
    return entry["action"].split("_")[0] in {"TASK", "ITEM", "DOCUMENT", "TIME"} or entry["action"] in {
        "AUTOMATION_SET",
        "STAGE_OVERDUE",
        "LINKED",
        "UNLINKED",
    }


def state_of(row: Row) -> State:
    """What a history says of a job that is like this row."""
    shown = {name: _plain(row[column], column) for column, name in SAID.items()}
    return {**shown, "assignees": set(row["assignees"])}


def _plain(value: Any, column: str) -> Any:
    if column == "priority":
        return Priority(value).name
    return value if value is None or isinstance(value, str) else str(value)


def _named(entry: Row) -> set[str]:
    lines: list[Mapping[str, Any]] = orjson.loads(entry["changes"])
    return {line[side] for line in lines for side in ("from", "to") if isinstance(line[side], str)}


def _changes(entries: list[Row]) -> list[tuple[str, str]]:
    return [(entry["action"], entry["changes"]) for entry in entries]
