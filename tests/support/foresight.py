"""Asking what a move would do, and seeing what one has done, in the same words."""

from __future__ import annotations

from typing import Any

from engine.due import Runner
from engine.enums import DueKind
from engine.hooks.calls import Answer, Call
from engine.hooks.webhooks import WebhookErrand
from engine.mail.emails import EmailErrand
from engine.mail.letters import Letter
from engine.work import Clock, system_clock
from store.database import Database
from tests.support.api import ERRORS, Client, Json

PREVIEW = f"""query ($input: MoveJobInput!) {{ previewMove(input: $input) {{
    stage {{ id }} status {{ id state }} stages {{ id }}
    runs {{ automation {{ id kind }} stage {{ id }} state reason dueAt }}
    emails {{ toName toAddress subject text held contact {{ id }} member {{ id }} }}
    pendingItems {{ id }} warnings {{ code message path }} {ERRORS} }} }}"""


async def foresee(client: Client, job_id: str, stage_id: str, **given: Any) -> Json:
    """What a move would do; like `tests.rules.kit.move`, it expects the job as it is."""
    if "expect" not in given:
        job = (await client.query("query ($id: ID!) { job(id: $id) { version } }", id=job_id))["job"]
        given["expect"] = {"version": job["version"] if job else 1}
    found: Json = (await client.query(PREVIEW, input={"jobId": job_id, "stageId": stage_id, **given}))["previewMove"]
    return found


async def accept(database: Database, clock: Clock = system_clock) -> list[Letter]:
    """The worker does all that is due; every e-mail and every call is accepted. Answers the e-mails."""
    sent: list[Letter] = []

    async def send(letter: Letter) -> str:
        sent.append(letter)
        return "250 OK"

    async def post(call: Call) -> Answer:
        return Answer(200, "")

    errands: dict[DueKind, Any] = {
        DueKind.EMAIL: EmailErrand(send, database),
        DueKind.WEBHOOK: WebhookErrand(post, database, clock=clock),
    }
    runner = Runner(database, lambda topic: None, errands, clock=clock)
    while await runner.round():
        pass
    return sent
