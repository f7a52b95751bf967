"""What automations cost: a move with ten of them beside a bare one, and how many runs a worker does in a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bench.firm import Bench, middle, running_bench, tag
from bench.table import Line
from engine.automations.add_comment import AddComment
from engine.automations.create_task import CreateTask
from engine.automations.set_priority import SetPriority
from engine.automations.update_assignees import UpdateAssignees
from engine.automations.update_tags import UpdateTags
from engine.due import Runner
from engine.enums import Automove, Priority
from engine.job import moves
from engine.pipeline import stages
from server.due_work import HANDS

MOVES = 150
JOBS = 1_000


async def measure() -> Sequence[Line]:
    """Both, one after the other."""
    async with running_bench() as bench:
        return [*await _moves(bench), *await _runs(bench)]


async def _moves(bench: Bench) -> list[Line]:
    """Moves to a bare stage and to one with ten automations, in turn, so that both see the same machine."""
    first, bare, busy = await bench.pipeline("First", "Bare", "Busy")
    me = bench.owner.member_id
    tags = [await tag(bench, name) for name in ("New", "Known")]
    await bench.automate(
        busy,
        CreateTask("Prepare"),
        UpdateTags(add_tag_ids=(tags[0],)),
        SetPriority(Priority.HIGH),
        UpdateAssignees(add_member_ids=(me,)),
        AddComment("Welcome, [ACCOUNT_NAME]."),
        CreateTask("Review", assignee_ids=(me,), check_list="One\nTwo"),
        UpdateTags(remove_tag_ids=(tags[0],), add_tag_ids=(tags[1],)),
        SetPriority(Priority.URGENT),
        CreateTask("File [JOB_NAME]", blocking=False),
        AddComment("All set."),
    )
    [pipeline_id] = bench.stages
    took: dict[str, list[float]] = {bare: [], busy: []}
    for job_id in await bench.jobs(pipeline_id, MOVES):
        for stage_id in (bare, busy):
            took[stage_id].append(await _move(bench, job_id, stage_id))
            if stage_id == busy:
                continue
            await _move(bench, job_id, first)
    plain, full = middle(took[bare]), middle(took[busy])
    ratio = full / plain
    return [
        Line("a bare move", f"{plain * 1000:.1f} ms"),
        Line("a move into a stage with ten automations", f"{full * 1000:.1f} ms"),
        Line("the second in the first", f"{ratio:.1f}x", "at most 4x", ratio <= 4),
    ]


async def _move(bench: Bench, job_id: str, stage_id: str) -> float:
    version = await bench.database.value("SELECT version FROM jobs WHERE id = $1", job_id)
    given = moves.MoveJob(job_id, stage_id, moves.Expect(version=version))
    began = time.perf_counter()
    await bench.do(moves.move_job, given)
    return time.perf_counter() - began


async def _runs(bench: Bench) -> list[Line]:
    """Jobs that all move on by themselves, into a stage with three automations, by one worker."""
    first, second, _ = await bench.pipeline("First", "Second", "Third")
    pipeline_id = next(one for one, some in bench.stages.items() if first in some)
    me = bench.owner.member_id
    await bench.automate(
        second, CreateTask("Prepare", assignee_ids=(me,)), SetPriority(Priority.HIGH), AddComment("Welcome.")
    )
    await bench.jobs(pipeline_id, JOBS)
    given = stages.UpdateStage(first, automove=Automove.WHEN_ITEMS_DONE_OR_NONE)
    await bench.do(stages.update_stage, given)
    runner = Runner(bench.database, lambda topic: None)
    began = time.perf_counter()
    await asyncio.gather(*(_work(runner) for _ in range(HANDS)))
    took = time.perf_counter() - began
    done = await bench.database.value(
        "SELECT count(*) FROM runs r JOIN jobs j ON j.id = r.job_id WHERE j.stage_id = $1 AND r.state = 'DONE'", second
    )
    rate = done / took
    return [
        Line(f"{JOBS:,} jobs moved with three automations each, one worker", f"{took:.2f} s, {done:,} runs done"),
        Line("automation runs", f"{rate:,.0f}/s", "at least 2,000/s", rate >= 2_000),
    ]


async def _work(runner: Runner) -> None:
    """One hand of a worker, until there is nothing to do."""
    while await runner.round():
        pass
