"""What a pipeline says of moves: by people along listed ways, and by statuses on their own."""

from collections.abc import Collection, Mapping, Sequence

from store.database import Db, Row

Pairs = Sequence[tuple[str, str]]


async def allow(db: Db, firm_id: str, pipeline_id: str, pairs: Pairs) -> bool:
    """Lists moves, from stage to stage; answers whether any was new."""
    if not pairs:
        return False
    found = await db.rows(
        """
        INSERT INTO allowed_moves (firm_id, pipeline_id, from_stage_id, to_stage_id)
        SELECT $1, $2, * FROM unnest($3::text[], $4::text[]) ON CONFLICT DO NOTHING RETURNING TRUE
        """,
        firm_id,
        pipeline_id,
        *_columns(pairs),
    )
    return bool(found)


async def forbid(db: Db, firm_id: str, pipeline_id: str, pairs: Pairs) -> bool:
    """Strikes moves off the list; answers whether any was on it."""
    if not pairs:
        return False
    found = await db.rows(
        """
        DELETE FROM allowed_moves a USING unnest($3::text[], $4::text[]) AS given (from_id, to_id)
        WHERE a.firm_id = $1 AND a.pipeline_id = $2 AND a.from_stage_id = given.from_id AND a.to_stage_id = given.to_id
        RETURNING TRUE
        """,
        firm_id,
        pipeline_id,
        *_columns(pairs),
    )
    return bool(found)


def _columns(pairs: Pairs) -> tuple[list[str], list[str]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


async def forget_stage(db: Db, firm_id: str, stage_id: str) -> None:
    """Strikes off all moves out of a stage and into it."""
    await db.rows(
        "DELETE FROM allowed_moves WHERE firm_id = $1 AND $2 IN (from_stage_id, to_stage_id)", firm_id, stage_id
    )


async def rules(db: Db, firm_id: str, pipeline_id: str, from_stage_id: str | None, to_stage_id: str) -> Row:
    """What a pipeline says of a move into one of its stages: its settings, and whether the move is listed."""
    row = await db.row(
        """
        SELECT blocks_over_limit, listed_moves_only, EXISTS (
            SELECT FROM allowed_moves
            WHERE firm_id = $1 AND pipeline_id = $2 AND from_stage_id = $3 AND to_stage_id = $4
        ) AS listed
        FROM pipelines WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        pipeline_id,
        from_stage_id,
        to_stage_id,
    )
    assert row is not None  # the stage has been found in it
    return row


async def own_stage(db: Db, stage_id: str) -> None:
    """One at a time into a stage, after the locks of pipelines and jobs, until the end of the transaction."""
    await db.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", stage_id)


async def held(db: Db, firm_id: str, stage_id: str, limit: int) -> int:
    """How many jobs a stage holds, archived ones not counted. Looks at no more than ``limit`` of them."""
    found: int = await db.value(
        """
        SELECT count(*) FROM (
            SELECT FROM jobs WHERE firm_id = $1 AND stage_id = $2 AND state <> 'ARCHIVED' LIMIT $3
        ) AS live
        """,
        firm_id,
        stage_id,
        limit,
    )
    return found


async def status_modes(db: Db, firm_id: str, pipeline_id: str) -> dict[str, str]:
    """The custom statuses enabled in a pipeline, with what they do by themselves."""
    found = await db.rows(
        "SELECT status_id, automove FROM pipeline_statuses WHERE firm_id = $1 AND pipeline_id = $2",
        firm_id,
        pipeline_id,
    )
    return {row["status_id"]: row["automove"] for row in found}


async def set_status_modes(db: Db, firm_id: str, pipeline_id: str, modes: Mapping[str, str]) -> None:
    """Sets what enabled statuses do by themselves."""
    await db.rows(
        """
        UPDATE pipeline_statuses p SET automove = given.mode FROM unnest($3::text[], $4::text[]) AS given (id, mode)
        WHERE p.firm_id = $1 AND p.pipeline_id = $2 AND p.status_id = given.id
        """,
        firm_id,
        pipeline_id,
        list(modes),
        list(modes.values()),
    )


async def jobs_with_statuses(db: Db, firm_id: str, pipeline_id: str, status_ids: Collection[str]) -> list[str]:
    """The ids of a pipeline's jobs in some statuses."""
    found = await db.rows(
        "SELECT id FROM jobs WHERE firm_id = $1 AND pipeline_id = $2 AND status_id = ANY($3)",
        firm_id,
        pipeline_id,
        list(status_ids),
    )
    return [row["id"] for row in found]
