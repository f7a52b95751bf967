"""Who saw what at every number of the log, with any number of writers: the database itself writes it down.

An event gets its number inside COMMIT, under a lock that keeps all other events of the firm back. A trigger on that
number therefore sees just what is committed when that event is: the truth to hold streams against.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from math import inf

import orjson

from store.database import Database
from tests.log import sight
from tests.support.api import Json
from tests.support.board import Board
from tests.support.databases import execute
from tests.support.subscriber import Received

PIPELINES = """
    SELECT m.id, p.id FROM members m JOIN pipelines p ON p.firm_id = m.firm_id
    WHERE m.firm_id = $1 AND m.deactivated_at IS NULL AND p.deleted_at IS NULL AND (m.role <> 'EMPLOYEE'
        OR EXISTS (SELECT FROM pipeline_members x WHERE x.pipeline_id = p.id AND x.member_id = m.id))
"""
NOTE = (
    """
    LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;
    CREATE TABLE sight_spans (member_id text, thing_id text, since bigint, until bigint);
    CREATE UNIQUE INDEX ON sight_spans (member_id, thing_id) WHERE until IS NULL;
    CREATE TABLE job_versions (job_id text, seq bigint, version integer);
    CREATE TABLE noted_events (seq bigint PRIMARY KEY, at timestamptz, cause jsonb, changes jsonb);
    INSERT INTO noted_events SELECT seq, at, cause, changes FROM events;
    CREATE FUNCTION note_sight(firm text, now bigint) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        WITH seen (member_id, thing_id) AS MATERIALIZED (
            SELECT member_id, id FROM ("""
    + f"{sight.SEEN}) jobs UNION ALL {PIPELINES}".replace("$1", "firm")
    + """), gone AS (
            UPDATE sight_spans SET until = now
            WHERE until IS NULL AND (member_id, thing_id) NOT IN (SELECT * FROM seen)
        )
        INSERT INTO sight_spans SELECT seen.*, now FROM seen WHERE NOT EXISTS (
            SELECT FROM sight_spans s
            WHERE s.until IS NULL AND s.member_id = seen.member_id AND s.thing_id = seen.thing_id
        );
    END
    $$;
    CREATE FUNCTION note_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM note_sight(NEW.firm_id, NEW.seq);
        INSERT INTO noted_events VALUES (NEW.seq, NEW.at, NEW.cause, NEW.changes);
        INSERT INTO job_versions SELECT id, NEW.seq, version FROM all_jobs WHERE id IN (
            SELECT change->>'id' FROM jsonb_array_elements(NEW.changes) change WHERE change->>'type' = 'job'
        );
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER note_event AFTER UPDATE OF seq ON events FOR EACH ROW EXECUTE FUNCTION note_event();
    SELECT note_sight(firm_id, seq) FROM event_heads;
    INSERT INTO job_versions SELECT id, 0, version FROM all_jobs
    """
)


@dataclass
class Past:
    """What was true after every event of a firm, the only one of its database. What is trimmed stays known here."""

    database: Database
    firm: str
    times: list[float] = field(default_factory=list)
    """When each event was numbered, in seconds since the epoch; the first has the number 1."""
    spans: dict[tuple[str, str], list[tuple[int, float]]] = field(default_factory=dict)
    """From which event on until which a member saw a job or a pipeline."""
    versions: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Each job's versions, by the event after which it had them."""
    jobs: dict[str, set[str]] = field(default_factory=dict)
    """The jobs of each account, which stay its own for ever."""
    changes: list[dict[str, Json]] = field(default_factory=list)
    """What each event changed, by job: its key before and after."""

    @classmethod
    async def begin(cls, database: Database, url: str, firm: str) -> Past:
        """Have it written down from now on."""
        await execute(url, NOTE)
        return cls(database, firm)

    async def read(self) -> None:
        """Take in what has been written down by now."""
        db, self.spans, self.versions, self.jobs = self.database, {}, {}, {}
        for row in await db.rows("SELECT * FROM noted_events WHERE seq > $1 ORDER BY seq", len(self.times)):
            assert row["seq"] == len(self.times) + 1, f"the log has no event {len(self.times) + 1}"
            changes = orjson.loads(row["changes"])
            self.times.append(row["at"].timestamp())
            self.changes.append({change["id"]: change for change in changes if change["type"] == "job"})
        for row in await db.rows("SELECT * FROM sight_spans"):
            until = inf if row["until"] is None else row["until"]
            self.spans.setdefault((row["member_id"], row["thing_id"]), []).append((row["since"], until))
        for row in await db.rows("SELECT * FROM job_versions ORDER BY seq"):
            self.versions.setdefault(row["job_id"], []).append((row["seq"], row["version"]))
        for row in await db.rows("SELECT id, account_id FROM all_jobs WHERE firm_id = $1", self.firm):
            self.jobs.setdefault(row["account_id"], set()).add(row["id"])

    def head(self, at: float) -> int:
        """The number of the newest event at a moment."""
        return bisect_right(self.times, at)

    def saw(self, member_id: str, thing_id: str, since: int, until: int) -> bool:
        """Whether a member saw a job or a pipeline after any of these events, both included."""
        return any(first <= until and since < end for first, end in self.spans.get((member_id, thing_id), ()))

    def saw_throughout(self, member_id: str, thing_id: str, since: int, until: int) -> bool:
        """Whether a member saw a job or a pipeline after each of these events, both included."""
        return any(first <= since and until < end for first, end in self.spans.get((member_id, thing_id), ()))

    def check(self, board: Board, got: Received) -> None:
        """Hold an event, or the end of a stream, against the truth."""
        now, member_id = self.head(got.at), board.client.member_id
        assert got.upto <= now, "a cursor from the future"
        if got.event is None:
            assert not self.saw_throughout(member_id, board.pipeline_id, got.since, now), (
                "the pipeline was always there"
            )
            return
        assert self.saw(member_id, board.pipeline_id, got.upto, now), "the pipeline was not there"
        since = got.since if got.asked is None else min(got.since, self.head(got.asked))
        self._allowed(member_id, replace(got, since=since), now)
        if got.asked is None and not board.filter and not got.of("StreamReset"):
            self._whole(board, got, now)

    def _allowed(self, member_id: str, got: Received, now: int) -> None:
        """AC4, LV1: it names only what its viewer could see since the cursor before, and shows nothing stale."""
        for change in got.of("JobUpserted"):
            job = change["job"]
            assert self.saw(member_id, job["id"], got.upto, now), f"{job['id']} is shown, and could not be seen"
            least, most = self.version(job["id"], got.upto), self.version(job["id"], now)
            assert least <= job["version"] <= most, f"{job['id']} has none of the versions {least} to {most}"
        for change in got.of("JobRemoved"):
            assert self.saw(member_id, change["jobId"], got.since, now), f"{change['jobId']} is named in vain"
        for change in got.of("AccountChanged"):
            jobs = self.jobs[change["account"]["id"]]
            assert any(self.saw(member_id, job_id, got.upto, now) for job_id in jobs), f"{change} is shown"

    def _whole(self, board: Board, got: Received, now: int) -> None:
        """LV1, LV2: it says of every job in its range what became of it, be they many by one transaction."""
        shown = {change["job"]["id"] for change in got.of("JobUpserted")}
        removed = {change["jobId"] for change in got.of("JobRemoved")}
        before: dict[str, bool] = {}
        after: dict[str, bool] = {}
        for changes in self.changes[got.since : got.upto]:
            for job_id, change in changes.items():
                before.setdefault(job_id, on_board(change["before"], board))
                after[job_id] = on_board(change["after"], board)
        later = {job_id for changes in self.changes[got.upto : now] for job_id in changes}
        for job_id in after.keys() - later:
            if self.saw_throughout(board.client.member_id, job_id, got.since if before[job_id] else got.upto, now):
                assert job_id in shown or not after[job_id], f"{job_id} is not shown"
                assert job_id in removed or after[job_id] or not before[job_id], f"{job_id} is not taken away"

    def version(self, job_id: str, seq: int) -> int:
        """The version that a job had after an event; 0 before it is known."""
        known = self.versions.get(job_id, [])
        place = bisect_right(known, seq, key=lambda one: one[0])
        return known[place - 1][1] if place else 0


def on_board(key: Json | None, board: Board) -> bool:
    """Whether a job with this key stands on a board, for whoever sees it."""
    return key is not None and key["pipeline"] == board.pipeline_id and bool(key["on_board"])
