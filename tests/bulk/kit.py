"""What tests of bulk operations share: many jobs, and what has become of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.ids import new_id
from tests.support.api import Client, Json
from tests.support.works import Works

OPERATION = "operation { id verb state total done failed finishedAt }"
RESULTS = """query ($id: ID!, $failedOnly: Boolean, $after: String) { bulkOperation(id: $id) {
    verb state total done failed member { id }
    results(failedOnly: $failedOnly, first: 200, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
        index state job { id } account { id }
        errors { __typename code path ... on ConflictError { current { id } } }
        warnings { code path }
    } } } }"""


@dataclass
class Bulk:
    """A firm with many jobs, at its own time."""

    works: Works

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.works.owner

    async def accounts(self, number: int, **given: Any) -> list[str]:
        """New accounts, whose names are in their order."""
        made = []
        for n in range(number):
            account = await self.owner.do("createAccount", "account { id }", name=f"Client {n:04}", **given)
            made.append(str(account["id"]))
        return made

    async def jobs(self, number: int, stage: int = 0) -> list[str]:
        """New jobs of the shop's account, the first on top."""
        rows = [(new_id("job"), f"a{n:07}", f"Job {n:04}") for n in range(number)]
        shop = self.works.shop
        await self.works.database.rows(
            """
            WITH given AS (
                SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS g (id, rank, name)
            ), firm AS (
                SELECT a.firm_id, a.id AS account_id, s.pipeline_id, s.id AS stage_id, j.id AS status_id
                FROM accounts a JOIN stages s ON s.firm_id = a.firm_id AND s.id = $5
                JOIN job_statuses j ON j.firm_id = a.firm_id AND j.state = 'ACTIVE' WHERE a.id = $4
            ), made AS (
                INSERT INTO jobs (id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name,
                    priority, entered_stage_at, created_at, updated_at, version)
                SELECT g.id, firm_id, account_id, pipeline_id, stage_id, g.rank, status_id, 'ACTIVE', g.name, 1, now(),
                    now(), now(), 1 FROM given g CROSS JOIN firm
            )
            INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at)
            SELECT 'visit' || substr(g.id, 4), firm_id, g.id, 1, pipeline_id, stage_id, now()
            FROM given g CROSS JOIN firm
            """,
            *map(list, zip(*rows, strict=True)),
            shop.account,
            self.works.stages[stage],
        )
        return [job_id for job_id, _, _ in rows]

    async def start(self, mutation: str, by: Client | None = None, **given: Any) -> Json:
        """A new operation, as the call answers it."""
        made: Json = await (by or self.owner).do(mutation, OPERATION, **given)
        return made

    async def results(self, operation_id: str, by: Client | None = None, *, failed_only: bool = False) -> list[Json]:
        """What has become of each."""
        found: list[Json] = []
        after = None
        while True:
            given = {"id": operation_id, "failedOnly": failed_only, "after": after}
            page = (await (by or self.owner).query(RESULTS, **given))["bulkOperation"]["results"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found

    async def look(self, operation_id: str, by: Client | None = None) -> Json | None:
        """The operation as it is now."""
        found: Json | None = (await (by or self.owner).query(RESULTS, id=operation_id))["bulkOperation"]
        return found

    async def column(self, stage: int) -> list[str]:
        """The jobs of a stage, in order."""
        rows = await self.works.database.rows(
            "SELECT id FROM jobs WHERE stage_id = $1 ORDER BY rank", self.works.stages[stage]
        )
        return [row["id"] for row in rows]

    async def events(self) -> int:
        """How many events there have been."""
        found: int = await self.works.database.value("SELECT max(seq) FROM events")
        return found


def moving(jobs: Sequence[str], version: int = 1) -> list[Json]:
    """Jobs to be moved, of which the caller knows the version."""
    return [{"jobId": job, "expect": {"version": version}} for job in jobs]


def counted(operation: Json | None) -> tuple[str, int, int, int]:
    """Where an operation stands."""
    assert operation is not None
    return operation["state"], operation["total"], operation["done"], operation["failed"]
