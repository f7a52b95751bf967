"""SEND_EMAIL: writes to the client, or to members, by a template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.automating import letters, setting
from engine.automating.kinds import Batch, Kind, Turn
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.firm import audience
from engine.mail import email_templates, shortcodes
from engine.mail.drafts import Draft
from engine.time.calendar import today
from engine.work import Work
from store.database import Row
from store.reads import emails as reads
from store.reads import things

NO_CONTACT: Final = "The account has no contact with an e-mail address: give it one, then retry."
NO_MEMBER: Final = "No active member is meant: put somebody into the account's roles, then retry."
NO_TEMPLATE: Final = "The e-mail template is gone."


@dataclass(frozen=True, slots=True)
class SendEmail:
    """What to write, and to whom."""

    template_id: str = setting.ref("emailtemplate", "The template to write by.")
    to_contacts: bool = setting.flag(
        "Whether it goes to all contacts of the account that have an e-mail address.", default=True
    )
    member_ids: tuple[str, ...] = setting.refs("member", "Members whom it goes to.", grants=True)
    role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders it goes to.")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whom an e-mail goes to: a contact of the client, or a member."""

    name: str
    address: str
    contact_id: str | None = None
    member_id: str | None = None


async def check(work: Work, config: SendEmail) -> None:
    """Refuses an e-mail to nobody."""
    if not (config.to_contacts or config.member_ids or config.role_ids):
        checks = Checks()
        checks.add(ErrorCode.REQUIRED, "Say whom the e-mail goes to.", "config", "send_email", "to_contacts")
        checks.done()


async def run(batch: Batch[SendEmail]) -> None:
    """An e-mail for every address; the turn ends when all of them have. A retry writes to nobody twice."""
    work = batch.work
    template = (await reads.templates(work.db, work.firm_id, [batch.config.template_id])).get(batch.config.template_id)
    readers = await _readers(batch) if template else {}
    turns = [turn for turn in batch.turns if readers.get(turn.job_id)]
    by_run = {turn.run_id: turn for turn in turns}
    for turn in batch.turns:
        if turn.run_id not in by_run:
            turn.fail(NO_TEMPLATE if template is None else NO_CONTACT if batch.config.to_contacts else NO_MEMBER)
    if template is None or not turns:
        return
    await letters.write(work, turns, await _drafts(batch, turns, template, readers))


async def _readers(batch: Batch[SendEmail]) -> dict[str, list[Reader]]:
    """Whom it goes to, by job, each address once; nobody where the client is meant and cannot be reached (AU9)."""
    work, config = batch.work, batch.config
    accounts = {turn.account_id for turn in batch.turns}
    contacts = await reads.reachable(work.db, work.firm_id, accounts) if config.to_contacts else {}
    people = await batch.people(config.member_ids, config.role_ids)
    members = await things.members(work.db, work.firm_id, {one for some in people.values() for one in some})
    found: dict[str, list[Reader]] = {}
    for turn in batch.turns:
        clients = [Reader(row["name"], row["email"], row["id"]) for row in contacts.get(turn.account_id, ())]
        staff = [Reader(members[one]["name"], members[one]["email"], None, one) for one in people[turn.job_id]]
        found[turn.job_id] = [] if config.to_contacts and not clients else _once([*clients, *staff])
    return found


def _once(readers: Iterable[Reader]) -> list[Reader]:
    by_address: dict[str, Reader] = {}
    for reader in readers:
        by_address.setdefault(reader.address, reader)
    return list(by_address.values())


async def _drafts(
    batch: Batch[SendEmail],
    turns: Sequence[Turn],
    template: Row,
    readers: Mapping[str, list[Reader]],
) -> list[Draft]:
    """An e-mail for every reader."""
    work = batch.work
    day = today(work.viewer.time_zone, work.now)
    codes = email_templates.codes(template)
    values = await shortcodes.values(work.db, work.firm_id, [turn.job_id for turn in turns], codes, day)
    untold = dict.fromkeys(shortcodes.private(codes), "")
    knowing = await _knowing(work, turns, readers) if untold else set()

    def said(turn: Turn, reader: Reader) -> Mapping[str, str]:
        """AC3: who has no access to the whole account is not told what is for those who have."""
        knows = reader.member_id is None or (reader.member_id, turn.account_id) in knowing
        return values[turn.job_id] if knows else {**values[turn.job_id], **untold}

    return [_draft(turn, template, said(turn, reader), reader) for turn in turns for reader in readers[turn.job_id]]


async def _knowing(work: Work, turns: Sequence[Turn], readers: Mapping[str, list[Reader]]) -> set[tuple[str, str]]:
    members = {one.member_id for turn in turns for one in readers[turn.job_id] if one.member_id is not None}
    return await audience.knowing(work, members, {turn.account_id for turn in turns})


def _draft(turn: Turn, template: Row, values: Mapping[str, str], reader: Reader) -> Draft:
    own = shortcodes.of_contact(reader.name) if reader.contact_id else {}
    return Draft(
        to_name=reader.name,
        to_address=reader.address,
        words=email_templates.words(template, {**values, **own}),
        account_id=turn.account_id,
        contact_id=reader.contact_id,
        member_id=reader.member_id,
        job_id=turn.job_id,
        run_id=turn.run_id,
        lane=turn.lane,
        template=(template["id"], template["version"]),
    )


KIND = Kind(
    "SEND_EMAIL",
    "Writes to the client by a template.",
    SendEmail,
    run,
    right=AccessRight.MANAGE_TEMPLATES,
    check=check,
)
