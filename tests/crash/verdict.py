"""What is to be found after the move, by whatever crashes it came about: the same as without any."""

from __future__ import annotations

from typing import Any, Final

from engine.enums import Priority
from store.database import Database, Row
from tests.crash.plant import Case, Plant

TEN: Final = (
    "CREATE_TASK",
    "SEND_EMAIL",
    "UPDATE_TAGS",
    "SET_PRIORITY",
    "UPDATE_ASSIGNEES",
    "ADD_COMMENT",
    "CALL_WEBHOOK",
    "CREATE_JOB",
    "SET_JOB_STATUS",
    "SEND_MESSAGE",
)
"""The stage's automations, in their order."""
INVITATION: Final = "Kontor invites you to its client portal"
LANE: Final = (2, 7, 8, 9, 10)
"""Positions of those that the worker does, one after the other."""
EXPECTED: Final[dict[str, Any]] = {
    # visit, position, kind, state, attempts; the eleventh of the second visit is the status's
    "runs": [(2, n, kind, "DONE", 1) for n, kind in enumerate((*TEN, "CREATE_TASK"), 1)]
    + [(3, 1, "ADD_COMMENT", "DONE", 1)],
    "lane in order": True,
    "job": ("Review", "Active", Priority.URGENT.value),
    "visits": [(1, "Collect", True), (2, "Prepare", True), (3, "Review", False)],
    "moves": ["MEMBER", "AUTOMOVE"],
    "statuses": [("Active", "Waiting"), ("Waiting", "Active")],
    "items": [("TASK", "Call", False), ("TASK", "Answer", False), ("MESSAGE_THREAD", "Asked: Return", True)],
    "talks": [("SENT", 1)],
    "comments": ["Begun", "Ready for review"],
    "assignees": [1],
    "tags": ["Busy"],
    "other jobs": [("Books of Acme", "Inbox", ["New in the books"])],
    "emails": [("Begun: Return", "SENT"), ("Kontor: Asked: Return", "SENT")],
    "e-mails that arrived": {INVITATION: 1, "Begun: Return": 1, "Kontor: Asked: Return": 1},
    "calls": [("SENT", 200)],
    "calls that arrived": {"SENT": 1},
    "gaps in the log": [],
}
"""What is to be found of a job. What arrived is counted without what every crash after an acceptance adds."""

OF_JOB: Final = {
    "visits": """
        SELECT v.number, s.name, v.left_at IS NOT NULL FROM stage_visits v JOIN stages s ON s.id = v.stage_id
        WHERE v.job_id = $1 ORDER BY v.number
    """,
    "moves": "SELECT cause->>'kind' FROM history WHERE job_id = $1 AND action = 'MOVED' ORDER BY at",
    "statuses": """
        SELECT changes->0->>'from_label', changes->0->>'to_label' FROM history
        WHERE job_id = $1 AND action = 'STATUS_CHANGED' ORDER BY at
    """,
    "items": """
        SELECT i.kind, i.title, i.open FROM items i JOIN item_links l ON l.item_id = i.id
        WHERE l.job_id = $1 ORDER BY i.kind DESC, i.created_at
    """,
    "talks": """
        SELECT ci.delivery, (SELECT count(*) FROM thread_messages m WHERE m.item_id = ci.id)
        FROM client_items ci JOIN item_links l ON l.item_id = ci.id WHERE l.job_id = $1
    """,
    "comments": "SELECT text FROM comments WHERE job_id = $1 ORDER BY created_at",
    "assignees": "SELECT count(*) FROM job_assignees WHERE job_id = $1",
    "emails": "SELECT subject, state FROM emails WHERE job_id = $1 ORDER BY id",
    "calls": "SELECT state, status_code FROM webhook_calls WHERE job_id = $1",
}
OF_ACCOUNT: Final = {
    "tags": "SELECT t.name FROM account_tags a JOIN tags t ON t.id = a.tag_id WHERE a.account_id = $1",
    "other jobs": """
        SELECT j.name, s.name, ARRAY(SELECT text FROM comments c WHERE c.job_id = j.id)
        FROM jobs j JOIN stages s ON s.id = j.stage_id WHERE j.account_id = $1 AND s.name = 'Inbox'
    """,
}


async def found(plant: Plant, case: Case) -> dict[str, Any]:
    """What there is of a job: here, and where e-mails and webhooks go."""
    db = plant.database
    job = await db.row(
        "SELECT s.name, x.name, j.priority FROM jobs j JOIN stages s ON s.id = j.stage_id"
        " JOIN job_statuses x ON x.id = j.status_id WHERE j.id = $1",
        case.job,
    )
    assert job is not None
    return {
        **await _runs(db, case),
        "job": tuple(job),
        **{name: _plain(await db.rows(query, case.job)) for name, query in OF_JOB.items()},
        **{name: _plain(await db.rows(query, case.account)) for name, query in OF_ACCOUNT.items()},
        "e-mails that arrived": await _mail(plant, case),
        "calls that arrived": await _calls(plant, case),
        "gaps in the log": await _gaps(db),
    }


def _plain(rows: list[Row]) -> list[Any]:
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


async def _runs(database: Database, case: Case) -> dict[str, Any]:
    """The job's run log, and whether those of the lane have ended in their order (AU1)."""
    rows = await database.rows(
        """
        SELECT v.number, r.position, a.kind, r.state, r.attempts, r.finished_at
        FROM runs r JOIN automations a ON a.id = r.automation_id JOIN stage_visits v ON v.id = r.visit_id
        WHERE r.job_id = $1 ORDER BY v.number, r.position
        """,
        case.job,
    )
    ends = [row["finished_at"] for row in rows if row["number"] == 2 and row["position"] in LANE]
    return {"runs": [tuple(row)[:-1] for row in rows], "lane in order": ends == sorted(ends)}


async def _mail(plant: Plant, case: Case) -> dict[str, int]:
    """How often each e-mail arrived, in the order in which they first did; by its subject if its Message-ID is ours."""
    rows = await plant.database.rows("SELECT subject, message_id FROM emails WHERE to_address = $1", case.address)
    subjects = {row["message_id"]: row["subject"] for row in rows}
    came = [str(one.message["Message-ID"]) for one in plant.office.received if case.address in one.envelope_to]
    return {subjects.get(one, one): came.count(one) - plant.unconfirmed.get(one, 0) for one in came}


async def _calls(plant: Plant, case: Case) -> dict[str, int]:
    """How often each call arrived, by its state if its id is ours."""
    rows = await plant.database.rows("SELECT id, state FROM webhook_calls WHERE job_id = $1", case.job)
    states = {row["id"]: row["state"] for row in rows}
    came = [seen.headers["webhook-id"] for seen in plant.hooks.seen if case.job.encode() in seen.body]
    return {states.get(one, one): came.count(one) - plant.unconfirmed.get(one, 0) for one in came}


async def _gaps(database: Database) -> list[int | None]:
    """Numbers that the event log lacks, and None for events without one (LV2)."""
    rows = await database.rows(
        """
        SELECT n FROM event_heads h CROSS JOIN LATERAL generate_series(h.floor + 1, h.seq) AS n
        WHERE NOT EXISTS (SELECT FROM events e WHERE e.firm_id = h.firm_id AND e.seq = n)
        UNION ALL SELECT NULL FROM events WHERE seq IS NULL
        """
    )
    return [row["n"] for row in rows]


async def sizes(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    names = await database.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    counts = ", ".join(f"(SELECT count(*) FROM {row['name']}) AS {row['name']}" for row in names)
    found = await database.row(f"SELECT {counts}")
    assert found is not None
    return dict(found)
