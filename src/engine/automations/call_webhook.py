"""CALL_WEBHOOK: tells another program, over HTTP, that the job is here."""

from dataclasses import dataclass
from typing import Any

from engine.automating import setting
from engine.automating.kinds import Batch, Kind, Turn
from engine.checks import Checks
from engine.enums import AccessRight, Priority, RunState
from engine.hooks import web_addresses, webhooks
from engine.work import Work
from store.database import Row
from store.writes import webhooks as writes


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Where to post."""

    url: str = setting.text(
        "The web address to post to, such as https://hooks.example.com/jobs.", shortcodes=False, guarded=True
    )


async def check(work: Work, config: CallWebhook) -> None:
    """Refuses addresses that are never called, and sees that the firm has a secret to give to its receivers."""
    checks = Checks()
    web_addresses.check(checks, config.url, "config", "call_webhook", "url")
    checks.done()
    await webhooks.ensure_secret(work)


async def run(batch: Batch[CallWebhook]) -> None:
    """A call for each job; the worker makes it, and the turn ends with it."""
    work = batch.work
    facts = await writes.facts(work.db, work.firm_id, batch.job_ids)
    calls = [
        webhooks.NewCall(
            url=batch.config.url,
            body=_body(batch, turn, facts[turn.job_id]),
            job_id=turn.job_id,
            run_id=turn.run_id,
            lane=turn.lane,
        )
        for turn in batch.turns
    ]
    for turn, call_id in zip(batch.turns, await webhooks.make(work, calls), strict=True):
        turn.state = RunState.QUEUED
        turn.things.append(call_id)


def _body(batch: Batch[CallWebhook], turn: Turn, job: Row) -> dict[str, Any]:
    """What a call says: type, timestamp and data, as Standard Webhooks has it."""
    return {
        "type": "job.status_entered" if turn.stay_id else "job.stage_entered",
        "timestamp": batch.work.now.isoformat(),
        "data": {
            "firm": _named(job, "firm"),
            "pipeline": _named(job, "pipeline"),
            "stage": _named(job, "stage"),
            "account": _named(job, "account"),
            "job": {
                "id": job["id"],
                "name": job["name"],
                "status": {**_named(job, "status"), "state": job["state"]},
                "priority": Priority(job["priority"]).name,
                "startDate": job["start_date"],
                "dueDate": job["due_date"],
                "version": job["version"],
            },
            "automation": {"id": batch.automation_id},
            "run": {"id": turn.run_id},
        },
    }


def _named(row: Row, thing: str) -> dict[str, str]:
    return {"id": row[f"{thing}_id"], "name": row[f"{thing}_name"]}


KIND = Kind(
    "CALL_WEBHOOK",
    "Calls a web address, with what it is about.",
    CallWebhook,
    run,
    right=AccessRight.MANAGE_INTEGRATIONS,
    check=check,
)
