"""The limit to compare reads with: a bare application that serves PostgreSQL's own JSON text of the same answers.

uvicorn as we run it, asyncpg as we use it, one statement a request, no look at who asks. Nothing in Python can answer
sooner what the database still has to be asked for.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

import asyncpg
import orjson
import uvicorn
import uvloop

from store.database import Connection

POOL = 10  # as ours
_OVERDUE: Final = "j.state = 'ACTIVE' AND j.due_date IS NOT NULL AND j.due_date < (now() AT TIME ZONE 'UTC')::date"
_PRIORITY: Final = "(ARRAY['LOW', 'MEDIUM', 'HIGH', 'URGENT'])[1 + j.priority]"
_TAGS: Final = """(
    SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color)
        ORDER BY lower(t.name), t.id), '[]')
    FROM account_tags x JOIN tags t ON t.firm_id = $1 AND t.id = x.tag_id WHERE x.firm_id = $1 AND x.account_id = a.id
)"""
_ASSIGNEES: Final = """(
    SELECT coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) ORDER BY lower(m.name), m.id), '[]')
    FROM job_assignees x JOIN members m ON m.firm_id = $1 AND m.id = x.member_id
    WHERE x.firm_id = $1 AND x.job_id = j.id
)"""
_JOBS: Final = """
    jobs j JOIN job_statuses st ON st.firm_id = $1 AND st.id = j.status_id
    JOIN accounts a ON a.firm_id = $1 AND a.id = j.account_id
"""
_CARD: Final = f"""json_build_object(
    'id', j.id, 'name', j.name, 'version', j.version, 'rank', j.rank, 'priority', {_PRIORITY}, 'dueDate', j.due_date,
    'overdue', {_OVERDUE}, 'stage', json_build_object('id', j.stage_id),
    'status', json_build_object('id', st.id, 'name', st.name),
    'account', json_build_object('id', a.id, 'name', a.name, 'tags', {_TAGS}), 'assignees', {_ASSIGNEES}
)"""

STATEMENTS: Final = {
    # Of a firm ($1) and a pipeline ($2). A cursor costs next to nothing: $3.
    "board": f"""
        SELECT json_build_object('data', json_build_object('board', json_build_object('cursor', $3::text, 'columns', (
            SELECT json_agg(json_build_object(
                'stage', json_build_object('id', s.id, 'name', s.name),
                'jobCount', (
                    SELECT count(*) FROM jobs j JOIN job_statuses st ON st.firm_id = $1 AND st.id = j.status_id
                    WHERE j.firm_id = $1 AND j.stage_id = s.id AND st.on_board
                ),
                'jobs', json_build_object('nodes', (
                    SELECT coalesce(json_agg(card ORDER BY rank, id), '[]') FROM (
                        SELECT {_CARD} AS card, j.rank, j.id FROM {_JOBS}
                        WHERE j.firm_id = $1 AND j.stage_id = s.id AND st.on_board ORDER BY j.rank, j.id LIMIT 60
                    ) AS cards
                ))
            ) ORDER BY s.position)
            FROM stages s WHERE s.firm_id = $1 AND s.pipeline_id = $2 AND s.deleted_at IS NULL
        ))))::text""",  # noqa: S608  (names in this module)
    # Of a firm ($1), with an id ($2).
    "job": f"""
        SELECT json_build_object('data', json_build_object('job', (
            SELECT json_build_object(
                'id', j.id, 'name', j.name, 'version', j.version, 'description', j.description, 'priority', {_PRIORITY},
                'startDate', j.start_date, 'dueDate', j.due_date, 'overdue', {_OVERDUE},
                'stage', json_build_object('id', s.id, 'name', s.name),
                'status', json_build_object('id', st.id, 'name', st.name),
                'account', json_build_object('id', a.id, 'name', a.name, 'tags', {_TAGS}), 'assignees', {_ASSIGNEES}
            )
            FROM {_JOBS} JOIN stages s ON s.firm_id = $1 AND s.id = j.stage_id WHERE j.firm_id = $1 AND j.id = $2
        )))::text""",  # noqa: S608
    # Of a firm ($1), active and assigned to a member ($2).
    "page": f"""
        SELECT json_build_object('data', json_build_object('jobs', json_build_object(
            'nodes', coalesce(json_agg(card ORDER BY created_at DESC, id DESC) FILTER (WHERE n <= 50), '[]'),
            'pageInfo', json_build_object('hasNextPage', count(*) > 50)
        )))::text
        FROM (
            SELECT {_CARD} AS card, j.created_at, j.id, row_number() OVER (ORDER BY j.created_at DESC, j.id DESC) AS n
            FROM {_JOBS}
            WHERE j.firm_id = $1 AND j.state = ANY('{{ACTIVE}}') AND EXISTS (
                SELECT FROM job_assignees x WHERE x.firm_id = $1 AND x.job_id = j.id AND x.member_id = ANY(ARRAY[$2])
            )
            ORDER BY j.created_at DESC, j.id DESC LIMIT 51
        ) AS cards""",  # noqa: S608
}


def _application(pool: Any) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if scope["path"] == "/graphql":
            asked = orjson.loads(message["body"])
            body = (await pool.fetchval(STATEMENTS[asked["what"]], *asked["given"])).encode()
        else:
            body = b"ready"
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


async def _serve(port: int, url: str) -> None:
    async with asyncpg.create_pool(url, min_size=1, max_size=POOL, connection_class=Connection) as pool:
        config = uvicorn.Config(
            _application(pool),
            port=port,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(os.environ["PORT"]), os.environ["DATABASE_URL"]))
