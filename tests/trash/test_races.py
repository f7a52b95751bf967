"""JB3: whatever happens at the same time, a thing is in the trash with all of it or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from engine.items import wording
from engine.job import making
from store.database import Database
from tests.items.kit import Front
from tests.portal.kit import Guest
from tests.support.api import Json, Shop
from tests.support.wait import eventually
from tests.trash.kit import QUESTION, actions, delete_account, delete_job, node, purged, trash, unsound

ROUNDS = 3
REFUSED = {"NOT_FOUND", "CONFLICT", "IN_TRASH", "INVALID", "ALREADY_LINKED"}

Deed = Callable[[Front, Guest, "Scene"], Coroutine[Any, Any, Json]]


class Scene:
    """A job with a task and an item that it shares with another job, and a second account."""

    def __init__(self, job: str, other: str, task: str, item: str, account: str) -> None:
        self.job, self.other, self.task, self.item, self.account = job, other, task, item, account

    @staticmethod
    async def of(desk: Front, client: Guest) -> Scene:
        """A new one."""
        account = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
        await desk.owner.do("updateAccount", accountId=account, addContactIds=[client.member_id])
        job, other = [(await desk.shop.job(accountId=account))["id"] for _ in range(2)]
        task = (await desk.owner.do("createTask", "task { id }", title="Call", jobId=job))["id"]
        item = (await desk.item(QUESTION, jobId=job))["id"]
        await desk.owner.do("linkItem", itemId=item, jobId=other)
        return Scene(job, other, task, item, account)


def ask(mutation: str, **given: str) -> Deed:
    """A mutation of the owner's; what begins with a dot is named by the scene."""

    async def deed(desk: Front, ann: Guest, scene: Scene) -> Json:
        said = {name: getattr(scene, value[1:]) if value[0] == "." else value for name, value in given.items()}
        move = {"expect": {"version": 1}, "stageId": desk.shop.stages[1], "pendingItems": "KEEP"}
        return await desk.owner.payload(mutation, **said, **(move if mutation == "moveJob" else {}))

    return deed


async def work(desk: Front, ann: Guest, scene: Scene) -> Json:
    """The worker's round."""
    await desk.work()
    return {"errors": []}


async def make_job(desk: Front, ann: Guest, scene: Scene) -> Json:
    """A job for the account."""
    shop = desk.shop
    return await desk.owner.payload("createJob", name="New", accountId=scene.account, pipelineId=shop.pipeline)


async def make_item(desk: Front, ann: Guest, scene: Scene) -> Json:
    """An item for its client."""
    return await desk.owner.payload("createItem", title="New", accountId=scene.account, content=QUESTION)


async def upload(desk: Front, ann: Guest, scene: Scene) -> Json:
    """A document of the account's."""
    return await desk.owner.payload("requestUpload", name="a.pdf", size=9, accountId=scene.account)


OF_JOBS: dict[str, Deed] = {
    "a move": ask("moveJob", jobId=".job"),
    "an edit": ask("updateJob", jobId=".job", name="New"),
    "a task is made": ask("createTask", jobId=".job", title="New"),
    "a task is done": ask("completeItem", itemId=".task"),
    "an item is made": ask("createTask", jobId=".other", title="New"),
    "an item is cancelled": ask("cancelItem", itemId=".item"),
    "an item is unlinked": ask("unlinkItem", itemId=".item", jobId=".other"),
    "a comment": ask("createComment", jobId=".job", text="New"),
    "a timer": ask("startTimer", jobId=".job"),
    "a link": ask("linkJobs", jobId=".job", otherJobId=".other"),
    "another deletion": ask("deleteJob", jobId=".job"),
    "the other one's deletion": ask("deleteJob", jobId=".other"),
    "its account's deletion": ask("deleteAccount", accountId=".account"),
    "the worker": work,
}
OF_ACCOUNTS: dict[str, Deed] = {
    "a job is made": make_job,
    "an item is made": make_item,
    "an upload": upload,
    "a job is deleted": ask("deleteJob", jobId=".job"),
    "an edit": ask("updateAccount", accountId=".account", name="New"),
    "another deletion": ask("deleteAccount", accountId=".account"),
    "a letter": ask("sendItem", itemId=".item"),
    "the worker": work,
}


async def race(desk: Front, ann: Guest, mutation: str, name: str, deed: Deed) -> None:
    """Something is deleted and restored while something else happens to it."""
    for _ in range(ROUNDS):
        scene = await Scene.of(desk, ann)
        delete = ask(f"delete{mutation}", **{f"{mutation.lower()}Id": f".{mutation.lower()}"})
        restore = ask(f"restore{mutation}", **{f"{mutation.lower()}Id": f".{mutation.lower()}"})
        for first in (delete, restore):
            answers = await asyncio.gather(first(desk, ann, scene), deed(desk, ann, scene), first(desk, ann, scene))
            codes = {error["code"] for answer in answers for error in answer["errors"]}
            assert codes <= REFUSED, (name, codes)
            assert await unsound(desk.database) == {}, name


@pytest.mark.parametrize("name", OF_JOBS)
async def test_a_job_goes_and_comes_whole(desk: Front, ann: Guest, name: str) -> None:
    """JB3, MV4: what came first counts, and what came too late is refused."""
    await race(desk, ann, "Job", name, OF_JOBS[name])


@pytest.mark.parametrize("name", OF_ACCOUNTS)
async def test_an_account_goes_and_comes_whole(desk: Front, ann: Guest, name: str) -> None:
    """JB3: nothing is made for it in between."""
    await race(desk, ann, "Account", name, OF_ACCOUNTS[name])


FOR_ACCOUNTS: dict[str, tuple[object, str, str, Callable[[Shop, str], Json]]] = {
    "createJob": (making, "make", "jobs", lambda shop, of: {"accountId": shop.account, "templateId": of}),
    "createJobs": (making, "make", "jobs", lambda shop, of: {"accountIds": [shop.account], "templateId": of}),
    "createItem": (wording, "values_of", "items", lambda shop, of: {"accountId": shop.account, "send": False}),
}
"""What reads an account to fill in a text: the step that does it, what is made, what is said of it."""


@pytest.mark.parametrize("mutation", FOR_ACCOUNTS)
async def test_an_account_is_deleted_before_or_after_something_is_made_for_it(
    shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    """JB1, JB3: who deletes it waits for what reads the account to fill in a text, and takes that along."""
    text = "For [ACCOUNT_NAME]"
    template = (await shop.owner.do("createJobTemplate", "jobTemplate { id }", name="T", jobName=text))["id"]
    module, step, made, said = FOR_ACCOUNTS[mutation]
    real, found, goes_on = getattr(module, step), asyncio.Event(), asyncio.Event()
    waits = "SELECT TRUE FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def slowly(*given: Any) -> Any:
        found.set()
        await goes_on.wait()
        return await real(*given)

    async def delete() -> None:
        await found.wait()
        deleting = asyncio.create_task(delete_account(shop.owner, shop.account))

        async def settled() -> bool:
            return deleting.done() or bool(await database.value(waits))

        await eventually(settled, "it waits, or has done it")
        goes_on.set()
        await deleting

    monkeypatch.setattr(module, step, slowly)
    more = {"title": text, "content": QUESTION} if made == "items" else {"pipelineId": shop.pipeline}
    await asyncio.gather(shop.owner.do(mutation, **said(shop, template), **more), delete())
    query = f"{{ {made} {{ nodes {{ {'title' if made == 'items' else 'name'} }} }} }}"
    assert (await shop.owner.query(query))[made]["nodes"] == []
    await shop.owner.do("restoreAccount", accountId=shop.account)
    [there] = (await shop.owner.query(query))[made]["nodes"]
    assert list(there.values()) == ["For Acme"]


async def test_a_job_is_deleted_and_restored_once(desk: Front) -> None:
    """JB3: however many do it at once: the first is obeyed, who deletes after that finds nothing, who restores is."""
    job = (await desk.shop.job())["id"]
    answers = await asyncio.gather(*(desk.owner.payload("deleteJob", jobId=job) for _ in range(4)))
    assert sorted(error["code"] for answer in answers for error in answer["errors"]) == ["NOT_FOUND"] * 3
    answers = await asyncio.gather(*(desk.owner.payload("restoreJob", jobId=job) for _ in range(4)))
    assert [answer["errors"] for answer in answers] == [[]] * 4
    assert await actions(desk.owner, job) == ["CREATED", "DELETED", "RESTORED"]


async def test_jobs_that_share_an_item_are_deleted_at_the_same_time(desk: Front, ann: Guest) -> None:
    """AI2: the item goes with the last, whichever that is, and is back with the first."""
    for _ in range(ROUNDS):
        scene = await Scene.of(desk, ann)
        await asyncio.gather(*(delete_job(desk.owner, job) for job in (scene.job, scene.other)))
        assert await node(desk.owner, scene.item) is None
        assert await unsound(desk.database) == {}
        await asyncio.gather(*(desk.owner.do("restoreJob", jobId=job) for job in (scene.job, scene.other)))
        assert len((await desk.look_at(scene.item))["links"]) == 2
        assert await unsound(desk.database) == {}


async def test_who_restores_is_faster_than_the_purge_or_too_late(desk: Front) -> None:
    """JB3: either it is all there, or nothing is."""
    kept = 0
    for _ in range(8):
        job = (await desk.shop.job())["id"]
        await delete_job(desk.owner, job)
        calls: list[Awaitable[Any]] = [desk.owner.payload("restoreJob", jobId=job), purged(desk.database)]
        restored, gone = await asyncio.gather(*calls)
        assert (restored["errors"] == []) is (gone == 0)
        assert (await node(desk.owner, job) is None) is bool(gone)
        assert await trash(desk.owner) == []
        kept += gone == 0
    assert await desk.database.value("SELECT count(*) FROM all_jobs") == kept


async def test_a_job_comes_back_while_its_stage_is_deleted(desk: Front) -> None:
    """PL3: into that stage, before its jobs are moved on, or where they went."""
    for _ in range(ROUNDS):
        made = await desk.owner.do("createStage", "stage { id }", pipelineId=desk.shop.pipeline, name="Brief")
        job = (await desk.shop.job(stageId=made["id"]))["id"]
        await delete_job(desk.owner, job)
        left = {"stageId": made["id"], "moveJobsTo": desk.shop.stages[0]}
        await asyncio.gather(desk.owner.do("deleteStage", **left), desk.owner.do("restoreJob", jobId=job))
        assert await desk.stage_of(job) == 0


async def test_clients_answer_what_is_being_deleted(desk: Front, ann: Guest) -> None:
    """AC5: the answer is there when the job is back, or it was refused."""
    for _ in range(ROUNDS):
        job = (await desk.shop.job())["id"]
        item = (await desk.item(QUESTION, jobId=job))["id"]
        calls: list[Awaitable[Any]] = [
            ann.payload("postPortalMessage", itemId=item, text="Nine."),
            delete_job(desk.owner, job),
        ]
        answer, _ = await asyncio.gather(*calls)
        assert {error["code"] for error in answer["errors"]} <= {"NOT_FOUND"}
        assert await unsound(desk.database) == {}
        await desk.owner.do("restoreJob", jobId=job)
        said = "SELECT count(*) FROM thread_messages WHERE item_id = $1 AND contact_id IS NOT NULL"
        assert await desk.database.value(said, item) == (not answer["errors"])
