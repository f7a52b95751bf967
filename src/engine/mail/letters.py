"""An e-mail as it is handed to whoever carries it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one address, complete. Without an address of its own it comes from the installation's."""

    message_id: str
    """With its angle brackets; stays the same however often the letter is sent (AU1)."""
    dated: datetime
    from_name: str
    from_address: str | None
    reply_to: str | None
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str | None
    opens_portal: bool = False
    """Whether it carries a secret of whom it goes to. It may not come back to the firm, as what bounces does."""


Send = Callable[[Letter], Awaitable[str]]
"""Sends a letter and answers what was said to it. Raises ``engine.due.Undelivered``."""
