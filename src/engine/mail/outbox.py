"""E-mails that wait for somebody: held ones, failed ones, and those by which a template is tried out (AU9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine import find
from engine.access import sees_email
from engine.enums import AccessRight, EmailState, ErrorCode
from engine.errors import invalid, missing
from engine.items import holding
from engine.mail import drafts, email_templates, emails, shortcodes
from engine.time import periods
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.reads import things
from store.sql import Params
from store.writes import emails as writes
from store.writes import find as finding

AT_ONCE: Final = 200
"""E-mails released or discarded by one command."""

SAMPLE: Final = {
    "ACCOUNT_NAME": "Sample Client Ltd",
    "CONTACT_NAME": "Jane Doe",
    "CONTACT_FIRST_NAME": "Jane",
    "JOB_NAME": "Sample job",
    "PIPELINE_NAME": "Sample pipeline",
    "STAGE_NAME": "Sample stage",
}
"""What shortcodes stand for where a template is tried out without a job."""


@dataclass(frozen=True, slots=True)
class ReleaseEmails:
    """Sends e-mails that are held back: these, or the oldest of all."""

    email_ids: Maybe[Sequence[str] | None] = UNSET
    all: bool = False


@dataclass(frozen=True, slots=True)
class DiscardEmails:
    """Has e-mails that are held back never sent: these, or the oldest of all."""

    email_ids: Maybe[Sequence[str] | None] = UNSET
    all: bool = False


@dataclass(frozen=True, slots=True)
class RetryEmail:
    """Sends an e-mail that has failed, under the same Message-ID."""

    email_id: str


@dataclass(frozen=True, slots=True)
class SendTestEmail:
    """Sends a template to oneself, filled in for a job or with samples."""

    template_id: str
    job_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of held e-mails: which were dealt with, and how many are still held."""

    email_ids: tuple[str, ...]
    remaining: int


async def release_emails(work: Work, command: ReleaseEmails) -> Settled:
    """Sends what is held back; what is not held any more is left alone."""
    ids = await _held(work, command)
    rows = await emails.requeue(work, ids, EmailState.HELD)
    await holding.released(work, _items(rows))
    return await _settled(work, rows, "emails.released")


async def discard_emails(work: Work, command: DiscardEmails) -> Settled:
    """Has what is held back never sent; what is not held any more is left alone."""
    ids = await _held(work, command)
    rows = await writes.put(work.db, work.firm_id, ids, EmailState.HELD, EmailState.DISCARDED, work.now)
    await holding.discarded(work, _items(rows))
    return await _settled(work, rows, "emails.discarded")


async def _held(work: Work, command: ReleaseEmails | DiscardEmails) -> list[str]:
    """The e-mails meant, with their jobs locked."""
    work.viewer.need_manager()
    wanted = command.email_ids or ()
    if bool(wanted) == command.all:
        raise invalid(ErrorCode.INVALID, "Name e-mails, or say all: one of the two.", "email_ids")
    if len(wanted) > AT_ONCE:
        raise invalid(ErrorCode.TOO_MANY, f"At most {AT_ONCE} at once.", "email_ids")
    await find.all_of_firm(work, "emails", "e-mail", wanted, "email_ids")
    found = await writes.held(work.db, work.firm_id, None if command.all else wanted, AT_ONCE)
    await holding.lock(work, _items(found))
    await work.lock_jobs({row["job_id"] for row in found if row["job_id"]})
    return [row["id"] for row in found]


def _items(rows: Collection[Row]) -> set[str]:
    return {row["item_id"] for row in rows if row["item_id"]}


async def _settled(work: Work, rows: Collection[Row], action: str) -> Settled:
    await emails.settle(work, rows)
    ids = tuple(row["id"] for row in rows)
    if ids:
        await work.audit(action, None, emails=ids)
    return Settled(ids, await writes.count_held(work.db, work.firm_id))


async def retry_email(work: Work, command: RetryEmail) -> str:
    """Sends a failed e-mail that the viewer sees; answers its id."""

    def condition(p: Params) -> str:
        return sees_email(work.viewer, p, "t")

    row = await finding.one(work.db, "emails", work.firm_id, command.email_id, condition)
    if row is None:
        raise missing("e-mail", "email_id")
    if row["job_id"]:
        await work.lock_jobs([row["job_id"]])
    rows = await emails.requeue(work, [row["id"]], EmailState.FAILED)
    if not rows and not await writes.revive(work.db, work.firm_id, row["id"], work.now):
        raise invalid(ErrorCode.INVALID, f"It is {row['state']}: only what has failed is tried again.", "email_id")
    await emails.settle(work, rows)
    return command.email_id


async def send_test_email(work: Work, command: SendTestEmail) -> str:
    """Sends a template to the viewer's own address, also while client mail is held back; answers the e-mail's id."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    template = await find.of_firm(work, "email_templates", "e-mail template", command.template_id, "template_id")
    values = await _values(work, template, None if command.job_id is UNSET else command.job_id)
    me = (await things.members(work.db, work.firm_id, [work.viewer.member_id]))[work.viewer.member_id]
    words, by = email_templates.words(template, values), (template["id"], template["version"])
    draft = drafts.Draft(me["name"], me["email"], words, member_id=me["id"], template=by)
    return (await drafts.make(work, [draft]))[0]


async def _values(work: Work, template: Row, job_id: str | None) -> dict[str, str]:
    day = today(work.viewer.time_zone, work.now)
    codes = email_templates.codes(template)
    if job_id is None:
        return await _sample(work, codes, day)
    job = await find.job(work, job_id, "job_id")  # it stays until its texts are read
    if shortcodes.private(codes):
        await find.account(work, job["account_id"], "job_id")  # they tell what is for those with access to it
    return (await shortcodes.values(work.db, work.firm_id, [job_id], codes, day))[job_id]


async def _sample(work: Work, codes: Collection[str], day: date) -> dict[str, str]:
    """Made-up values; of custom fields their names."""
    fields = {code: code.removeprefix(f"{shortcodes.FIELD}:") for code in codes if code.startswith(shortcodes.FIELD)}
    dates = {name: periods.full_date(day) for name in ("JOB_START_DATE", "JOB_DUE_DATE")}
    firm = await writes.sender(work.db, work.firm_id)
    return {**periods.around(day), **SAMPLE, **dates, **fields, "FIRM_NAME": firm["name"]}
