"""One occurrence for very many accounts: how long one worker takes to make its jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.firm import Bench, running_bench, tag
from bench.live import say
from bench.table import Line
from engine.due import Runner
from engine.job.job_templates import CreateJobTemplate, create_job_template
from engine.recurrence.recurrences import CreateRecurrence, create_recurrence
from engine.time.calendar import today
from engine.work import system_clock
from store.ids import new_id

ACCOUNTS = 10_000
MOST_SECONDS = 60.0


async def measure() -> Sequence[Line]:
    """A recurrence with a template that begins today, for all accounts with a tag."""
    async with running_bench() as bench:
        say(f"{ACCOUNTS:,} accounts")
        books = await _accounts(bench)
        stages = await bench.pipeline("In", "Work", "Out")
        pipeline = next(one for one, made in bench.stages.items() if made == stages)
        template = await bench.do(create_job_template, CreateJobTemplate("Books", "Books [CURRENT_MONTH_NAME]"))
        given = CreateRecurrence(
            "Books", pipeline, "FREQ=DAILY", today("UTC", system_clock()), tag_ids=[books], template_id=template
        )
        await bench.do(create_recurrence, given)
        took = await _worked(bench)
        made = await bench.database.value("SELECT count(*) FROM jobs WHERE occurrence IS NOT NULL")
        assert made == ACCOUNTS
        return [
            Line(
                f"{ACCOUNTS:,} jobs made by one recurrence and one worker",
                f"{took:.1f} s, {ACCOUNTS / took:,.0f}/s",
                f"at most {MOST_SECONDS:.0f} s",
                took <= MOST_SECONDS,
            )
        ]


async def _accounts(bench: Bench) -> str:
    """Accounts that all have a tag; answers that."""
    books, ids = await tag(bench, "Books"), [new_id("account") for _ in range(ACCOUNTS)]
    await bench.database.rows(
        "INSERT INTO accounts (id, firm_id, name, created_at, updated_at)"
        " SELECT id, $1, 'Client', now(), now() FROM unnest($2::text[]) AS given (id)",
        bench.owner.firm_id,
        ids,
    )
    await bench.database.rows(
        "INSERT INTO account_tags (firm_id, account_id, tag_id) SELECT $1, unnest($2::text[]), $3",
        bench.owner.firm_id,
        ids,
        books,
    )
    return books


async def _worked(bench: Bench) -> float:
    """The seconds until nothing is due."""
    runner, began = Runner(bench.database, bench.notify), time.perf_counter()
    while await runner.round():
        pass
    return time.perf_counter() - began
