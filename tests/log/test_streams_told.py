"""What members are told, as the stream of their own work shows it: it comes, and goes when it holds no more."""

from __future__ import annotations

from tests.log.screens import MyWorkScreen
from tests.log.test_streams import drawn, kinds, midnight, news, today, worker
from tests.log.world import World

COMES = ["NotificationChanged", "UnreadCountChanged"]
GOES = ["NotificationRemoved", "UnreadCountChanged"]


async def test_a_failed_automation_comes_and_goes_with_its_retry(own_world: World) -> None:
    """LV5, AU2: to an assignee who sees the job by that alone; another failure is news."""
    w = own_world
    config = {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}}
    await w.make("createAutomation", "automation { id }", stageId=w.stages[1], config=config)
    job = await w.job(accountId=w.second, startDate="2999-01-01", assigneeIds=[w.assignee.member_id])
    mine, others = await drawn(MyWorkScreen(w.assignee)), await drawn(MyWorkScreen(w.insider))
    await w.owner.do("moveJob", jobId=job, stageId=w.stages[1], expect={"version": 1})
    [moved, told, _] = await news(mine)
    assert (moved["job"]["id"], told["notification"]["kind"]) == (job, "AUTOMATION_FAILED")
    run = {"runId": told["notification"]["subject"]["id"]}
    await w.assignee.do("retryRun", **run)
    assert [one for one in kinds(await news(mine)) if one != "JobChanged"] == GOES
    await worker(w)
    assert [one for one in kinds(await news(mine)) if one != "JobChanged"] == COMES
    await w.assignee.do("dismissRun", **run)
    assert [one for one in kinds(await news(mine)) if one != "JobChanged"] == GOES
    assert await news(others) == []


async def test_what_is_overdue_comes_at_the_firms_midnight(own_world: World) -> None:
    """LV5, LV7: a job, and a task that no board shows."""
    w = own_world
    people = {"dueDate": await today(w), "assigneeIds": [w.assignee.member_id]}
    job, task = await w.job(**people), await w.task(**people)
    mine, others = await drawn(MyWorkScreen(w.assignee)), await drawn(MyWorkScreen(w.insider))
    await midnight(w)
    changes = await news(mine)
    told = [one["notification"] for one in changes if one["__typename"] == "NotificationChanged"]
    assert {one["kind"] for one in told} == {"OVERDUE"}
    assert sorted(one["subject"]["id"] for one in told) == sorted([job, task])
    assert kinds(await news(others)) == []


async def test_what_is_told_at_once_is_one_event(own_world: World) -> None:
    """LV2, LV5: the job that one is assigned to, its task, and the word of both."""
    w = own_world
    config = {"createTask": {"title": "Call", "assigneeIds": [w.assignee.member_id]}}
    await w.make("createAutomation", "automation { id }", stageId=w.stages[0], config=config)
    mine = await drawn(MyWorkScreen(w.assignee))
    await w.job(assigneeIds=[w.assignee.member_id])
    changes = await news(mine)
    assert kinds(changes) == ["TaskChanged", "JobChanged", "NotificationChanged", *COMES]
    before = changes[-1]["unreadCount"]
    await w.assignee.do("markNotificationsRead", all=True)
    assert (await news(mine))[-1]["unreadCount"] == 0 < before
