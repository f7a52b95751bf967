"""What the tests of the trash share."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.trash.purging import purge
from store.database import Database
from tests.support.api import Client, Json

ENTRY = """id kind thingId name accountName jobCount deletedAt until withAccount pipeline { id }
    cause { kind actor { ... on Member { id } } }"""

QUESTION: Json = {"messageThread": {"text": "How many?"}}
"""An item for a client, of which they are reminded."""


async def trash(client: Client, kind: str | None = None) -> list[Json]:
    """What somebody sees in the trash, the latest first."""
    query = f"query ($kind: TrashKind) {{ trash(kind: $kind) {{ totalCount nodes {{ {ENTRY} }} }} }}"
    found = (await client.query(query, kind=kind))["trash"]
    nodes: list[Json] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def things(client: Client) -> list[str]:
    """The names of what somebody sees there."""
    return [entry["name"] for entry in await trash(client)]


async def delete_job(client: Client, job_id: str) -> Json:
    """Puts a job into the trash; answers what waits there."""
    entry: Json = await client.do("deleteJob", f"trashEntry {{ {ENTRY} }}", jobId=job_id)
    return entry


async def delete_account(client: Client, account_id: str) -> Json:
    """The same with an account."""
    entry: Json = await client.do("deleteAccount", f"trashEntry {{ {ENTRY} }}", accountId=account_id)
    return entry


async def node(client: Client, thing_id: str) -> Json | None:
    """A thing by its id, for whoever sees it."""
    found: Json | None = (await client.query("query ($id: ID!) { node(id: $id) { __typename id } }", id=thing_id))[
        "node"
    ]
    return found


async def actions(client: Client, job_id: str) -> list[str]:
    """What happened to a job, oldest first."""
    query = "query ($id: ID!) { job(id: $id) { history(first: 200) { nodes { action } } } }"
    return [entry["action"] for entry in (await client.query(query, id=job_id))["job"]["history"]["nodes"]][::-1]


async def purged(database: Database, after: timedelta = timedelta(days=31)) -> int:
    """The worker keeps house some time later; answers how much it has deleted for good."""
    return await purge(database, clock=lambda: datetime.now().astimezone() + after)


async def rows_naming(database: Database, *ids: str) -> list[str]:
    """The tables of which a row names any of some ids, but the logs."""
    tables = await database.rows(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    logs = {"events", "audit", "creates", "stray_objects", "history", "run_things"}
    sql = "SELECT EXISTS (SELECT FROM {} t WHERE t::text ~ $1)"
    pattern = "|".join(ids)
    return [
        row["name"]
        for row in tables
        if row["name"] not in logs and await database.value(sql.format(row["name"]), pattern)
    ]
