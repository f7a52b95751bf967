"""What must hold when everything is over, however it came about."""

from __future__ import annotations

from collections import Counter
from typing import Final

from store.database import Database
from tests.faults.ledger import Deed, Ledger
from tests.faults.site import Site

GAPS: Final = """
    SELECT h.floor, h.seq, n FROM event_heads h CROSS JOIN LATERAL generate_series(h.floor + 1, h.seq) AS n
    WHERE NOT EXISTS (SELECT FROM events e WHERE e.firm_id = h.firm_id AND e.seq = n)
    UNION ALL SELECT NULL, NULL, e.seq FROM events e JOIN event_heads h USING (firm_id)
    WHERE e.seq IS NULL OR e.seq <= h.floor OR e.seq > h.seq
"""
"""Numbers that the log lacks, and those it must not have (LV2, LV3)."""
BROKEN_VISITS: Final = """
    SELECT job_id, array_agg(number ORDER BY number) AS numbers, count(*) FILTER (WHERE left_at IS NULL) AS open
    FROM stage_visits GROUP BY job_id
    HAVING min(number) <> 1 OR max(number) <> count(*) OR count(DISTINCT number) <> count(*)
        OR count(*) FILTER (WHERE left_at IS NULL) <> 1
"""
"""Jobs whose visits are not numbered without a gap, or that do not stand in exactly one stage."""
BROKEN_HISTORY: Final = """
    WITH moves AS (
        SELECT h.job_id, h.n, c->>'from' AS "from", c->>'to' AS "to",
            lag(c->>'to') OVER (PARTITION BY h.job_id ORDER BY h.n) AS before,
            lead(h.n) OVER (PARTITION BY h.job_id ORDER BY h.n) IS NULL AS last
        FROM history h CROSS JOIN LATERAL jsonb_array_elements(h.changes) c
        WHERE h.action = 'MOVED' AND c->>'field' = 'stage'
    )
    SELECT m.* FROM moves m JOIN jobs j ON j.id = m.job_id
    WHERE m.before <> m."from" OR (m.last AND m."to" <> j.stage_id)
"""
"""Moves that do not begin where the move before ended, or that do not end where the job stands (JB3)."""
WRONG_TURNS: Final = """
    SELECT v.job_id, v.id, a.id AS automation, count(r.id) AS runs, min(r.state) AS state
    FROM stage_visits v JOIN automations a ON a.stage_id = v.stage_id
    LEFT JOIN runs r ON r.visit_id = v.id AND r.automation_id = a.id
    WHERE v.stage_id = ANY($1)
    GROUP BY v.job_id, v.id, a.id HAVING count(r.id) <> 1 OR min(r.state) <> 'DONE'
"""
"""Entries into a stage for which one of its automations did not run, or not once (AU1)."""
WRONG_COMMENTS: Final = """
    SELECT job_id, sum(runs) AS runs, sum(comments) AS comments FROM (
        SELECT v.job_id, count(*) AS runs, 0 AS comments FROM stage_visits v
        WHERE v.stage_id = ANY($1) GROUP BY v.job_id
        UNION ALL SELECT job_id, 0, count(*) FROM comments WHERE author_id IS NULL GROUP BY job_id
    ) AS counted GROUP BY job_id HAVING sum(runs) <> sum(comments)
"""
"""Jobs that are said another number of things of by automations than they have entered stages that say one (AU1)."""


async def assert_everything_happened_once(site: Site, ledger: Ledger) -> None:
    """Everything that was acknowledged is there once, the log has no gap, and stages did what they do once an entry."""
    database = site.database
    await _nothing(database, GAPS, "gaps in the log")
    await _nothing(database, BROKEN_VISITS, "visits that do not follow each other")
    await _nothing(database, BROKEN_HISTORY, "moves that do not follow each other")
    await _nothing(database, WRONG_TURNS, "automations that did not run once an entry", site.writer.busy)
    await _nothing(database, WRONG_COMMENTS, "comments that were not made once", site.writer.busy[:-1])
    await _made_once(site)
    await _events_once(database, ledger)
    await _history_once(database, ledger)
    assert site.stray() == [], "the processes have said what no operator can read"
    assert site.mistakes() == [], "the processes have logged what no outage explains"
    for mutation, table in (("createJob", "jobs"), ("createTask", "tasks"), ("createComment", "comments")):
        made = [deed.made for deed in ledger.acknowledged(mutation)]
        found = {row["id"] for row in await database.rows(f"SELECT id FROM {table} WHERE id = ANY($1)", made)}
        assert set(made) == found, f"acknowledged and not there: {set(made) - found}"


async def _nothing(database: Database, query: str, claim: str, *values: object) -> None:
    rows = [dict(row) for row in await database.rows(query, *values)]
    assert rows == [], f"{claim}: {rows[:5]}"


async def _made_once(site: Site) -> None:
    """AU1: the stage that makes jobs has made one for each entry."""
    entries = await site.database.value("SELECT count(*) FROM stage_visits WHERE stage_id = $1", site.writer.busy[-1])
    made = await site.database.value("SELECT count(*) FROM jobs WHERE name LIKE 'Made of %'")
    assert made == entries, f"{made} jobs were made for {entries} entries"


async def _events_once(database: Database, ledger: Ledger) -> None:
    """LV2: a mutation that was acknowledged has left its event once; one that was refused, none."""
    rows = await database.rows(
        "SELECT cause->>'client_mutation_id' AS id FROM noted_events WHERE cause->>'kind' = 'MEMBER'"
    )
    found = Counter(row["id"] for row in rows)
    wrong = [(deed, found[deed.mutation_id]) for deed in ledger.deeds if not _fits(deed, found[deed.mutation_id])]
    assert wrong == [], f"deeds with the number of their events: {wrong[:5]}"


async def _history_once(database: Database, ledger: Ledger) -> None:
    """JB3: a move stands in the history of its job once."""
    rows = await database.rows(
        "SELECT cause->>'client_mutation_id' AS id FROM history WHERE action = 'MOVED' AND cause->>'kind' = 'MEMBER'"
    )
    found = Counter(row["id"] for row in rows)
    moves = [deed for deed in ledger.deeds if deed.mutation == "moveJob"]
    wrong = [(deed, found[deed.mutation_id]) for deed in moves if not _fits(deed, found[deed.mutation_id])]
    assert wrong == [], f"moves with the number of their lines: {wrong[:5]}"


def _fits(deed: Deed, number: int) -> bool:
    return deed.least <= number <= deed.most
