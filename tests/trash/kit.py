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


UNSOUND = {
    "a job without what it waits by": """
        SELECT j.id FROM all_jobs j LEFT JOIN trash t ON t.id = j.trash_id AND t.thing_id IN (j.id, j.account_id)
        WHERE j.trash_id IS NOT NULL AND t.id IS NULL""",
    "an entry without what waits": """
        SELECT t.id FROM trash t LEFT JOIN all_jobs j ON j.id = t.thing_id AND j.trash_id = t.id
        LEFT JOIN all_accounts a ON a.id = t.thing_id AND a.trash_id = t.id WHERE j.id IS NULL AND a.id IS NULL""",
    "a task that is left of its job": """
        SELECT t.id FROM tasks t JOIN item_links l ON l.item_id = t.id LEFT JOIN jobs j ON j.id = l.job_id
        WHERE j.id IS NULL""",
    "an item in the trash of a job that is not": """
        SELECT l.item_id FROM item_links l JOIN jobs j ON j.id = l.job_id JOIN all_items i ON i.id = l.item_id
        WHERE i.trash_id IS NOT NULL""",
    "an item that is only in part there": """
        SELECT i.id FROM all_items i LEFT JOIN all_client_items c ON c.id = i.id LEFT JOIN all_tasks t ON t.id = i.id
        WHERE i.trash_id IS DISTINCT FROM CASE WHEN i.kind = 'TASK' THEN t.trash_id ELSE c.trash_id END""",
    "time that is not where its job is": """
        SELECT e.id FROM all_time_entries e JOIN all_jobs j ON j.id = e.job_id
        WHERE e.trash_id IS DISTINCT FROM j.trash_id""",
    "a letter that would leave": """
        SELECT e.id FROM emails e JOIN all_jobs j ON j.id = e.job_id
        WHERE j.trash_id IS NOT NULL AND e.state IN ('HELD', 'QUEUED') AND e.item_id IS NULL""",
    "due work of what is in the trash": """
        SELECT d.id FROM due d LEFT JOIN all_jobs j ON j.id = d.job_id LEFT JOIN all_items i ON i.id = d.subject_id
        LEFT JOIN all_emails e ON e.id = d.subject_id WHERE i.trash_id IS NOT NULL OR e.trash_id IS NOT NULL
            OR (j.trash_id IS NOT NULL AND d.kind <> 'EMAIL')""",
    "due work that waits for nothing": """
        SELECT d.id FROM all_due d LEFT JOIN all_jobs j ON j.id = d.job_id LEFT JOIN all_items i ON i.id = d.subject_id
        LEFT JOIN all_emails e ON e.id = d.subject_id
        WHERE d.trash_id IS NOT NULL AND d.trash_id NOT IN (coalesce(j.trash_id, ''), coalesce(i.trash_id, ''),
            coalesce(e.trash_id, ''))""",
    "a client whose accounts are all in the trash": """
        SELECT c.id FROM contacts c JOIN account_contacts x ON x.contact_id = c.id
        LEFT JOIN accounts a ON a.id = x.account_id GROUP BY c.id HAVING count(a.id) = 0""",
    "a clock that runs": "SELECT id FROM all_jobs WHERE trash_id IS NOT NULL AND paused_at IS NULL",
}
"""What there is never: each as a query that finds it."""


async def unsound(database: Database) -> dict[str, list[str]]:
    """What is there although it is never."""
    found = {name: [str(row[0]) for row in await database.rows(sql)] for name, sql in UNSOUND.items()}
    return {name: ids for name, ids in found.items() if ids}
