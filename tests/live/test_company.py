"""LV1: what each of many members sees is asked for all of them at once."""

from __future__ import annotations

from functools import partial

import pytest

from live.wakeups import Wakeups
from resolvers.following import LogReader
from store.database import Database
from tests.live.test_shared_events import CARD, Collected, service, subscribed
from tests.support.api import Api, Shop
from tests.support.statements import counting
from tests.support.wait import eventually


@pytest.mark.parametrize("employees", [1, 6])
async def test_a_move_costs_as_many_statements_however_many_look_each_with_their_own_accounts(
    api: Api, shop: Shop, database: Database, employees: int
) -> None:
    """One whose account it is sees it, an owner too; the others are told nothing, and it is not theirs to ask."""
    firm = str(await database.value("SELECT firm_id FROM members WHERE id = $1", shop.owner.member_id))
    foreign = (await shop.owner.payload("createAccount", "account { id }", name="Foreign"))["account"]["id"]
    known = [shop.account, *[foreign] * (employees - 1)]
    members = [await api.member(shop.owner, accounts=[account]) for account in known]
    listed = [one.member_id for one in members]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=listed)
    jobs = [(await shop.job())["id"] for _ in range(2)]
    async with Wakeups.open(None) as wakeups, service(database, wakeups, LogReader(database, wakeups.notify)) as one:
        owner, mine, *others = [await subscribed(one, who, CARD, shop.pipeline) for who in (shop.owner, *members)]
        for number, job in enumerate(jobs, 1):
            await eventually(partial(told, owner, number), "the owner is shown everything")
            await eventually(partial(told, mine, number), "so is the employee")
            await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect={"version": 1})
            with counting(database) as counted:
                wakeups.notify(firm)
                await eventually(partial(told, owner, number + 1), "the owner is shown the move")
                await eventually(partial(told, mine, number + 1), "so is the employee")
        assert len(counted) == 6, "\n".join(
            counted
        )  # log, job, who sees it, counts of managers and of others, assignees
    assert [len(sink.payloads) for sink in others] == [1] * (employees - 1), "nothing but the first, empty event"


def told(sink: Collected, number: int) -> bool:
    """Whether it has been sent so many events."""
    return len(sink.payloads) >= number
