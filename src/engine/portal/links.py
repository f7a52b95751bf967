"""Links by which a contact comes into the portal, once each. Nobody but the contact ever reads one.

An e-mail that carries a link is kept with ``PLACE`` where the link belongs. The link is made as the e-mail goes out.
"""

from datetime import datetime, timedelta
from typing import Final

from engine.firm.secrets import digest, new_token
from store.database import Db
from store.ids import new_id
from store.writes import portal

PLACE: Final = "[PORTAL_LINK]"
"""What members see in the place of the link."""

LIFE: Final = timedelta(days=3)
"""How long a link is good."""


async def put_in(db: Db, firm_id: str, contact_id: str, to_address: str, text: str, now: datetime) -> str | None:
    """The text of an e-mail with a fresh link for the contact in its place; the bare token where there is no portal.

    The place is the last of the text: what others have written stands before it, and gets no link, whatever it says.

    None where the contact does not come in by the e-mail's address any more: then nobody is to get a link by it. What
    is sent again after a crash carries another one.
    """
    token = new_token()
    address = await portal.address(db, firm_id)
    if not await portal.add_link(db, new_id("link"), firm_id, contact_id, to_address, digest(token), now + LIFE):
        return None
    before, _, after = text.rpartition(PLACE)
    return before + (f"{address}#token={token}" if address else token) + after
