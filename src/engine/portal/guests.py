"""Who of the clients may come into the portal: members invite contacts, and take the access back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine import find
from engine.enums import AccessRight, ErrorCode
from engine.errors import invalid
from engine.items import holding
from engine.mail import drafts, emails
from engine.mail.drafts import Draft, Words
from engine.portal.links import PLACE
from engine.work import Work
from store import models
from store.database import Row
from store.ids import new_id
from store.writes import items, people, portal, records

INVITATION: Final = """Hello {name},

{firm} invites you to its client portal. Come in here:

{place}

The link is yours alone, and good once, for three days. After that, ask for another one with your e-mail address.
"""


@dataclass(frozen=True, slots=True)
class InviteContact:
    """Gives a contact access to the portal, and writes to them; a second time it only writes again."""

    contact_id: str


@dataclass(frozen=True, slots=True)
class RevokeContactAccess:
    """Takes a contact's access to the portal away."""

    contact_id: str


async def invite_contact(work: Work, command: InviteContact) -> str:
    """Gives access to whoever reads the contact's e-mail; answers the contact's id.

    The e-mail is one to a client: it is held back while the firm holds client mail (AU9).
    """
    row = await _managed(work, command.contact_id)
    if row["email"] is None:
        raise invalid(ErrorCode.REQUIRED, "The contact has no e-mail address: give it one first.", "contact_id")
    if row["user_id"] is None:
        user_id = await people.user(work.db, new_id("user"), row["email"].lower(), row["name"])
        if await portal.guest_of(work.db, work.firm_id, user_id):
            message = "Another contact with this e-mail address has access already."
            raise invalid(ErrorCode.NAME_TAKEN, message, "contact_id")
        await records.change(work.db, models.Contact, work.firm_id, row["id"], work.now, user_id=user_id)
        work.touch("contact", row["id"])
    await write(work, row["id"], "invites you to its client portal", INVITATION)
    await work.audit("contact.invited", row["id"])
    return str(row["id"])


async def write(work: Work, contact_id: str, does: str, text: str) -> None:
    """Writes to a contact, with a place for a link; not to one who has no access."""
    row = await portal.addressee(work.db, work.firm_id, contact_id)
    if row is None:
        return
    words = Words(f"{row['firm']} {does}", text.format(name=row["name"], firm=row["firm"], place=PLACE))
    draft = Draft(
        row["name"], row["email"], words, account_id=row["account_id"], contact_id=contact_id, opens_portal=True
    )
    await drafts.make(work, [draft])


async def revoke_contact_access(work: Work, command: RevokeContactAccess) -> str:
    """Ends a contact's access: what is open in the portal closes at once. Answers the contact's id."""
    row = await _managed(work, command.contact_id)
    if row["user_id"] is not None:
        await end(work, row["id"])
        await records.change(work.db, models.Contact, work.firm_id, row["id"], work.now, **NO_ACCESS)
        work.touch("contact", row["id"])
    return str(row["id"])


NO_ACCESS: Final = {"user_id": None, "joined_at": None, "password_hash": None}
"""The columns of a contact who has no access."""


async def end(work: Work, contact_id: str) -> None:
    """Ends the sessions and links of a contact whose access ends, those that have not been sent yet included.

    Who waits for those goes on: turns of automations end, items that no e-mail brings any more are drafts again.
    """
    await portal.end(work.db, work.firm_id, contact_id, work.now)
    rows = await portal.discard_mail(work.db, work.firm_id, contact_id, work.now)
    await _lock(work, rows)
    await emails.settle(work, rows)
    await holding.unread(work, _items(rows))
    await work.audit("contact.revoked", contact_id)


async def hold(work: Work, contact_id: str) -> None:
    """Locks the jobs of what waits to be sent to a contact, as they are locked before contacts, for ``end``."""
    await _lock(work, await portal.unsent_mail(work.db, work.firm_id, contact_id))


async def _lock(work: Work, rows: Sequence[Row]) -> None:
    """Of a job that an e-mail has brought in since ``hold`` it is late: who holds that and waits here tries again."""
    linked = await items.jobs_of(work.db, work.firm_id, _items(rows))
    job_ids = {row["job_id"] for row in rows if row["job_id"]}
    if linked or job_ids:
        await work.lock_jobs({*linked, *job_ids})


def _items(rows: Sequence[Row]) -> set[str]:
    return {row["item_id"] for row in rows if row["item_id"]}


async def _managed(work: Work, contact_id: str) -> Row:
    """A contact, locked, of whose accounts the viewer sees all: they say who comes in."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    await find.contact(work, contact_id, "contact_id")
    await hold(work, contact_id)
    row = await find.whole(work, "contacts", "contact", contact_id, "contact_id")
    for account_id in await portal.accounts_of(work.db, work.firm_id, contact_id):
        await find.account(work, account_id, "contact_id")
    return row
