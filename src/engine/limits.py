"""Limits of moves (PL2): which ways people may take, and how many jobs a stage may hold."""

from engine.enums import ErrorCode
from engine.errors import Problem, Refused
from engine.work import Work
from store.database import Row
from store.writes import moves


async def check_move(work: Work, job: Row | None, stage: Row, *, by_person: bool) -> list[Problem]:
    """Whether a job may enter another stage, or be made in it (None); answers what to warn of.

    A person is refused a move that the pipeline does not list (MOVE_NOT_ALLOWED), and a full stage if the pipeline
    blocks (OVER_LIMIT). Otherwise, and for every automatic cause, a full stage is a warning, so that nothing stalls.

    The locks of the pipeline and of the job are held. Where a full stage blocks, others who are on their way into it
    wait for the end of the transaction.
    """
    blocks = by_person and await _bind(work, job, stage)
    limit: int | None = stage["job_limit"]
    if limit is None:
        return []
    if blocks:
        await moves.own_stage(work.db, stage["id"])
    if await moves.held(work.db, work.firm_id, stage["id"], limit) < limit:
        return []
    if blocks:
        raise Refused([_full(limit)])
    return [_full(limit)]


async def room(work: Work, stage: Row, number: int, *, by_person: bool) -> tuple[int, list[Problem]]:
    """How many of so many new jobs a stage takes, and what is to be said of its being full.

    The pipeline's lock is held; otherwise as in ``check_move``.
    """
    limit: int | None = stage["job_limit"]
    if limit is None:
        return number, []
    blocks = by_person and await _bind(work, None, stage)
    if blocks:
        await moves.own_stage(work.db, stage["id"])
    free = limit - await moves.held(work.db, work.firm_id, stage["id"], limit)
    if number <= free:
        return number, []
    return (free if blocks else number), [_full(limit)]


def _full(limit: int) -> Problem:
    return Problem(ErrorCode.OVER_LIMIT, f"The stage is full: it is to hold at most {limit:,}.", ("stage_id",))


async def _bind(work: Work, job: Row | None, stage: Row) -> bool:
    """Refuses a person's move that is not listed; answers whether a full stage blocks."""
    come_from: str | None = job["stage_id"] if job else None
    rules = await moves.rules(work.db, work.firm_id, stage["pipeline_id"], come_from, stage["id"])
    if job and rules["listed_moves_only"] and not (rules["listed"] or _comes_in(job, stage)):
        raise Refused([Problem(ErrorCode.MOVE_NOT_ALLOWED, "The pipeline does not allow this move.", ("stage_id",))])
    return bool(rules["blocks_over_limit"])


def _comes_in(job: Row, stage: Row) -> bool:
    """MV8: from another pipeline, whose stages no list can name, a job comes in by the first stage."""
    return bool(job["pipeline_id"] != stage["pipeline_id"] and stage["position"] == 0)
