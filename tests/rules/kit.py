"""What tests of rules share: looking at jobs and boards, moving, and a digest of the whole database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from store.database import Database, Db
from tests.support.api import Api, Client, Json, Shop

T = TypeVar("T")
CARD = """id name version rank pipeline { id } stage { id } status { id name state } enteredStageAt
    assignees { id } items { nodes { id open } }
    visits(first: 200) { nodes { id number stage { id } enteredAt leftAt } }"""
TASK = "id title open status version job { id } links { job { id } visit { id number } blocking }"


async def look(client: Client, job_id: str) -> Json:
    """A job as the client sees it now."""
    data = await client.query(f"query ($id: ID!) {{ job(id: $id) {{ {CARD} }} }}", id=job_id)
    job: Json = data["job"]
    assert job is not None, job_id
    return job


async def look_at_task(client: Client, task_id: str) -> Json:
    """A task as the client sees it now."""
    data = await client.query(f"query ($id: ID!) {{ node(id: $id) {{ ... on Task {{ {TASK} }} }} }}", id=task_id)
    task: Json = data["node"]
    return task


async def columns(client: Client, pipeline_id: str) -> dict[str, list[str]]:
    """The ids of the jobs on a board, by stage, in order."""
    document = """query ($id: ID!) { board(pipelineId: $id) {
        columns { stage { id } jobs(first: 200) { nodes { id } } } } }"""
    data = await client.query(document, id=pipeline_id)
    return {
        column["stage"]["id"]: [job["id"] for job in column["jobs"]["nodes"]] for column in data["board"]["columns"]
    }


async def stages(client: Client, pipeline_id: str) -> list[Json]:
    """The stages of a pipeline as the client sees them."""
    document = "query ($id: ID!) { pipeline(id: $id) { stages { id name position jobCount } } }"
    found: list[Json] = (await client.query(document, id=pipeline_id))["pipeline"]["stages"]
    return found


async def move(client: Client, job_id: str, stage_id: str, **given: Any) -> Json:
    """Moves a job that nobody else moves, and answers its card."""
    if "expect" not in given:
        given["expect"] = {"version": (await look(client, job_id))["version"]}
    moved: Json = await client.do("moveJob", f"job {{ {CARD} }}", jobId=job_id, stageId=stage_id, **given)
    return moved


async def pipeline(client: Client, *names: str, **given: Any) -> tuple[str, list[str]]:
    """A new pipeline with stages of these names: its id and theirs."""
    wanted = [{"name": name} for name in names or ("One", "Two", "Three")]
    made = await client.do("createPipeline", "pipeline { id stages { id } }", name="Payroll", stages=wanted, **given)
    return made["id"], [stage["id"] for stage in made["stages"]]


async def task(client: Client, title: str = "Task", **given: Any) -> str:
    """A new task; answers its id."""
    made = await client.do("createTask", "task { id }", title=title, **given)
    return str(made["id"])


async def status(client: Client, name: str, *pipeline_ids: str, **given: Any) -> str:
    """A new custom status, enabled in pipelines; answers its id."""
    made = await client.do("createJobStatus", "status { id }", name=name, **given)
    for pipeline_id in pipeline_ids:
        await client.do("updatePipeline", pipelineId=pipeline_id, addStatusIds=[made["id"]])
    return str(made["id"])


async def built_in(client: Client, state: str) -> str:
    """The id of the firm's built-in status of a state."""
    data = await client.query("{ jobStatuses { id state } }")
    return next(str(one["id"]) for one in data["jobStatuses"] if one["state"] == state)


async def set_state(client: Client, job_id: str, state: str) -> None:
    """Puts a job into a built-in status."""
    await client.do("setJobStatus", jobId=job_id, statusId=await built_in(client, state))


async def hidden_job(shop: Shop, **given: Any) -> Json:
    """A job of an account to which no employee has access."""
    account = await shop.owner.do("createAccount", "account { id }", name="Hidden")
    return await shop.job("Hidden", accountId=account["id"], **given)


async def digest(database: Database) -> dict[str, str]:
    """What every table holds, as one number each: equal digests, equal databases."""
    names = await database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    parts = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS sum"
        f" FROM {name} t"
        for (name,) in names
    )
    return {row["name"]: row["sum"] for row in await database.rows(parts)}


async def dump(database: Database) -> dict[str, str]:
    """Every row of every table, to be put back by ``restore``."""
    names = await database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = {name: await database.value(f"SELECT json_agg(t)::text FROM {name} t") for (name,) in names}
    return {name: rows for name, rows in found.items() if rows and "migration" not in name}


async def restore(database: Database, saved: dict[str, str]) -> None:
    """Fills an empty database again, in milliseconds: for tests that need much to look at."""
    async with database.transaction() as db:
        await db.rows("SET LOCAL session_replication_role = replica")
        for name, rows in saved.items():
            columns = await _own_columns(db, name)
            source = f"json_populate_recordset(NULL::{name}, $1::text::json)"
            await db.rows(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {source}", rows)


async def _own_columns(db: Db, table: str) -> str:
    """All but those that are worked out of others."""
    found: str = await db.value(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    return found


@dataclass
class Saved(Generic[T]):
    """What is made through the API once and put back for every other test that needs it."""

    made: tuple[T, dict[str, str], int, int] | None = None

    async def get(
        self, api: Api, database: Database, make: Callable[[Api], Awaitable[T]], clients: Callable[[T], list[Client]]
    ) -> T:
        """Makes it, or puts it back. Its clients call the application of this test."""
        if self.made is None:
            found = await make(api)
            self.made = found, await dump(database), api.firms, api.people
            return found
        found, rows, api.firms, api.people = self.made
        await restore(database, rows)
        for client in clients(found):
            client.http = api.http
        return found


async def together(*running: Coroutine[Any, Any, T]) -> Sequence[T]:
    """Runs calls at the same time and answers their results in order."""
    return await asyncio.gather(*running)


def codes(payload: Json) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["errors"]]
