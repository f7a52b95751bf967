"""A member takes over what another one was to do: jobs, open tasks, account roles, and automations (PL4)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from engine.automating import setting
from engine.automations import kinds
from engine.enums import HistoryAction
from engine.job import assignees, job_edits
from engine.templates.sorts import JOB, TASK, Sort
from engine.work import Work, changed
from store.database import Row
from store.writes import locks, recurrences
from store.writes import replacements as writes


@dataclass(frozen=True, slots=True)
class Swap:
    """Who goes, and who comes instead."""

    gone_id: str
    heir_id: str

    def of(self, ids: Iterable[str]) -> list[str]:
        """The ids with the one instead of the other, each once."""
        return list(dict.fromkeys(self.heir_id if one == self.gone_id else one for one in ids))

    def in_config(self, row: Row) -> dict[str, Any]:
        """What an automation does, with all of its settings that name members changed."""
        config = setting.loaded(kinds()[row["kind"]].config, orjson.loads(row["config"]))
        for name, one in setting.settings(type(config)).items():
            if isinstance(one, setting.Reference) and one.prefix == "member":
                value = getattr(config, name)
                swapped = tuple(self.of(value)) if one.many else next(iter(self.of([value] if value else [])), None)
                config = replace(config, **{name: swapped})
        return setting.stored(config)

    def in_condition(self, stored: str | None) -> Any:
        """A condition as it is stored, likewise."""
        return None if stored is None else self._in_node(orjson.loads(stored))

    def _in_node(self, node: Any) -> Any:
        match node:
            case {"member_ids": list(ids), **rest}:
                return {**rest, "member_ids": self.of(ids)}
            case dict():
                return {name: self._in_node(part) for name, part in node.items()}
            case list():
                return [self._in_node(part) for part in node]
            case _:
                return node


async def take_over(work: Work, gone_id: str, heir_id: str) -> None:
    """Puts an active member into the place of another one, who is locked. What is archived or done stays as it was.

    It begins with the locks: of the pipelines whose automations change, of accounts, of jobs.
    """
    swap = Swap(gone_id, heir_id)
    named = [await writes.automations_naming(work.db, work.firm_id, gone_id)]
    named.append(await writes.stages_naming(work.db, work.firm_id, gone_id))
    named.append(await recurrences.places_naming(work.db, work.firm_id, gone_id))
    for pipeline_id in sorted({row["pipeline_id"] for rows in named for row in rows}):
        await locks.own_pipeline(work.db, pipeline_id)
    accounts = await writes.accounts_of(work.db, work.firm_id, gone_id)
    jobs = await writes.assigned_jobs(work.db, work.firm_id, gone_id)
    tasks = await writes.assigned_tasks(work.db, work.firm_id, gone_id)
    await work.lock_jobs({*jobs, *(row["job_id"] for row in tasks if row["job_id"])})
    users = await _configurations(work, swap)
    await _accounts(work, swap, accounts)
    count = await _jobs(work, swap) + await _tasks(work, swap)
    if users or accounts or count:
        await work.audit("member.replaced", gone_id, by=heir_id, named=users, accounts=accounts, assignments=count)


async def _configurations(work: Work, swap: Swap) -> list[str]:
    """New editions of automations, changed conditions of stages, templates, recurrences; answers all of them."""
    db, firm_id, now = work.db, work.firm_id, work.now
    automations = await writes.automations_naming(db, firm_id, swap.gone_id)
    stages = await writes.stages_naming(db, firm_id, swap.gone_id)
    editions = [
        {"id": row["id"], "config": swap.in_config(row), "condition": swap.in_condition(row["condition"])}
        for row in automations
    ]
    await writes.add_editions(db, firm_id, now, editions)
    lines = [{"id": row["id"], "condition": swap.in_condition(row["condition"])} for row in stages]
    await writes.set_conditions(db, firm_id, now, lines)
    templates = [one for sort in (JOB, TASK) for one in await _templates(work, swap, sort)]
    recurring = await _recurrences(work, swap)
    users = [*(row["id"] for row in (*automations, *stages)), *templates, *recurring]
    await writes.refer_to_heir(db, firm_id, users, swap.gone_id, swap.heir_id)
    for row in (*automations, *stages):
        work.touch("pipeline", row["pipeline_id"])
    return users


async def _recurrences(work: Work, swap: Swap) -> list[str]:
    """Recurrences that name the heir now; answers their ids."""
    rows = await recurrences.naming(work.db, work.firm_id, swap.gone_id)
    found = {row["id"]: orjson.loads(row["people"]) for row in rows}
    lines = [{"id": one, "people": {"members": swap.of(some["members"])}} for one, some in found.items()]
    await recurrences.set_people(work.db, work.firm_id, work.now, lines)
    for recurrence_id in found:
        work.touch("recurrence", recurrence_id)
    return list(found)


async def _templates(work: Work, swap: Swap, sort: Sort) -> list[str]:
    """New versions of the templates of a sort that name who goes; answers their ids."""
    found = await writes.templates_naming(work.db, sort.table, work.firm_id, swap.gone_id)
    people = {row["id"]: orjson.loads(row["people"]) for row in found}
    lines = [{"id": one, "people": {**some, "members": swap.of(some["members"])}} for one, some in people.items()]
    await writes.set_people(work.db, sort.table, work.firm_id, work.actor_id, work.now, lines)
    for template_id in people:
        work.touch(sort.topic, template_id)
    return list(people)


async def _accounts(work: Work, swap: Swap, account_ids: list[str]) -> None:
    await writes.hand_over_roles(work.db, work.firm_id, account_ids, swap.gone_id, swap.heir_id, work.now)
    for account_id in account_ids:
        work.touch("account", account_id, fields=["roles"])


async def _jobs(work: Work, swap: Swap) -> int:
    jobs = [one for one in await writes.assigned_jobs(work.db, work.firm_id, swap.gone_id) if _locked(work, one)]
    if jobs:
        await job_edits.reassign(work, dict.fromkeys(jobs, (swap.heir_id,)), dict.fromkeys(jobs, (swap.gone_id,)))
    return len(jobs)


async def _tasks(work: Work, swap: Swap) -> int:
    found = await writes.assigned_tasks(work.db, work.firm_id, swap.gone_id)
    tasks = {row["id"]: row["job_id"] for row in found if row["job_id"] is None or _locked(work, row["job_id"])}
    titles = {row["id"]: row["title"] for row in found}
    come, go = dict.fromkeys(tasks, (swap.heir_id,)), dict.fromkeys(tasks, (swap.gone_id,))
    new, _ = await assignees.change(work, "task", come, go)
    await writes.count_tasks_up(work.db, work.firm_id, list(tasks), work.now)
    for task_id, job_id in tasks.items():
        work.touch("task", task_id, unassigned=[swap.gone_id], assigned=[swap.heir_id])
        if job_id is not None:
            work.touch_job(job_id)
            line = changed("assignees", [swap.gone_id], [swap.heir_id] if task_id in new else [])
            named = changed("task", task_id, task_id, from_label=titles[task_id], to_label=titles[task_id])
            work.history(job_id, HistoryAction.TASK_CHANGED, named, line)
    return len(tasks)


def _locked(work: Work, job_id: str) -> bool:
    """What came after the locks is left alone."""
    return ("job", job_id) in work.changes
