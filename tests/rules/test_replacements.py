"""Who takes over what a deactivated member was to do (PL4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest

from engine.work import system_clock
from store.database import Database
from tests.access.digest import Unchanged
from tests.rules.kit import look, look_at_task, move, set_state, status, task
from tests.rules.test_health import health
from tests.rules.test_previews import automation
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import accept

DAY = {"span": {"amount": 1, "unit": "DAYS"}}


@dataclass
class Office:
    """A shop, somebody who leaves it, and who comes instead."""

    shop: Shop
    gone: str
    heir: str
    heirs_eyes: Client

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    async def leave(self, **given: Any) -> None:
        """Deactivates the one for the other."""
        await self.owner.do("deactivateMember", memberId=self.gone, **{"replacementId": self.heir, **given})

    async def assignees(self, job_id: str) -> list[str]:
        """Who is assigned to a job."""
        return [one["id"] for one in (await look(self.owner, job_id))["assignees"]]

    async def workers(self, task_id: str) -> list[str]:
        """Who is to do a task."""
        document = "query ($id: ID!) { node(id: $id) { ... on Task { assignees { id } } } }"
        return [one["id"] for one in (await self.owner.query(document, id=task_id))["node"]["assignees"]]


@pytest.fixture
async def office(shop: Shop, api: Api) -> Office:
    """A shop with two employees who see its pipeline."""
    gone, heir = await api.member(shop.owner), await api.member(shop.owner)
    people = [gone.member_id, heir.member_id]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=people)
    return Office(shop, gone.member_id, heir.member_id, heir)


async def test_the_replacement_is_assigned_to_jobs_and_open_tasks(office: Office) -> None:
    """PL4, AC4: beside others, once, and sees them at once; what is archived or done stays as it was."""
    gone, heir, owner = office.gone, office.heir, office.owner.member_id
    alone = (await office.shop.job("Alone", assigneeIds=[gone]))["id"]
    both = (await office.shop.job("Both", assigneeIds=[gone, heir, owner]))["id"]
    archived = (await office.shop.job("Archived", assigneeIds=[gone]))["id"]
    todo = await task(office.owner, "To do", assigneeIds=[gone], jobId=alone)
    shared = await task(office.owner, "Shared", assigneeIds=[gone, heir])
    done = await task(office.owner, "Done", assigneeIds=[gone], jobId=alone)
    put_away = await task(office.owner, "Put away", assigneeIds=[gone], jobId=archived)
    await office.owner.do("completeItem", itemId=done)
    await set_state(office.owner, archived, "ARCHIVED")
    assert await office.heirs_eyes.query("query ($id: ID!) { job(id: $id) { id } }", id=alone) == {"job": None}
    await office.leave()
    assert [await office.assignees(job) for job in (alone, archived)] == [[heir], [gone]]
    assert set(await office.assignees(both)) == {heir, owner}
    assert [await office.workers(one) for one in (todo, shared, done, put_away)] == [[heir], [heir], [gone], [gone]]
    assert (await look(office.heirs_eyes, alone))["id"] == alone
    document = """query ($id: ID!) { job(id: $id) { history(first: 2) { nodes { action cause { kind }
        changes { field fromNodes { id } toNodes { id } } } } } }"""
    entries = (await office.owner.query(document, id=alone))["job"]["history"]["nodes"]
    assert [entry["action"] for entry in entries] == ["TASK_CHANGED", "ASSIGNEES_CHANGED"]
    swapped = {"field": "assignees", "fromNodes": [{"id": gone}], "toNodes": [{"id": heir}]}
    assert [entry["changes"][-1] for entry in entries] == [swapped, swapped]


async def test_the_replacement_has_the_account_roles(office: Office) -> None:
    """PL4: each once."""
    owner, gone, heir = office.owner, office.gone, office.heir
    role = (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    other = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    for account, people in ((office.shop.account, [gone]), (other, [gone, heir])):
        holders = [{"accountRoleId": role, "memberId": one} for one in people]
        await owner.do("updateAccount", accountId=account, addRoles=holders)
    await office.leave()
    document = "{ accounts { nodes { version roles { id member { id } } } } }"
    found = (await owner.query(document))["accounts"]["nodes"]
    assert [one["roles"] for one in found] == [[{"id": role, "member": {"id": heir}}]] * 2
    assert [one["version"] for one in found] == [3, 3]


async def configs(shop: Shop) -> list[Json]:
    """What the automations of the second stage do, and when, as they are stored."""
    document = """query ($id: ID!) { node(id: $id) { ... on Stage { condition { not { assignees { members { id } } } }
        automations { version condition { all { assignees { members { id } } priority } } config {
            ... on CreateTaskConfig { title assignees { id } }
            ... on AddCommentConfig { text mentions { id } }
            ... on UpdateAssigneesConfig { addMembers { id } removeMembers { id } } } } } } }"""
    found: Json = (await shop.owner.query(document, id=shop.stages[1]))["node"]
    return [found["condition"], *found["automations"]]


async def test_the_replacement_takes_the_place_in_automations_conditions_and_templates(
    office: Office, database: Database
) -> None:
    """PL4, PL5: wherever the member is named, each once; everything else stays, and nothing is unhealthy."""
    shop, owner, gone, heir = office.shop, office.owner, office.gone, office.heir
    stage = shop.stages[1]
    assigned = {"assignees": {"memberIds": [gone, owner.member_id]}}
    both = {"all": [assigned, {"priority": ["LOW", "MEDIUM"]}]}
    await automation(shop, stage, {"createTask": {"title": "Check", "assigneeIds": [gone]}}, condition=both, delay=DAY)
    await automation(shop, stage, {"addComment": {"text": gone, "mentionIds": [gone, heir]}})
    await automation(shop, stage, {"updateAssignees": {"addMemberIds": [owner.member_id], "removeMemberIds": [gone]}})
    await owner.do("updateStage", stageId=stage, condition={"not": assigned})
    on_hold = await status(owner, "On hold", shop.pipeline)
    place = {"pipelineId": shop.pipeline, "statusId": on_hold}
    await owner.do("createAutomation", **place, config={"notifyMembers": {"memberIds": [gone], "text": "Hello"}})
    given = {"name": "Return", "jobName": "Return", "assigneeIds": [gone]}
    template = (await owner.do("createJobTemplate", "jobTemplate { id }", **given))["id"]
    before = orjson.dumps(await configs(shop)).decode()
    await office.leave()
    after = before.replace(f'"id":"{gone}"', f'"id":"{heir}"').replace('"version":1', '"version":2')
    twice = f'"mentions":[{{"id":"{heir}"}},{{"id":"{heir}"}}]'
    assert twice in after
    assert await configs(shop) == orjson.loads(after.replace(twice, f'"mentions":[{{"id":"{heir}"}}]'))
    document = "query ($id: ID!) { node(id: $id) { ... on JobTemplate { assignees { id } version } } }"
    assert (await owner.query(document, id=template))["node"] == {"assignees": [{"id": heir}], "version": 2}
    assert await health(owner, shop.pipeline) == []
    assert await database.value("SELECT count(*) FROM uses WHERE used_id = $1", gone) == 0
    assert await database.value("SELECT count(*) FROM uses WHERE used_id = $1", heir) == 6


async def test_what_has_begun_goes_on_as_it_began(office: Office, database: Database) -> None:
    """PL4: an edit counts from the next entry on; the task of before is for nobody, as its member has gone."""
    shop, stage = office.shop, office.shop.stages[1]
    await automation(shop, stage, {"createTask": {"title": "Check", "assigneeIds": [office.gone]}}, delay=DAY)
    earlier, later = (await shop.job())["id"], (await shop.job())["id"]
    await move(office.owner, earlier, stage)
    await office.leave()
    await move(office.owner, later, stage)
    await accept(database, clock=lambda: system_clock() + timedelta(days=2))
    for job, people in ((earlier, []), (later, [office.heir])):
        [made] = (await look(office.owner, job))["items"]["nodes"]
        assert await office.workers(made["id"]) == people


async def test_it_can_be_said_later_too(office: Office) -> None:
    """PL4: whoever left without a replacement keeps what is assigned to them until there is one."""
    job = (await office.shop.job(assigneeIds=[office.gone]))["id"]
    await office.leave(replacementId=None)
    assert await office.assignees(job) == [office.gone]
    await office.leave()
    assert await office.assignees(job) == [office.heir]


async def test_a_replacement_is_another_active_member(office: Office, api: Api, database: Database) -> None:
    """PL4: otherwise nothing is changed: neither is anybody deactivated."""
    await office.shop.job(assigneeIds=[office.gone])
    left = (await api.member(office.owner)).member_id
    await office.owner.do("deactivateMember", memberId=left)
    stranger = (await api.firm("Elsewhere")).member_id
    expected = {left: "DEACTIVATED", office.gone: "INVALID", stranger: "NOT_FOUND", "member_1": "NOT_FOUND"}
    async with Unchanged(database):
        for one, code in expected.items():
            said = await office.owner.code("deactivateMember", memberId=office.gone, replacementId=one)
            assert said == (code, ["input", "replacementId"])


async def test_one_event_tells_it_all(office: Office, database: Database) -> None:
    """LV2, AC7: the jobs, the task, the account and the pipeline, and what members are told; it is audited."""
    job = (await office.shop.job(assigneeIds=[office.gone]))["id"]
    lone = await task(office.owner, assigneeIds=[office.gone])
    made = await automation(
        office.shop, office.shop.stages[1], {"createTask": {"title": "A", "assigneeIds": [office.gone]}}
    )
    await database.rows("DELETE FROM events")
    await office.leave()
    [row] = await database.rows("SELECT changes FROM events")
    changes = orjson.loads(row["changes"])
    found = {(change["type"], change["id"]) for change in changes}
    wanted = {("job", job), ("task", lone), ("pipeline", office.shop.pipeline), ("member", office.gone)}
    assert {one for one in found if one[0] != "notification"} == wanted
    told = [change["member"] for change in changes if change["type"] == "notification"]
    assert sorted(told) == sorted([office.gone, office.heir] * 2)  # taken back from the one, told to the other
    detail = await database.value("SELECT detail FROM audit WHERE action = 'member.replaced'")
    assert orjson.loads(detail) == {"by": office.heir, "named": [made], "accounts": [], "assignments": 2}
    await office.leave()
    assert await database.value("SELECT count(*) FROM audit WHERE action = 'member.replaced'") == 1
    assert (await look_at_task(office.owner, lone))["version"] == 2
