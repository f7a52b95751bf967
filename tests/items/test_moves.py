"""Items for clients when their jobs move: what becomes of them (MV5), previews (MV6), and undoing (MV7)."""

from __future__ import annotations

from tests.access.digest import Unchanged
from tests.items.kit import Front, done, to_dos
from tests.portal.kit import Guest
from tests.support.api import Json


async def moved(desk: Front, job: str, **given: object) -> Json:
    """What a move to the third stage answers."""
    return await desk.owner.payload(
        "moveJob",
        "job { id }",
        jobId=job,
        stageId=desk.shop.stages[2],
        expect={"stageId": desk.shop.stages[1]},
        **given,
    )


async def test_open_items_need_a_choice_and_undoing_opens_them_again(desk: Front, ann: Guest) -> None:
    """MV5, MV7: kept, completed or cancelled, each as it is said; and back again."""
    job = await desk.move()
    kept, completed, cancelled = [(await desk.item(jobId=job))["id"] for _ in range(3)]
    async with Unchanged(desk.database):
        [error] = (await moved(desk, job))["errors"]
        assert error["code"] == "PENDING_ITEMS"
        assert {one["id"] for one in error["items"]} == {kept, completed, cancelled}
    choices = [{"itemId": completed, "choice": "COMPLETE"}, {"itemId": cancelled, "choice": "CANCEL"}]
    assert (await moved(desk, job, pendingItems="KEEP", pendingItemChoices=choices))["errors"] == []
    items = (kept, completed, cancelled)
    assert [(await desk.look_at(one))["state"] for one in items] == ["SENT", "DONE", "CANCELLED"]
    await desk.owner.do("undoMove", jobId=job, expect={"stageId": desk.shop.stages[2]})
    assert [(await desk.look_at(one))["state"] for one in items] == ["SENT"] * 3
    assert len(await to_dos(ann, open=True)) == 3


async def test_a_move_whose_item_waits_can_be_undone(desk: Front, ann: Guest) -> None:
    """MV7: what has not left the firm goes with it."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    job = await desk.move()
    run = await desk.run(job)
    assert run["state"] == "HELD"
    [item] = [made["id"] for made in run["made"] if made["id"].startswith("thread_")]
    await desk.owner.do("undoMove", jobId=job, expect={"stageId": desk.shop.stages[1]})
    assert (await desk.look_at(item))["state"] == "CANCELLED"
    assert await desk.emails(states=["HELD"]) == []


async def test_a_move_whose_item_the_client_has_seen_cannot_be_undone(desk: Front, ann: Guest) -> None:
    """MV7: it has left the firm, whether or not its e-mail has."""
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    job = await desk.move()
    [shown] = await to_dos(ann)
    await done(ann, "markPortalItemSeen", itemId=shown["id"])
    given = {"jobId": job, "expect": {"stageId": desk.shop.stages[1]}}
    async with Unchanged(desk.database):
        assert (await desk.owner.code("undoMove", **given))[0] == "ALREADY_SENT"


async def test_a_preview_makes_nothing_and_tells_of_the_e_mails(desk: Front, ann: Guest) -> None:
    """MV6: to whom it would write."""
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    job = (await desk.shop.job())["id"]
    query = """query ($input: MoveJobInput!) { previewMove(input: $input) {
        runs { state } emails { toAddress subject held } errors { code } } }"""
    given = {"jobId": job, "stageId": desk.shop.stages[1], "expect": {"stageId": desk.shop.stages[0]}}
    async with Unchanged(desk.database):
        found = (await desk.owner.query(query, input=given))["previewMove"]
    assert found == {
        "runs": [{"state": "DONE"}],
        "emails": [{"toAddress": "ann@client.test", "subject": "Kontor: Talk", "held": False}],
        "errors": [],
    }


async def test_an_item_belongs_to_jobs_of_its_own_client_alone(desk: Front, ann: Guest) -> None:
    """AI2: to any number of those; unlinked it is still there, and each job goes on by it."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    jobs = [(await desk.shop.job())["id"] for _ in range(3)]
    foreign = (await desk.shop.job(accountId=other))["id"]
    item = (await desk.item())["id"]
    for job in jobs:
        await desk.owner.do("linkItem", itemId=item, jobId=job)
    async with Unchanged(desk.database):
        assert await desk.owner.code("linkItem", itemId=item, jobId=foreign) == ("INVALID", ["input", "jobId"])
        assert (await desk.owner.code("linkItem", itemId=item, jobId=jobs[0]))[0] == "ALREADY_LINKED"
    await desk.owner.do("unlinkItem", itemId=item, jobId=jobs[2])
    await desk.owner.do("completeItem", itemId=item)
    await desk.work()
    assert [await desk.stage_of(job) for job in jobs] == [1, 1, 0]
