"""E-mails of automations' turns: made once for each address, however often a turn is tried (AU1, AU2)."""

from collections.abc import Iterable, Sequence

from engine.automating.kinds import Turn
from engine.enums import EmailState
from engine.mail import emails
from engine.mail.drafts import Draft, make
from engine.work import Work
from store.database import Row
from store.writes import emails as writes


async def write(work: Work, turns: Sequence[Turn], drafts: Sequence[Draft]) -> None:
    """Makes those of the e-mails that were not made before, and says how the turns stand: they end with their e-mails.

    ``drafts`` are all that the turns want, by their runs. A retry writes to nobody twice.
    """
    earlier = await writes.of_runs(work.db, work.firm_id, [turn.run_id for turn in turns])
    await _again(work, earlier, {(draft.run_id, draft.to_address) for draft in drafts})
    there = {(row["run_id"], row["to_address"]) for row in earlier}
    missing = [draft for draft in drafts if (draft.run_id, draft.to_address) not in there]
    by_run = {turn.run_id: turn for turn in turns}
    for draft, email_id in zip(missing, await make(work, missing), strict=True):
        by_run[str(draft.run_id)].things.append(email_id)
    await _tell(work, turns)


async def _again(work: Work, earlier: Iterable[Row], wanted: set[tuple[str | None, str]]) -> None:
    """What failed before is sent again, unless it went to an address that has been corrected since."""
    failed = [row for row in earlier if row["state"] == EmailState.FAILED]
    gone = [row["id"] for row in failed if (row["run_id"], row["to_address"]) not in wanted]
    if failed:
        await writes.put(work.db, work.firm_id, gone, EmailState.FAILED, EmailState.DISCARDED, work.now)
        await emails.requeue(work, [row["id"] for row in failed], EmailState.FAILED)


async def _tell(work: Work, turns: Sequence[Turn]) -> None:
    """Where each turn stands, now that its e-mails wait to be sent, or are held back."""
    rows = await writes.of_runs(work.db, work.firm_id, [turn.run_id for turn in turns])
    for turn in turns:
        turn.state, turn.reason = emails.outcome([row for row in rows if row["run_id"] == turn.run_id])
