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


async def put_in(db: Db, firm_id: str, contact_id: str, text: str, now: datetime) -> str:
    """The text of an e-mail with a fresh link for the contact in its place; the bare token where there is no portal.

    What is sent again after a crash carries another one.
    """
    token = new_token()
    address = await portal.address(db, firm_id)
    await portal.add_link(db, new_id("link"), firm_id, contact_id, digest(token), now + LIFE)
    return text.replace(PLACE, f"{address}#token={token}" if address else token)
