"""Reading the event log, history and audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from store.database import Db, Row
from store.reads.filters import job_overdue
from store.reads.things import Condition
from store.sql import Params

# The database's identity: it changes with a failover (timeline) and with a restore (cluster, database, or, where it was
# restored in place, the table's file; a rewrite of the tiny table by VACUUM FULL only costs a reset).
_EPOCH: Final = """
    (SELECT system_identifier::text FROM pg_control_system())
    || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
    || '/' || (SELECT oid::text FROM pg_database WHERE datname = current_database())
    || '/' || pg_relation_filenode('event_heads')::text
"""

MOST: Final = 1_000
"""Events that ``read`` answers; who is further behind reads a page at a time."""

# With an order and a limit no statistics lead anywhere but along the index.
_READ: Final = f"""
    SELECT {_EPOCH} AS epoch, h.seq AS head, h.floor, f.time_zone, f.clock_date, e.seq, e.at, e.cause, e.changes
    FROM event_heads h JOIN firms f ON f.id = h.firm_id LEFT JOIN LATERAL (
        SELECT seq, at, cause, changes FROM events
        WHERE firm_id = $1 AND $2::bigint IS NOT NULL AND seq > greatest($2, h.floor, h.seq - {MOST})
        ORDER BY seq LIMIT {MOST}
    ) e ON TRUE WHERE h.firm_id = $1 ORDER BY e.seq
"""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a firm's log stands: the last sequence, and the first that is not trimmed is ``floor`` + 1."""

    epoch: str
    seq: int
    floor: int


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of the log."""

    seq: int
    at: datetime
    cause: dict[str, Any]
    changes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one statement says of a firm's log: where it stands, what it has announced of time, and its newest part."""

    head: Head
    time_zone: str
    clock_date: date
    events: list[LoggedEvent]


async def read(db: Db, firm_id: str, after: int | None) -> Reading:
    """Where the log stands, and the events after a sequence, in order; where those are too many, the newest."""
    found = await db.rows(_READ, firm_id, after)
    first = found[0]  # every firm is made with a log
    head = Head(first["epoch"], first["head"], first["floor"])
    events = [_event(row) for row in found if row["seq"] is not None]
    return Reading(head, first["time_zone"], first["clock_date"], events)


async def head(db: Db, firm_id: str) -> Head:
    """The log's position; inside a snapshot, that of the snapshot."""
    row = await db.row(f"SELECT {_EPOCH} AS epoch, seq, floor FROM event_heads WHERE firm_id = $1", firm_id)
    assert row is not None  # every firm is made with a log
    return Head(row["epoch"], row["seq"], row["floor"])


async def heads(db: Db, firm_ids: Collection[str]) -> dict[str, Head]:
    """The positions of several firms' logs."""
    found = await db.rows(
        f"SELECT firm_id, {_EPOCH} AS epoch, seq, floor FROM event_heads WHERE firm_id = ANY($1)", list(firm_ids)
    )
    return {row["firm_id"]: Head(row["epoch"], row["seq"], row["floor"]) for row in found}


async def events(db: Db, firm_id: str, after: int, limit: int) -> list[LoggedEvent]:
    """Events after a sequence, in order."""
    found = await db.rows(
        "SELECT seq, at, cause, changes FROM events WHERE firm_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        firm_id,
        after,
        limit,
    )
    return [_event(row) for row in found]


def _event(row: Row) -> LoggedEvent:
    return LoggedEvent(row["seq"], row["at"], orjson.loads(row["cause"]), orjson.loads(row["changes"]))


async def sight_changed(db: Db, firm_id: str, after: int, member_id: str, pipeline_id: str) -> bool:
    """Whether an event after a sequence changed what a member may see on a pipeline's board."""
    own = [{"type": "member", "id": member_id}]
    listed, unlisted = (
        [{"type": "pipeline", "id": pipeline_id, change: [member_id]}]
        for change in ("members_added", "members_removed")
    )
    found = await db.value(
        """
        SELECT EXISTS (SELECT FROM events WHERE firm_id = $1 AND seq > $2
            AND (changes @> $3::jsonb OR changes @> $4::jsonb OR changes @> $5::jsonb))
        """,
        firm_id,
        after,
        *(orjson.dumps(change).decode() for change in (own, listed, unlisted)),
    )
    return bool(found)


async def jobs_on_board(db: Db, firm_id: str, pipeline_id: str, account_ids: Collection[str], limit: int) -> list[str]:
    """Ids of accounts' jobs in a pipeline, at most ``limit``."""
    found = await db.rows(
        "SELECT id FROM jobs WHERE firm_id = $1 AND pipeline_id = $2 AND account_id = ANY($3) LIMIT $4",
        firm_id,
        pipeline_id,
        list(account_ids),
        limit,
    )
    return [row["id"] for row in found]


async def jobs_overdue(db: Db, firm_id: str, pipeline_id: str, since: date, day: date, limit: int) -> list[str]:
    """Ids of jobs in a pipeline that are overdue on a day, and due from an earlier one on, at most ``limit``."""
    p = Params(firm_id, pipeline_id, since, limit)
    found = await db.rows(
        "SELECT id FROM jobs j WHERE firm_id = $1 AND pipeline_id = $2 AND due_date >= $3"
        f" AND {job_overdue(p, day)} LIMIT $4",
        *p.values,
    )
    return [row["id"] for row in found]


async def accounts_on_board(
    db: Db, firm_id: str, pipeline_id: str, account_ids: Collection[str], seen: Condition
) -> set[str]:
    """Which of the accounts have a job (alias j) in the pipeline that meets a condition."""
    p = Params(firm_id, pipeline_id, list(account_ids))
    found = await db.rows(
        "SELECT DISTINCT j.account_id FROM jobs j"
        f" WHERE j.firm_id = $1 AND j.pipeline_id = $2 AND j.account_id = ANY($3) AND {seen(p)}",
        *p.values,
    )
    return {row["account_id"] for row in found}


def decoded(row: Row, column: str) -> Any:
    """A JSON column's value."""
    return orjson.loads(row[column])
