"""The demo firm: something to look at on the first start, brought to where it stands by what its people did."""

from typing import Final

from engine.access import Viewer
from engine.demo import cast, recurring, setting_up
from engine.demo.acting import act
from engine.demo.ids import known
from engine.demo.telling import Telling
from engine.firm import firms
from engine.mail.letters import Send
from engine.work import Clock, Work, system_clock
from store.database import Database
from store.writes import find, locks, people

_BEGINNING: Final = "beginning"
_END: Final = "end"


async def fill(database: Database, send: Send, *, clock: Clock = system_clock) -> bool:
    """Makes the demo firm unless the database holds a firm; goes on where an earlier filling broke off.

    Its e-mails are handed to ``send``. Answers whether it had anything to do. Safe to run by several processes at once.
    """
    await _found(database, clock)
    owner = await firms.owner_by_email(database, cast.OWNER[1])
    if owner is None or not await _is_told(database, _BEGINNING) or await _is_told(database, _END):
        return False
    telling = await _telling(database, send, owner)
    await setting_up.set_up(telling)
    await act(telling, await setting_up.stages(telling))
    await recurring.plan(telling)
    await telling.do(_nothing, None, once=_END)
    return True


async def _found(database: Database, clock: Clock) -> None:
    """Founds the firm where there is none. One that an earlier version has founded is left as it is."""
    async with database.transaction() as db:
        await locks.own_firm(db, "demo")
        if not await people.any_firm(database):
            given = firms.CreateFirm(cast.FIRM, *cast.OWNER, cast.PASSWORD, cast.TIME_ZONE)
            firm_id = await firms.create_firm(database, given, clock=clock)
            await find.claim(db, firm_id, known("step", _BEGINNING), b"")


async def _is_told(database: Database, step: str) -> bool:
    return await people.exists(database, "creates", known("step", step))


async def _telling(database: Database, send: Send, owner: Viewer) -> Telling:
    async with database.transaction() as db:
        firm = await people.firm(db, owner.firm_id)
    assert firm is not None  # it has an owner
    return Telling(database, send, owner, cast.calendar(firm["created_at"]), firm["created_at"])


async def _nothing(work: Work, given: None) -> None:
    """Only that it was done."""
