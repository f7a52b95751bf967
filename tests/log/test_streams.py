"""What the streams of a job, of one's own work, and of a dashboard tell, to whom, and when (LV5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.due import Runner
from engine.time.clock import strike
from engine.work import system_clock
from tests.log.screens import DashboardScreen, JobScreen, MyWorkScreen, Screen, ask
from tests.log.world import World
from tests.rules.kit import digest
from tests.support.api import Api, Client, Json


async def drawn(screen: Screen) -> Screen:
    """The screen, drawn as things are now."""
    answer = await ask(screen, changes=False)
    assert "errors" not in answer, answer
    screen.draw(answer["data"], "it")
    screen.cursor = answer["data"]["cursor"]
    return screen


async def news(screen: Screen) -> list[Json]:
    """What is new on a screen, which then shows what a fresh one does."""
    answer = await ask(screen)
    assert "errors" not in answer, answer
    taken = screen.apply(answer["data"]["changes"])
    fresh = type(screen)(**{**vars(screen), "drawn": None, "resets": []})
    fresh.draw(answer["data"], "it")
    if screen.resets:
        screen.drawn, screen.resets = fresh.drawn, []
    assert screen.drawn == fresh.drawn
    return taken


def kinds(changes: list[Json]) -> list[str]:
    """The types of changes, in order."""
    return [change["__typename"] for change in changes]


async def worker(world: World, ahead: timedelta = timedelta()) -> None:
    """Do all that is due."""
    runner = Runner(world.database, lambda topic: None, clock=lambda: system_clock() + ahead)
    while await runner.round():
        pass


async def midnight(world: World) -> None:
    """The firm's date is announced to be tomorrow's."""
    await strike(world.database, lambda topic: None, clock=lambda: datetime.now(UTC) + timedelta(days=1))


async def today(world: World) -> str:
    """The firm's date."""
    day = await world.database.value("SELECT greatest(clock_date, now()::date) FROM firms WHERE id = $1", world.firm)
    return str(day)


# --- a job ----------------------------------------------------------------------------------------------------------


async def test_a_jobs_screen_is_told_what_is_said_of_it(own_world: World) -> None:
    """LV5, JB3: comments made, edited and deleted, on this job and on no other."""
    w = own_world
    job, other = w.jobs[0], w.jobs[1]
    here, there = await drawn(JobScreen(w.insider, job_id=job)), await drawn(JobScreen(w.owner, job_id=other))
    comment = await w.make("createComment", "comment { id }", jobId=job, text="Hello")
    follows, made = await news(here)
    assert (follows["__typename"], made["comment"]["text"]) == ("JobChanged", "Hello")  # who says a thing follows it
    await w.owner.do("updateComment", commentId=comment, text="Hello there")
    [edited] = await news(here)
    assert edited["comment"]["text"] == "Hello there"
    await w.owner.do("deleteComment", commentId=comment)
    [deleted] = await news(here)
    assert (deleted["comment"]["id"], deleted["comment"]["text"]) == (comment, None)
    assert await news(there) == []


async def test_an_item_leaves_the_screen_of_the_job_that_it_is_unlinked_from(own_world: World) -> None:
    """LV5, AI2: it appears on the one and goes from the other."""
    w = own_world
    task = await w.task(jobId=w.jobs[0])
    screens = [await drawn(JobScreen(w.owner, job_id=job)) for job in w.jobs[:2]]
    await w.owner.do("unlinkItem", itemId=task, jobId=w.jobs[0])
    assert (await news(screens[0]))[1:] == [{"__typename": "ItemRemoved", "itemId": task}]
    await w.owner.do("linkItem", itemId=task, jobId=w.jobs[1])
    assert kinds(await news(screens[1])) == ["JobChanged", "ItemChanged"]
    assert await news(screens[0]) == []


async def test_a_jobs_screen_shows_automations_as_they_go_on(own_world: World) -> None:
    """LV5, AU3: scheduled, then done by the worker; scheduled again, then cancelled because the job has left."""
    w = own_world
    config = {"setPriority": {"priority": "URGENT"}}
    delay = {"span": {"amount": 2, "unit": "HOURS"}}
    await w.owner.do("createAutomation", stageId=w.stages[1], config=config, delay=delay)
    screen = await drawn(JobScreen(w.insider, job_id=w.jobs[0]))

    async def move(stage: int) -> list[str]:
        expect = {"stageId": (await w.look(w.jobs[0]))["stage"]["id"]}
        await w.owner.do("moveJob", jobId=w.jobs[0], stageId=w.stages[stage], expect=expect)
        return [change["run"]["state"] for change in await news(screen) if change["__typename"] == "RunChanged"]

    assert await move(1) == ["SCHEDULED"]
    await worker(w, timedelta(hours=3))
    changes = await news(screen)
    assert kinds(changes) == ["JobChanged", "RunChanged"]
    assert changes[1]["run"]["state"] == "DONE"
    assert await move(2) == []
    assert await move(1) == ["SCHEDULED"]
    assert await move(0) == ["CANCELLED"]


async def test_a_job_that_one_does_not_see_has_no_stream(own_world: World) -> None:
    """AC4: it is not found, like one that is not there; no cursor helps, and nothing is told of it."""
    w = own_world
    hidden = JobScreen(w.insider, job_id=w.jobs[1])
    hidden.cursor = (await drawn(JobScreen(w.insider, job_id=w.jobs[0]))).cursor
    nothing = JobScreen(w.insider, job_id="job_" + "0" * 32, cursor=hidden.cursor)
    before = await digest(w.database)
    answers = [await ask(screen) for screen in (hidden, nothing)]
    for answer in answers:
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "NOT_FOUND", "argument": "stream.job.jobId"}
        assert error["message"] == "There is no such job."
        assert answer["data"]["changes"] is None
    assert await digest(w.database) == before


async def test_a_midnight_shows_on_the_job_and_in_ones_work(own_world: World) -> None:
    """LV7: whoever looks at a job learns that it is overdue when the firm's day is over, on whatever screen."""
    w = own_world
    me = w.assignee
    job = await w.job(dueDate=await today(w), assigneeIds=[me.member_id])
    screens: list[Screen] = [JobScreen(me, job_id=job), MyWorkScreen(me), DashboardScreen(me)]
    for screen in screens:
        await drawn(screen)
    await midnight(w)
    [[shown], [mine, *told], [counted]] = [await news(screen) for screen in screens]
    assert kinds(told) == ["NotificationChanged", "UnreadCountChanged"]  # its assignee is told
    assert shown["job"]["overdue"] is mine["job"]["overdue"] is True
    assert counted["counts"]["overdueCount"] == 1
    assert await news(await drawn(JobScreen(w.owner, job_id=w.jobs[0]))) == []


# --- one's own work -------------------------------------------------------------------------------------------------


async def test_jobs_come_to_ones_work_and_leave_it(own_world: World) -> None:
    """LV5: assigned, archived, unarchived, unassigned; the other jobs that one sees are none of it."""
    w = own_world
    me = w.insider
    await me.do("markNotificationsRead", all=True)
    screen = await drawn(MyWorkScreen(me))
    job = await w.job()
    assert await news(screen) == []
    await w.owner.do("updateJob", jobId=job, addAssigneeIds=[me.member_id])
    shown, told, _ = await news(screen)
    assert (shown["job"]["id"], told["notification"]["job"]["id"]) == (job, job)
    for state, reason in (("ARCHIVED", "ARCHIVED"), ("ACTIVE", None)):
        await w.owner.do("setJobStatus", jobId=job, statusId=w.statuses[state])
        [change] = await news(screen)
        assert change.get("reason") == reason
    await w.owner.do("updateJob", jobId=job, removeAssigneeIds=[me.member_id])
    assert await news(screen) == [
        {"__typename": "JobRemoved", "jobId": job, "reason": "LEFT_FILTER"},
        {"__typename": "NotificationRemoved", "notificationId": told["notification"]["id"]},
        {"__typename": "UnreadCountChanged", "unreadCount": 0},
    ]


async def test_a_job_that_goes_where_one_sees_nothing_leaves_ones_work(own_world: World) -> None:
    """AC4: its removal says that one does not see it, and not where it went."""
    w = own_world
    screen = await drawn(MyWorkScreen(w.assignee))
    expect = {"stageId": (await w.look(w.jobs[2]))["stage"]["id"]}
    await w.owner.do("moveJob", jobId=w.jobs[2], stageId=w.elsewhere_stages[0], expect=expect)
    [removed, *told] = await news(screen)
    assert removed == {"__typename": "JobRemoved", "jobId": w.jobs[2], "reason": "NOT_VISIBLE"}
    assert kinds(told) == ["NotificationRemoved", "UnreadCountChanged"]  # that they were assigned to it


async def test_tasks_come_to_ones_work_and_leave_it(own_world: World) -> None:
    """LV5: made, done, renamed job and all; then given to somebody else."""
    w = own_world
    me, other = w.assignee, await drawn(MyWorkScreen(w.insider))
    screen = await drawn(MyWorkScreen(me))
    task = await w.task(jobId=w.jobs[0], assigneeIds=[me.member_id])
    assert kinds(await news(screen)) == ["TaskChanged", "NotificationChanged", "UnreadCountChanged"]
    await w.owner.do("completeItem", itemId=task)
    [done] = await news(screen)
    assert done["task"]["open"] is False
    await w.owner.do("updateJob", jobId=w.jobs[0], name="Another name")
    [renamed] = await news(screen)
    assert renamed["task"]["job"]["name"] == "Another name"
    given = {"addAssigneeIds": [w.insider.member_id], "removeAssigneeIds": [me.member_id]}
    await w.owner.do("updateTask", taskId=task, **given)
    [removed, *told] = await news(screen)
    assert removed == {"__typename": "TaskRemoved", "taskId": task}
    assert kinds(told) == ["NotificationRemoved", "UnreadCountChanged"]
    assert kinds(await news(other)) == ["TaskChanged", "NotificationChanged", "UnreadCountChanged"]


async def test_names_beside_ones_tasks_are_live_though_their_job_is_archived(own_world: World) -> None:
    """LV5: the job is none of one's jobs any more, and its task is still one's own."""
    w = own_world
    task = await w.task(jobId=w.jobs[0], assigneeIds=[w.assignee.member_id])
    await w.owner.do("setJobStatus", jobId=w.jobs[0], statusId=w.statuses["ARCHIVED"])
    screen = await drawn(MyWorkScreen(w.assignee))
    await w.owner.do("updateAccount", accountId=w.first, name="Acme & Sons")
    assert kinds(await news(screen)) == ["AccountChanged"]
    assert screen.drawn is not None
    assert screen.drawn["tasks"][task]["job"]["account"]["name"] == "Acme & Sons"


async def mention(w: World, job: str, *who: Client) -> str:
    """A comment that mentions members."""
    said = {"jobId": job, "text": "Look at this.", "mentionIds": [one.member_id for one in who]}
    return await w.make("createComment", "comment { id }", **said)


async def test_notifications_come_are_read_and_are_taken_back_each_with_the_count(own_world: World) -> None:
    """LV5: unread ones are counted anew with every change; what others are told, or have read, is theirs."""
    w = own_world
    await w.insider.do("markNotificationsRead", all=True)
    screen, other = await drawn(MyWorkScreen(w.insider)), await drawn(MyWorkScreen(w.assignee))
    comment = await mention(w, w.jobs[2], w.insider, w.assignee)
    [told, one] = await news(screen)
    assert (told["notification"]["readAt"], one["unreadCount"]) == (None, 1)
    await news(other)
    ids = [told["notification"]["id"]]
    await w.insider.do("markNotificationsRead", notificationIds=ids)
    [read, none] = await news(screen)
    assert read["notification"]["readAt"] is not None
    assert none == {"__typename": "UnreadCountChanged", "unreadCount": 0}
    assert await news(other) == []
    await w.owner.do("deleteComment", commentId=comment)
    gone = {"__typename": "NotificationRemoved", "notificationId": ids[0]}
    assert await news(screen) == [gone, {"__typename": "UnreadCountChanged", "unreadCount": 0}]
    assert kinds(await news(other)) == ["NotificationRemoved", "UnreadCountChanged"]


async def test_marking_all_as_read_is_one_change_however_many_there_are(own_world: World) -> None:
    """LV5: what is told in the same moment stays unread."""
    w = own_world
    for _ in range(3):
        await mention(w, w.jobs[0], w.insider)
    screen = await drawn(MyWorkScreen(w.insider))
    await w.insider.do("markNotificationsRead", all=True)
    assert kinds(await news(screen)) == ["NotificationsRead", "UnreadCountChanged"]
    await mention(w, w.jobs[0], w.insider)
    await w.insider.do("markNotificationsRead", all=True)
    await mention(w, w.jobs[0], w.insider)
    changes = await news(screen)
    assert kinds(changes) == ["NotificationsRead", "NotificationChanged", "NotificationChanged", "UnreadCountChanged"]
    assert changes[-1]["unreadCount"] == 1


async def test_notifications_go_and_come_with_the_sight_of_their_job(own_world: World) -> None:
    """AC4: access to the account is taken away and given back; the job itself has not changed."""
    w = own_world
    await w.insider.do("markNotificationsRead", all=True)
    await mention(w, w.jobs[0], w.insider)
    screen = await drawn(MyWorkScreen(w.insider))
    assert screen.drawn is not None
    [told] = [one["id"] for one in screen.drawn["notifications"].values() if one["kind"] == "MENTIONED"]
    access = {"memberId": w.insider.member_id}
    await w.owner.do("updateMemberAccess", **access, removeAccountIds=[w.first])
    removed = {"__typename": "NotificationRemoved", "notificationId": told}
    assert (await news(screen))[-2:] == [removed, {"__typename": "UnreadCountChanged", "unreadCount": 0}]
    comment = await mention(w, w.jobs[0], w.overseer)
    await w.owner.do("updateComment", commentId=comment, text="Nothing for others.")
    assert await news(screen) == []
    await w.owner.do("updateMemberAccess", **access, addAccountIds=[w.first])
    changes = await news(screen)
    assert kinds(changes)[-2:] == ["NotificationChanged", "UnreadCountChanged"]
    assert changes[-2]["notification"]["id"] == told


async def test_notifications_go_with_a_job_that_others_move_out_of_sight(own_world: World) -> None:
    """AC4: the job was never one's own; it comes back with what one was told of it."""
    w = own_world
    await mention(w, w.jobs[0], w.insider)
    screen = await drawn(MyWorkScreen(w.insider))
    told = (  # and that it has come back, as they follow it
        (w.elsewhere_stages[0], ["NotificationRemoved"]),
        (w.stages[0], ["NotificationChanged", "NotificationChanged"]),
    )
    for stage, expected in told:
        expect = {"stageId": (await w.look(w.jobs[0]))["stage"]["id"]}
        await w.owner.do("moveJob", jobId=w.jobs[0], stageId=stage, expect=expect)
        assert kinds(await news(screen)) == [*expected, "UnreadCountChanged"]


async def test_what_is_withdrawn_while_one_does_not_see_its_job_is_not_named(own_world: World) -> None:
    """AC4: the comment is deleted behind the back of who was mentioned, and has lost sight before the cursor."""
    w = own_world
    comment = await mention(w, w.jobs[0], w.insider)
    await w.owner.do("updateMemberAccess", memberId=w.insider.member_id, removeAccountIds=[w.first])
    screen = await drawn(MyWorkScreen(w.insider))
    await w.owner.do("deleteComment", commentId=comment)
    assert await news(screen) == []


async def test_a_part_of_ones_work_is_a_stream_of_its_own(own_world: World) -> None:
    """LV5: a badge needs no tasks."""
    w = own_world
    cursor = (await drawn(MyWorkScreen(w.insider))).cursor
    await w.task(assigneeIds=[w.insider.member_id])
    await w.owner.do("updateJob", jobId=w.jobs[0], addAssigneeIds=[w.insider.member_id])
    await mention(w, w.jobs[0], w.insider)
    told = {}
    for part in ("TASKS", "JOBS", "NOTIFICATIONS"):
        screen = MyWorkScreen(w.insider, cursor=cursor, parts=(part,))
        told[part] = [
            kind for event in (await ask(screen))["data"]["changes"]["events"] for kind in kinds(event["changes"])
        ]
    assert told == {
        "TASKS": ["TaskChanged"],
        "JOBS": ["JobChanged"],
        "NOTIFICATIONS": [*["NotificationChanged"] * 3, "UnreadCountChanged"],  # assigned twice, mentioned once
    }


# --- a dashboard ----------------------------------------------------------------------------------------------------


async def test_a_dashboard_counts_what_one_sees_and_is_told_of_nothing_else(own_world: World) -> None:
    """LV5, AC4: a hidden job comes, moves and goes without a word; one that is seen is counted anew."""
    w = own_world
    mine, all_of_it = await drawn(DashboardScreen(w.insider)), await drawn(DashboardScreen(w.owner))
    job = await w.job(accountId=w.second)
    expect = {"stageId": w.stages[0]}
    await w.owner.do("moveJob", jobId=job, stageId=w.stages[1], expect=expect)
    await w.owner.do("setJobStatus", jobId=job, statusId=w.statuses["ARCHIVED"])
    assert await news(mine) == []
    assert kinds(await news(all_of_it)) == ["PipelineCountsChanged"]
    await w.job(stageId=w.stages[2])
    [change] = await news(mine)
    counts = change["counts"]
    assert counts["pipeline"]["id"] == w.pipeline
    assert [stage["jobCount"] for stage in counts["stages"]] == [1, 1, 1]
    assert counts["jobCount"] == 3


async def test_pipelines_come_to_a_dashboard_and_leave_it(own_world: World) -> None:
    """LV5, AC4: listed and unlisted, archived and restored, made and deleted."""
    w = own_world
    screen = await drawn(DashboardScreen(w.insider))
    who = [w.insider.member_id]

    async def told(mutation: str, **given: object) -> list[tuple[str, str]]:
        await w.owner.do(mutation, pipelineId=w.elsewhere, **given)
        return [
            (change["__typename"], change.get("pipelineId") or change["counts"]["pipeline"]["id"])
            for change in await news(screen)
        ]

    come, go = ("PipelineCountsChanged", w.elsewhere), ("PipelineCountsRemoved", w.elsewhere)
    assert await told("updatePipeline", name="Still hidden") == []
    assert await told("updatePipeline", addAvailableToIds=who) == [come]
    assert await told("archivePipeline") == [go]
    assert await told("restorePipeline") == [come]
    assert await told("updatePipeline", removeAvailableToIds=who) == [go]
    assert await told("updatePipeline", name="Hidden again") == []


async def test_access_to_an_account_changes_the_counts(own_world: World) -> None:
    """LV5, AC4: no job has changed, and what one sees has."""
    w = own_world
    screen = await drawn(DashboardScreen(w.insider))
    for given, count in (("addAccountIds", 4), ("removeAccountIds", 2)):
        await w.owner.do("updateMemberAccess", memberId=w.insider.member_id, **{given: [w.second]})
        [change] = await news(screen)
        assert change["counts"]["jobCount"] == count


async def test_other_rights_reset_every_stream(own_world: World) -> None:
    """AC4: what one saw before, nobody knows any more: query again."""
    w = own_world
    screens: list[Screen] = [
        JobScreen(w.insider, job_id=w.jobs[0]),
        MyWorkScreen(w.insider),
        DashboardScreen(w.insider),
    ]
    for screen in screens:
        await drawn(screen)
    await w.owner.do("updateMemberAccess", memberId=w.insider.member_id, addRights=["VIEW_ALL_ACCOUNTS"])
    for screen in screens:
        assert await news(screen) == [{"__typename": "StreamReset", "why": "TOO_MANY_CHANGES"}]


async def test_a_dashboard_has_at_most_a_hundred_pipelines(own_world: World) -> None:
    """LV5: whoever sees more has to name them, and may not name more."""
    w = own_world
    cursor = (await drawn(DashboardScreen(w.owner))).cursor
    await w.database.rows(
        """INSERT INTO pipelines (id, firm_id, name, version, created_at, updated_at, job_sort)
        SELECT 'pipeline_' || lpad(n::text, 32, '0'), $1, 'Pipeline ' || n, 1, now(), now(), 'MANUAL'
        FROM generate_series(1, 99) AS n""",
        w.firm,
    )
    for screen, argument in (
        (DashboardScreen(w.owner, cursor=cursor), "pipelineIds"),
        (DashboardScreen(w.owner, cursor=cursor, pipeline_ids=tuple(str(n) for n in range(101))), "pipelineIds"),
    ):
        answer = await ask(screen)
        codes = [(error["path"], error["extensions"]) for error in answer["errors"]]
        assert sorted(codes) == [
            (["changes"], {"code": "TOO_MANY", "argument": f"stream.dashboard.{argument}"}),
            (["it"], {"code": "TOO_MANY", "argument": argument}),
        ]
    assert await news(await drawn(DashboardScreen(w.owner, pipeline_ids=(w.pipeline,)))) == []


# --- all of them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [{"myWork": {}}, {"dashboard": {}}])
async def test_a_cursor_of_another_firm_is_a_reset(own_world: World, api: Api, stream: Json) -> None:
    """LV3: every stream has it."""
    other = await api.firm("Other")
    cursor = (await other.query("{ cursor }"))["cursor"]
    document = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { events {
        ... on MyWorkEvent { changes { ... on StreamReset { reason } } }
        ... on DashboardEvent { changes { ... on StreamReset { reason } } } } } }"""
    found = await own_world.insider.query(document, stream=stream, after=cursor)
    assert found["changes"]["events"] == [{"changes": [{"reason": "CURSOR_UNKNOWN"}]}]


async def test_a_cursor_beside_other_fields_fits_them(own_world: World) -> None:
    """LV1: all of the answer is of one instant; nothing of it comes again, and nothing after it is missed."""
    w = own_world
    document = "query ($id: ID!) { cursor job(id: $id) { version } dashboard { cursor } }"
    found = await w.owner.query(document, id=w.jobs[0])
    assert found["cursor"] == found["dashboard"]["cursor"]
    screen = await drawn(JobScreen(w.owner, job_id=w.jobs[0]))
    assert screen.cursor == found["cursor"]
    assert await news(screen) == []
    await w.owner.do("updateJob", jobId=w.jobs[0], name="Renamed")
    assert kinds(await news(screen)) == ["JobChanged"]
