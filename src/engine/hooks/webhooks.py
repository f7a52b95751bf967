"""Webhooks: calls of web addresses, kept as rows, signed with a secret of the firm, made by the worker (API6)."""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from engine import find
from engine.access import sees_webhook_call
from engine.automating import runs
from engine.enums import AccessRight, DueKind, ErrorCode, RunState, WebhookState
from engine.errands import Undelivered
from engine.errors import invalid, missing
from engine.hooks.calls import Answer, Call, Post, Unaccepted
from engine.work import Clock, Work, system_clock
from store.database import Database, Db, Row
from store.ids import new_id
from store.sql import Params
from store.writes import find as finding
from store.writes import people
from store.writes import webhooks as writes

OVERLAP: Final = timedelta(hours=24)
"""How long calls are signed with the earlier secret as well, once there is a new one."""
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be made: for which job, by which automation's run, in which place of the job's lane."""

    url: str
    body: dict[str, Any]
    job_id: str
    run_id: str | None = None
    lane: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RotateWebhookSecret:
    """Gives the firm another secret to sign its webhooks with."""


@dataclass(frozen=True, slots=True)
class RetryWebhookCall:
    """Makes a call that has not been accepted once more, at once."""

    call_id: str


async def make(work: Work, calls: Sequence[NewCall]) -> list[str]:
    """Makes calls due with this transaction (AU1); answers their ids in order."""
    ids = [new_id("call") for _ in calls]
    await ensure_secret(work)
    rows = [
        {"id": call_id, "job_id": call.job_id, "run_id": call.run_id, "url": call.url, "body": call.body}
        for call_id, call in zip(ids, calls, strict=True)
    ]
    await writes.add(work.db, work.firm_id, work.now, rows)
    for call_id, call in zip(ids, calls, strict=True):
        work.later(DueKind.WEBHOOK, call_id, job_id=call.job_id, lane=call.lane)
    return ids


async def ensure_secret(work: Work) -> None:
    """Gives the firm a secret where it has none."""
    await writes.give_secret(work.db, work.firm_id, new_secret())


def new_secret() -> str:
    """A fresh secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


async def rotate_secret(work: Work, command: RotateWebhookSecret) -> str:
    """Makes a new secret, with which calls are signed from now on, those that wait as well; answers the firm's id.

    For a day they carry a signature by the earlier one, too, so that receivers can change over without losing any.
    """
    work.viewer.need(AccessRight.MANAGE_INTEGRATIONS)
    row = await find.firm(work)
    values = {
        "webhook_secret": new_secret(),
        "earlier_webhook_secret": row["webhook_secret"],
        "earlier_webhook_secret_until": work.now + OVERLAP,
    }
    await people.change_firm(work.db, work.firm_id, work.now, values)
    work.touch("firm", work.firm_id, fields=["webhook_secret"])
    await work.audit("webhook_secret.rotated", work.firm_id)
    return work.firm_id


async def retry_call(work: Work, command: RetryWebhookCall) -> str:
    """Makes a call due at once, under its own id; answers that. One that is being made this moment is left alone."""
    work.viewer.need(AccessRight.MANAGE_INTEGRATIONS)
    seen = await _seen(work, command.call_id, "call_id")
    if seen["run_id"]:
        await work.lock_jobs([seen["job_id"]])
    row = await writes.lock(work.db, work.firm_id, seen["id"])
    if row is None or row["state"] == WebhookState.SENT:
        raise invalid(ErrorCode.INVALID, "The call has been accepted: there is nothing to retry.", "call_id")
    if await writes.undone(work.db, work.firm_id, row["id"]):
        raise invalid(ErrorCode.INVALID, "The move that the call tells of was undone: it is not made.", "call_id")
    if await writes.take_back(work.db, work.firm_id, row["id"]):
        await writes.put(work.db, work.firm_id, row["id"], work.now, WebhookState.QUEUED)
        await _tell(work, row["run_id"], RunState.QUEUED)
        work.later(DueKind.WEBHOOK, row["id"], job_id=row["job_id"])
    return str(row["id"])


async def _seen(work: Work, call_id: str, *path: str) -> Row:
    """A call for a job that the viewer sees."""

    def condition(p: Params) -> str:
        return sees_webhook_call(work.viewer, p, "t")

    row = await finding.one(work.db, "webhook_calls", work.firm_id, call_id, condition)
    if row is None:
        raise missing("webhook call", *path)
    return row


async def _tell(work: Work, run_id: str | None, state: RunState, reason: str | None = None) -> None:
    """Says what became of the automation's run that made a call."""
    if run_id:
        await runs.finish(work, run_id, state, reason)


@dataclass(frozen=True, slots=True)
class WebhookErrand:
    """What the worker does with a call that is due. ``post`` makes it, ``database`` keeps what came of each try."""

    post: Post
    database: Database
    clock: Clock = system_clock

    async def load(self, db: Db, firm_id: str, call_id: str) -> Call | None:
        """The call as it goes out now; None where it has been accepted, or given up."""
        row = await writes.queued(db, firm_id, call_id)
        if row is None:
            return None
        earlier = row["earlier_webhook_secret_until"]
        counts = earlier is not None and self.clock() < earlier
        secrets = [row["webhook_secret"], *([row["earlier_webhook_secret"]] if counts else [])]
        return Call(row["id"], firm_id, row["url"], row["body"], tuple(filter(None, secrets)))

    async def deliver(self, call: Call) -> Answer:
        """Makes the call. Raises Undelivered, and says in the call's row what the trouble was."""
        try:
            return await self.post(call)
        except Undelivered as error:
            answer = error.answer if isinstance(error, Unaccepted) else None
            status, text = (answer.status_code, answer.text) if answer else (None, None)
            await writes.tried(self.database, call.firm_id, call.id, str(error), status, text)
            raise

    async def delivered(self, work: Work, call_id: str, answer: Answer) -> None:
        """The call was accepted."""
        row = await writes.queued(work.db, work.firm_id, call_id)
        if row is not None:
            await _tell(work, row["run_id"], RunState.DONE)
            await writes.sent(work.db, work.firm_id, call_id, work.now, answer.status_code, answer.text)

    async def given_up(self, work: Work, call_id: str, error: str) -> None:
        """The call is not tried any more, until somebody wants it to be."""
        row = await writes.queued(work.db, work.firm_id, call_id)
        if row is not None:
            await _tell(work, row["run_id"], RunState.FAILED, error)
            await writes.put(work.db, work.firm_id, call_id, work.now, WebhookState.FAILED)
