"""Jobs that go on by themselves (AM1 to AM4, PL7): to the next stage, to Completed, or back to Active."""

from collections.abc import Mapping, Sequence

import orjson

from engine.automating import cascades, conditions
from engine.enums import CauseKind, JobState
from engine.job import status_of_jobs
from engine.job.entry import Arrival, enter
from engine.pipeline import rank
from engine.work import Work
from store.database import Row
from store.writes import due, entries, places


async def advance(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Looks at locked jobs again, and lets those go on that are still ready: once, whoever finished what.

    What two members completed at the same instant left one look or two; the second finds the job gone on (AM3).
    """
    with work.as_system(CauseKind.AUTOMOVE):
        await go_on(work, jobs)


async def go_on(work: Work, jobs: Sequence[Row]) -> None:
    """Lets locked jobs do what they are ready for."""
    steps = await due.ready(work.db, work.firm_id, [job["id"] for job in jobs])
    ready = [job for job in jobs if job["id"] in steps]
    if ready and work.cascade.hops > cascades.HOPS:
        await cascades.stop(work, ready)
        return
    await _move(work, [job for job in ready if steps[job["id"]] == "MOVE"])
    for step, state in (("COMPLETE", JobState.COMPLETED), ("ACTIVATE", JobState.ACTIVE)):
        some = [job for job in ready if steps[job["id"]] == step]
        if some:
            await status_of_jobs.put(work, some, await places.built_in_status(work.db, work.firm_id, state))


async def _move(work: Work, jobs: Sequence[Row]) -> None:
    if not jobs:
        return
    pipelines = await entries.stages(work.db, work.firm_id, {job["pipeline_id"] for job in jobs})
    targets = await next_stages(work, jobs, pipelines)
    moving = [job for job in jobs if job["id"] in targets]
    await enter(work, await on_top(work, [(job, targets[job["id"]]) for job in moving]))


async def next_stages(work: Work, jobs: Sequence[Row], pipelines: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    """CN2: for each job the next stage whose condition holds, read now (CN3). The last has none, so there is one."""
    return await _first_open(work, {job["id"]: _after(pipelines[job["pipeline_id"]], job["stage_id"]) for job in jobs})


async def stages_from(
    work: Work, jobs: Sequence[Row], pipelines: Mapping[str, Sequence[Row]], stage: Row
) -> dict[str, Row]:
    """CN2: the same for jobs that are to begin in a stage: that one, if its condition holds."""
    ahead = [stage, *_after(pipelines[stage["pipeline_id"]], stage["id"])]
    return await _first_open(work, {job["id"]: ahead for job in jobs})


async def _first_open(work: Work, ahead: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    met = {stage["id"]: condition_of(stage) for stages in ahead.values() for stage in stages}
    wanted = [condition for condition in met.values() if condition is not None]
    facts = await conditions.facts(work.db, work.firm_id, list(ahead), wanted) if wanted else {}

    def holds(job_id: str, stage: Row) -> bool:
        condition = met[stage["id"]]
        return condition is None or conditions.failing(condition, facts[job_id]) is None

    return {
        job_id: next(stage for stage in stages if holds(job_id, stage)) for job_id, stages in ahead.items() if stages
    }


def _after(stages: Sequence[Row], stage_id: str) -> list[Row]:
    here = next(stage["position"] for stage in stages if stage["id"] == stage_id)
    return [stage for stage in stages if stage["position"] > here]


def condition_of(stage: Row) -> conditions.Condition | None:
    """A stage's condition, if it has one."""
    return conditions.parsed(orjson.loads(stage["condition"])) if stage["condition"] is not None else None


async def on_top(work: Work, moves: Sequence[tuple[Row, Row]]) -> list[Arrival]:
    """Places on top of the columns of stages, in the order given."""
    tops = await entries.tops(work.db, work.firm_id, {stage["id"] for _, stage in moves})
    arrivals: list[Arrival] = []
    for stage in {stage["id"]: stage for _, stage in moves}.values():
        jobs = [job for job, target in moves if target["id"] == stage["id"]]
        keys = rank.spread(None, tops.get(stage["id"]), len(jobs))
        arrivals += [Arrival(job, stage, key) for job, key in zip(jobs, keys, strict=True)]
    return arrivals
