"""Dead letters: due work that has failed too often for a reason of ours, and waits for somebody (AU1, AU2)."""

from dataclasses import dataclass
from typing import Final

from engine.automating import runs
from engine.enums import DueKind, EmailState, RunState, WebhookState
from engine.errors import missing
from engine.mail import emails
from engine.work import Work
from store.database import Row
from store.writes import dead_letters as writes
from store.writes import due
from store.writes import emails as email_writes
from store.writes import webhooks as webhook_writes

DISMISSED: Final = "It failed for a reason of ours, and was dismissed."


@dataclass(frozen=True, slots=True)
class RetryDeadLetter:
    """Takes dead work up again."""

    dead_letter_id: str


@dataclass(frozen=True, slots=True)
class DismissDeadLetter:
    """Takes note of dead work: it is not done."""

    dead_letter_id: str


async def retry_dead_letter(work: Work, command: RetryDeadLetter) -> str:
    """Makes dead work due now, to be tried as often as at first; answers its id."""
    row = await _taken(work, command.dead_letter_id)
    await writes.revive(work.db, work.firm_id, row["id"], work.now)
    work.advances = True  # the worker is to look
    await work.audit("dead_letter.retried", row["job_id"], kind=row["kind"])
    return command.dead_letter_id


async def dismiss_dead_letter(work: Work, command: DismissDeadLetter) -> str:
    """Forgets dead work, and says so where members would wait for it; answers its id."""
    row = await _taken(work, command.dead_letter_id)
    await due.done(work.db, [row["id"]])
    match row["kind"]:
        case DueKind.RUN:
            await runs.finish(work, row["subject_id"], RunState.DISMISSED, DISMISSED)
        case DueKind.EMAIL:
            discarded = (EmailState.QUEUED, EmailState.DISCARDED)
            rows = await email_writes.put(work.db, work.firm_id, [row["subject_id"]], *discarded, work.now)
            await emails.settle(work, rows)
        case DueKind.WEBHOOK:
            await _give_up_call(work, row["subject_id"])
    await work.audit("dead_letter.dismissed", row["job_id"], kind=row["kind"])
    return command.dead_letter_id


async def _give_up_call(work: Work, call_id: str) -> None:
    call = await webhook_writes.queued(work.db, work.firm_id, call_id)
    if call is not None:
        await webhook_writes.put(work.db, work.firm_id, call_id, work.now, WebhookState.FAILED)
        if call["run_id"]:
            await runs.finish(work, call["run_id"], RunState.DISMISSED, DISMISSED)


async def _taken(work: Work, due_id: str) -> Row:
    """A dead letter of the firm, locked after its job."""
    work.viewer.need_manager()
    row = await writes.one(work.db, work.firm_id, due_id)
    if row is None:
        raise missing("dead letter", "dead_letter_id")
    if row["job_id"]:
        await work.lock_jobs([row["job_id"]])
    if not await writes.take(work.db, work.firm_id, due_id):
        raise missing("dead letter", "dead_letter_id")
    return row
