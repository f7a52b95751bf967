"""Days off: holidays of the firm's own, beside the public ones of its region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.work import Work
from store.writes import holidays

MOST: Final = 500  # of one firm


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which the firm does not work."""

    day: date
    name: str


def checked(checks: Checks, given: Sequence[Holiday], *path: str) -> dict[date, str]:
    """The names of holidays by their days; of a day given twice the last counts."""
    few = checks.few(list(given), *path)
    return {one.day: checks.name(one.name, *path, str(n), "name") for n, one in enumerate(few)}


async def change(work: Work, add: Mapping[date, str], remove: Sequence[date]) -> bool:
    """Adds or renames holidays, then takes some away; answers whether that changed anything."""
    added = await holidays.put(work.db, work.firm_id, add)
    removed = await holidays.remove(work.db, work.firm_id, remove)
    if added and await holidays.count(work.db, work.firm_id) > MOST:
        raise invalid(ErrorCode.TOO_MANY, f"A firm has at most {MOST} holidays of its own.", "add_holidays")
    return added or removed
