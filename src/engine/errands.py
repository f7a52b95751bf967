"""Errands: what the worker does outside of the database (``engine.due``)."""

from __future__ import annotations

from typing import Any, Protocol

from engine.work import Work
from store.database import Db


class Undelivered(Exception):
    """An errand came to nothing, for good or for now. The message is for members."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Errand(Protocol):
    """Something to be done outside of the database."""

    async def load(self, db: Db, firm_id: str, subject_id: str) -> Any | None:
        """What is to be delivered; None where there is nothing to do any more."""

    async def deliver(self, thing: Any) -> Any:
        """Delivers it, outside any transaction; answers a receipt. Raises Undelivered."""

    async def delivered(self, work: Work, subject_id: str, receipt: Any) -> None:
        """Takes note that it was delivered."""

    async def given_up(self, work: Work, subject_id: str, error: str) -> None:
        """Takes note that it will not be."""
