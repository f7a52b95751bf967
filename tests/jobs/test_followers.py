"""Followers (JB3): who hears of a job without being assigned to it, of what, and how it ends."""

from __future__ import annotations

from store.database import Database
from tests.jobs.kit import CHANGES, FOLLOWED, colleague, followers, inbox, screen, told
from tests.rules.kit import digest, hidden_job, look, move, pipeline, set_state, status, together
from tests.rules.test_comments import say
from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting
from tests.support.works import Works


async def followed(shop: Shop, *people: Client, **given: str) -> str:
    """A new job that people follow; answers its id."""
    job = str((await shop.job("Return", **given))["id"])
    for one in people:
        await one.do("followJob", jobId=job)
    return job


async def test_one_follows_and_unfollows_and_so_do_others_at_ones_word(api: Api, shop: Shop) -> None:
    """JB3, MV4: whoever sees the job; nothing of the job counts it."""
    ann, bob = await colleague(api, shop), await colleague(api, shop)
    job = await followed(shop, ann)
    assert (await ann.query(FOLLOWED, id=job))["job"] == {
        "version": 1,
        "followedByMe": True,
        "followers": [{"id": ann.member_id}],
    }
    await ann.do("followJob", "job { id }", jobId=job, memberIds=[bob.member_id, ann.member_id])
    assert await followers(bob, job) == {ann.member_id, bob.member_id}
    await bob.do("unfollowJob", jobId=job, memberIds=[ann.member_id])
    await bob.do("unfollowJob", jobId=job, memberIds=[])
    assert await followers(bob, job) == {bob.member_id}
    await bob.do("unfollowJob", jobId=job)
    assert (await bob.query(FOLLOWED, id=job))["job"]["followedByMe"] is False


async def test_only_active_members_who_see_the_job_come_to_follow_it(api: Api, shop: Shop, database: Database) -> None:
    """AC4, JB3: nobody is told that there is a job; the one who asks sees it, too."""
    stranger, gone, employee = await api.member(shop.owner), await api.member(shop.owner), await colleague(api, shop)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    job, hidden = await followed(shop), (await hidden_job(shop))["id"]
    before = await digest(database)
    for member, code in ((stranger, "CANNOT_SEE"), (gone, "DEACTIVATED")):
        given = {"jobId": job, "memberIds": [employee.member_id, member.member_id]}
        assert await shop.owner.code("followJob", **given) == (code, ["input", "memberIds"])
    for mutation in ("followJob", "unfollowJob"):
        assert await employee.code(mutation, jobId=hidden) == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(database) == before


async def test_who_comments_or_is_mentioned_follows_unless_they_have_stopped(api: Api, shop: Shop) -> None:
    """JB3: by hand they come back."""
    ann, bob, job = await colleague(api, shop), await colleague(api, shop), await followed(shop)
    comment = await say(ann, job)
    assert await followers(ann, job) == {ann.member_id}
    await ann.do("updateComment", commentId=comment, mentionIds=[bob.member_id])
    assert await followers(ann, job) == {ann.member_id, bob.member_id}
    for one in (ann, bob):
        await one.do("unfollowJob", jobId=job)
    await say(ann, job, mentionIds=[bob.member_id])
    assert await followers(ann, job) == set()
    await ann.do("followJob", jobId=job, memberIds=[bob.member_id])
    assert await followers(ann, job) == {bob.member_id}


async def test_followers_are_told_of_moves_statuses_completion_and_comments(api: Api, shop: Shop) -> None:
    """JB3: each with what it is about; of nobody's own doing."""
    ann, job = await colleague(api, shop), await followed(shop)
    await ann.do("followJob", jobId=job)
    await shop.owner.do("followJob", jobId=job)
    await move(shop.owner, job, shop.stages[1])
    await shop.owner.do("setJobStatus", jobId=job, statusId=await status(shop.owner, "On hold", shop.pipeline))
    await set_state(shop.owner, job, "COMPLETED")
    comment = await say(shop.owner, job, "All is filed.")
    await move(ann, job, shop.stages[2])
    await say(ann, job, "Good.")
    assert await told(ann) == [
        ("JOB_MOVED", "Return was moved to Second."),
        ("JOB_STATUS_CHANGED", "Return is now On hold."),
        ("JOB_COMPLETED", "Return is completed."),
        ("COMMENTED", "All is filed."),
    ]
    newest = (await inbox(ann))[0]
    assert (newest["job"], newest["subject"]) == ({"id": job}, {"__typename": "Comment", "id": comment})
    assert newest["cause"] == {"kind": "MEMBER", "actor": {"id": shop.owner.member_id}}
    assert await told(shop.owner) == [("JOB_MOVED", "Return was moved to Third."), ("COMMENTED", "Good.")]


async def test_what_follows_from_a_move_is_told_with_it(api: Api, shop: Shop) -> None:
    """JB3: in one line; what automations do is news to who has set them going, what one did oneself is none."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    job = await followed(shop, ann, shop.owner)
    completed = next(
        one["id"]
        for one in (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
        if one["state"] == "COMPLETED"
    )
    await works.automate(shop.stages[1], {"setJobStatus": {"statusId": completed}})
    await move(shop.owner, job, shop.stages[1])
    assert await told(ann) == [("JOB_COMPLETED", "Return was moved to Second and is completed.")]
    assert await told(shop.owner) == [("JOB_COMPLETED", "Return is completed.")]
    assert (await inbox(shop.owner))[0]["cause"]["kind"] == "AUTOMATION"


async def test_followers_are_told_by_the_worker_as_well(api: Api, shop: Shop) -> None:
    """JB3, MV1: whatever the cause of a move."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    await shop.owner.do("updateStage", stageId=shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = await followed(shop, ann)
    made = await shop.owner.do("createTask", "task { id }", title="Check", jobId=job)
    await shop.owner.do("completeItem", itemId=made["id"])
    await works.work()
    assert await told(ann) == [("JOB_MOVED", "Return was moved to Second.")]


async def test_what_is_as_it_was_is_no_news(api: Api, shop: Shop) -> None:
    """MV3: another place in the column; ST1: an archived job is put elsewhere silently."""
    ann = await colleague(api, shop)
    job = await followed(shop, ann)
    await shop.job("Above")
    await move(shop.owner, job, shop.stages[0])
    await set_state(shop.owner, job, "ARCHIVED")
    await shop.owner.do("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    assert await told(ann) == [("JOB_STATUS_CHANGED", "Return is now Archived.")]


async def test_who_does_not_see_the_job_hears_nothing_of_it_until_they_do(api: Api, shop: Shop) -> None:
    """AC4: nor of what they were told before; they go on following."""
    ann = await colleague(api, shop)
    job = await followed(shop, ann)
    await move(shop.owner, job, shop.stages[1])
    await shop.owner.do("updateMemberAccess", memberId=ann.member_id, removeAccountIds=[shop.account])
    await move(shop.owner, job, shop.stages[2])
    await say(shop.owner, job)
    assert await told(ann) == []
    await shop.owner.do("updateMemberAccess", memberId=ann.member_id, addAccountIds=[shop.account])
    await move(shop.owner, job, shop.stages[0])
    assert [text for _, text in await told(ann)] == ["Return was moved to Second.", "Return was moved to First."]


async def test_a_move_into_a_pipeline_that_a_follower_does_not_see_is_not_told(api: Api, shop: Shop) -> None:
    """AC4, MV8."""
    ann = await colleague(api, shop)
    job = await followed(shop, ann)
    _, elsewhere = await pipeline(shop.owner)
    await move(shop.owner, job, elsewhere[0])
    assert await told(ann) == []


async def test_an_undone_move_takes_back_what_was_told_of_it(api: Api, shop: Shop) -> None:
    """MV7: with what its automations did of the status; what a person has set since is still so."""
    ann = await colleague(api, shop)
    job = await followed(shop, ann)
    await move(shop.owner, job, shop.stages[1])
    await set_state(shop.owner, job, "COMPLETED")
    assert len(await told(ann)) == 2
    version = (await look(shop.owner, job))["version"]
    await shop.owner.do("undoMove", jobId=job, expect={"version": version})
    assert await told(ann) == [("JOB_COMPLETED", "Return is completed.")]


async def test_a_comment_that_is_edited_or_deleted_is_told_likewise(api: Api, shop: Shop) -> None:
    """JB3: its words follow; who comes to be mentioned is told that instead; with the comment it is taken back."""
    ann, bob = await colleague(api, shop), await colleague(api, shop)
    job = await followed(shop, ann, bob)
    comment = await say(shop.owner, job, "Here")
    assert await told(ann) == await told(bob) == [("COMMENTED", "Here")]
    await shop.owner.do("updateComment", commentId=comment, text="There", mentionIds=[bob.member_id])
    assert (await told(ann), await told(bob)) == ([("COMMENTED", "There")], [("MENTIONED", "There")])
    await shop.owner.do("deleteComment", commentId=comment)
    assert (await told(ann), await told(bob)) == ([], [])


async def test_who_wants_e_mails_of_it_gets_them(api: Api, shop: Shop, database: Database) -> None:
    """JB3: by the kind that they have asked for."""
    ann = await colleague(api, shop)
    job = await followed(shop, ann)
    await ann.do("updateNotificationPreferences", addEmail=["JOB_MOVED"])
    await move(shop.owner, job, shop.stages[1])
    await say(shop.owner, job)
    [email] = await database.rows("SELECT subject, text FROM emails WHERE member_id = $1", ann.member_id)
    assert (email["subject"], "Stage: Second" in email["text"]) == ("A job was moved: Return", True)


async def test_one_finds_the_jobs_that_one_follows(api: Api, shop: Shop) -> None:
    """JB3, AC4: those followed last come first; archived ones, and those one does not see, are left out."""
    ann, document = await colleague(api, shop), "{ viewer { followedJobs { totalCount nodes { id } } } }"
    jobs = [await followed(shop, ann) for _ in range(4)]
    await set_state(shop.owner, jobs[0], "ARCHIVED")
    await ann.do("unfollowJob", jobId=jobs[3])
    found = (await ann.query(document))["viewer"]["followedJobs"]
    assert found == {"totalCount": 2, "nodes": [{"id": jobs[2]}, {"id": jobs[1]}]}
    await shop.owner.do("updateMemberAccess", memberId=ann.member_id, removeAccountIds=[shop.account])
    assert (await ann.query(document))["viewer"]["followedJobs"] == {"totalCount": 0, "nodes": []}


async def test_a_bulk_move_tells_each_follower_of_each_job_once(api: Api, shop: Shop) -> None:
    """MV10, JB3."""
    ann = await colleague(api, shop)
    jobs = [await followed(shop, ann) for _ in range(3)]
    given = [{"jobId": job, "expect": {"version": 1}} for job in jobs]
    await shop.owner.do("moveJobs", jobs=given, stageId=shop.stages[1])
    assert await told(ann) == [("JOB_MOVED", "Return was moved to Second.")] * 3


async def test_telling_costs_the_same_for_one_follower_and_for_many(api: Api, shop: Shop, database: Database) -> None:
    """JB3: nobody's move takes longer for being watched by many."""
    people = [await colleague(api, shop) for _ in range(6)]
    costs = set()
    for some in (people[:1], people):
        job = await followed(shop, *some)
        with counting(database) as statements:
            await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect={"version": 1})
        costs.add(len(statements))
    assert len(costs) == 1


async def test_who_looks_at_a_job_sees_followers_come_and_go(api: Api, shop: Shop) -> None:
    """LV5; boards are not told."""
    ann = await colleague(api, shop)
    job = await followed(shop)
    (stream, cursor), board = await screen(shop.owner, job), {"board": {"pipelineId": shop.pipeline}}
    await ann.do("followJob", jobId=job)
    [event] = (await shop.owner.query(CHANGES, stream=stream, after=cursor))["changes"]["events"]
    assert [one["job"]["followers"] for one in event["changes"]] == [[{"id": ann.member_id}]]
    assert (await shop.owner.query(CHANGES, stream=board, after=cursor))["changes"]["events"] == []


async def test_following_and_unfollowing_at_once_ends_in_one_of_the_two(api: Api, shop: Shop) -> None:
    """JB3: and neither fails."""
    ann = await colleague(api, shop)
    job = await followed(shop)
    calls: list[Json] = list(
        await together(*(ann.payload(name, jobId=job) for _ in range(4) for name in ("followJob", "unfollowJob")))
    )
    assert [call["errors"] for call in calls] == [[]] * 8
    assert await followers(ann, job) <= {ann.member_id}
