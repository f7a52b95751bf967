"""Due work: who comes first."""

from __future__ import annotations

from datetime import timedelta

from engine.due import AT_ONCE, Runner
from engine.enums import DueKind
from engine.work import system_clock
from store.database import Database
from store.ids import new_id
from store.writes import due
from store.writes.due import Due
from tests.support.api import Api, Shop, open_shop


async def leave(database: Database, shop: Shop, number: int, ago: timedelta) -> None:
    """Leaves turns of automations that nobody knows any more: rows that are done as soon as they are taken up."""
    job_id, at = (await shop.job())["id"], system_clock() - ago
    cause = {"kind": "SYSTEM", "actor": None, "client_mutation_id": None}
    rows = [
        Due(DueKind.RUN, new_id("run"), job_id, False, 0, 0, at, False, False, cause, new_id("cascade"), 0)
        for _ in range(number)
    ]
    firm_id = await database.value("SELECT firm_id FROM jobs WHERE id = $1", job_id)
    await due.add(database, firm_id, rows, at)


async def left(database: Database, shop: Shop) -> int:
    """How much is due for a shop."""
    found = await database.value(
        "SELECT count(*) FROM due JOIN members m USING (firm_id) WHERE m.id = $1", shop.owner.member_id
    )
    return int(found)


async def test_a_firm_with_much_to_do_keeps_no_other_waiting(api: Api, database: Database) -> None:
    """AU1: whoever fills a round stands back in the next, and goes on as soon as the others are done."""
    busy, other = await open_shop(api), await open_shop(api)
    await leave(database, busy, 3 * AT_ONCE, timedelta(hours=1))
    await leave(database, other, 1, timedelta())
    runner = Runner(database, lambda topic: None)
    seen = []
    while await runner.round():
        seen.append((await left(database, busy), await left(database, other)))
    assert seen == [(2 * AT_ONCE, 1), (2 * AT_ONCE, 0), (AT_ONCE, 0), (0, 0)]
