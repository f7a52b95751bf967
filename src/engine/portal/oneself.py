"""What clients say of themselves: whether they are written to, and where they live (RM1)."""

from dataclasses import dataclass

from engine import find
from engine.changes import differing
from engine.checks import Checks
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import records


@dataclass(frozen=True, slots=True)
class UpdatePortalContact:
    """Changes how the client is written to."""

    notifications: Maybe[bool] = UNSET
    time_zone: Maybe[str | None] = UNSET


async def update_portal_contact(work: Work, command: UpdatePortalContact) -> str:
    """Changes the client's own settings; answers the contact's id. The firm sees them, and may change them, too."""
    contact_id = work.client.contact_id
    row = await find.lock(work, "contacts", contact_id)
    checks = Checks()
    values = differing(
        row,
        notifications=command.notifications,
        time_zone=checks.or_none(checks.time_zone, command.time_zone, "time_zone"),
    )
    checks.done()
    if values:
        await records.change(work.db, models.Contact, work.firm_id, contact_id, work.now, **values)
        work.touch("contact", contact_id)
    return contact_id
