"""AC1, AC7: roles and rights, owners who never run out, and the audit log of it all."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.access.digest import Unchanged
from tests.access.schema_ids import mutation_paths, mutation_rules, says
from tests.access.world import FOR_MANAGERS, of_no_account, open_firm, variants, works
from tests.support.api import PASSWORD, Api, Client, Json, Shop

MEMBERS = "{ members { nodes { id name role rights deactivatedAt } } }"
LAST_OWNER = ("LAST_OWNER", ["input", "memberId"])


async def test_the_right_alone_is_enough(api: Api) -> None:
    """AC1: every mutation works for an employee with the one right it takes, or none; those of managers for an owner.

    It also proves that every call of `works` is refused elsewhere for the one thing that is wrong there.
    """
    firm = await open_firm(api)
    calls, rules = works(firm), mutation_rules()
    assert set(calls) == set(rules) - {"acceptInvitation"}
    more = variants(firm)
    for mutation, given in calls.items():
        right = rules[mutation][len("right(") : -1] if rules[mutation].startswith("right(") else ""
        client = firm.owner if mutation in FOR_MANAGERS else firm.holders[right]
        payload = await client.payload(mutation, **given)
        assert payload["errors"] == [], (mutation, payload["errors"])
        for one in more.get(mutation, ()):
            await firm.owner.do(mutation, **one)
    unsaid = [
        (mutation, path)
        for mutation, path in mutation_paths()
        if not any(says(given, path) for given in (calls[mutation], *more.get(mutation, ())))
        and not of_no_account(mutation, path)
    ]
    assert unsaid == [("login", ("firmId",))]


async def test_rights_count_from_the_moment_they_are_given_to_the_moment_they_are_taken(api: Api, shop: Shop) -> None:
    """AC1: a session that is open already has them at once, and loses them at once."""
    employee = await api.member(shop.owner)
    for field, rights in (("addRights", ["MANAGE_TAGS"]), ("removeRights", [])):
        given = {"memberId": employee.member_id, field: ["MANAGE_TAGS"]}
        assert await shop.owner.do("updateMemberAccess", "member { rights }", **given) == {"rights": rights}
        viewer = (await employee.query("{ viewer { rights member { rights } } }"))["viewer"]
        assert viewer == {"rights": rights, "member": {"rights": rights}}
        payload = await employee.payload("createTag", name=f"Tag {field}")
        assert [error["code"] for error in payload["errors"]] == ([] if rights else ["FORBIDDEN"])


async def test_the_last_owner_is_neither_demoted_nor_deactivated(api: Api, shop: Shop) -> None:
    """AC1: a firm always has an owner; neither an admin, nor a deactivated owner, nor one only invited counts."""
    owner = shop.owner
    await api.member(owner, role="ADMIN")
    gone = await api.member(owner, role="OWNER")
    await owner.do("deactivateMember", memberId=gone.member_id)
    await owner.do("inviteMember", email="later@firm.test", name="Later", role="OWNER")
    async with Unchanged(api.database):
        for role in ("ADMIN", "EMPLOYEE"):
            assert await owner.code("updateMemberAccess", memberId=owner.member_id, role=role) == LAST_OWNER
        assert await owner.code("deactivateMember", memberId=owner.member_id) == LAST_OWNER


async def test_ownership_is_handed_over(api: Api, shop: Shop) -> None:
    """AC1: somebody else is made an owner, and then the first one can step down."""
    heir = await api.member(shop.owner)
    await shop.owner.do("updateMemberAccess", memberId=heir.member_id, role="OWNER")
    await shop.owner.do("updateMemberAccess", memberId=shop.owner.member_id, role="EMPLOYEE")
    roles = {member["id"]: member["role"] for member in (await heir.query(MEMBERS))["members"]["nodes"]}
    assert roles == {heir.member_id: "OWNER", shop.owner.member_id: "EMPLOYEE"}
    async with Unchanged(api.database):
        assert await heir.code("deactivateMember", memberId=heir.member_id) == LAST_OWNER
        assert (await shop.owner.refused("updateFirm", name="Mine"))[0]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(("mutation", "more"), [("updateMemberAccess", {"role": "EMPLOYEE"}), ("deactivateMember", {})])
async def test_of_two_owners_who_remove_each_other_exactly_one_wins(
    api: Api, shop: Shop, mutation: str, more: Json
) -> None:
    """AC1: also at the same time, and also with a third owner who would be left."""
    for bystander in (False, True):
        one = shop.owner if not bystander else await api.member(shop.owner, role="OWNER")
        other = await api.member(one, role="OWNER")
        if bystander:
            assert len(await _owners(api)) == 3
        answers = await asyncio.gather(
            _outcome(one, mutation, memberId=other.member_id, **more),
            _outcome(other, mutation, memberId=one.member_id, **more),
        )
        assert answers.count("") == 1, answers
        survivor, loser = (one, other) if answers[0] == "" else (other, one)
        assert survivor.member_id in await _owners(api)
        assert loser.member_id not in await _owners(api)
        shop.owner = survivor


async def _outcome(client: Client, mutation: str, **given: Any) -> str:
    """The code with which a mutation was refused, however it was; the empty text where it was done."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"mutation ($input: {kind}) {{ it: {mutation}(input: $input) {{ errors {{ code }} }} }}"
    answer = await client.answer(document, input=given)
    errors = answer["data"]["it"]["errors"] if "data" in answer else [error["extensions"] for error in answer["errors"]]
    return "".join(error["code"] for error in errors)


async def _owners(api: Api) -> set[str]:
    rows = await api.database.rows("SELECT id FROM members WHERE role = 'OWNER' AND deactivated_at IS NULL")
    return {row["id"] for row in rows}


async def test_an_admin_makes_alters_and_removes_no_owner(api: Api, shop: Shop) -> None:
    """AC1: owners and admins manage everything, but only owners decide about owners."""
    admin, employee = await api.member(shop.owner, role="ADMIN"), await api.member(shop.owner)
    gone = await api.member(shop.owner, role="OWNER")
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    invited = await shop.owner.do("inviteMember", "member { id }", email="o@firm.test", name="O", role="OWNER")
    owner = {"memberId": shop.owner.member_id}
    calls: list[tuple[str, Json]] = [
        ("inviteMember", {"email": "new@firm.test", "name": "New", "role": "OWNER"}),
        ("renewInvitation", {"memberId": invited["id"]}),
        ("updateMemberAccess", {"memberId": employee.member_id, "role": "OWNER"}),
        ("updateMemberAccess", {"memberId": admin.member_id, "role": "OWNER"}),
        ("updateMemberAccess", {**owner, "role": "EMPLOYEE"}),
        ("updateMemberAccess", {**owner, "addRights": ["MANAGE_TAGS"]}),
        ("updateMemberAccess", {**owner, "addAccountIds": [shop.account]}),
        ("updateMember", {**owner, "name": "Nobody"}),
        ("deactivateMember", owner),
        ("reactivateMember", {"memberId": gone.member_id}),
    ]
    async with Unchanged(api.database):
        for mutation, given in calls:
            [error] = await admin.refused(mutation, **given)
            assert (error["code"], error["path"]) == ("FORBIDDEN", ["input", "role"]), mutation


async def test_an_admin_manages_everybody_else(api: Api, shop: Shop) -> None:
    """AC1: other admins, too."""
    admin, other, employee = [await api.member(shop.owner, role=role) for role in ("ADMIN", "ADMIN", "EMPLOYEE")]
    for member, role in ((employee, "ADMIN"), (other, "EMPLOYEE")):
        given = {"memberId": member.member_id, "role": role, "addRights": ["MANAGE_TAGS"]}
        made = await admin.do("updateMemberAccess", "member { role rights }", **given)
        assert made == {"role": role, "rights": ["MANAGE_TAGS"]}
        await admin.do("updateMember", memberId=member.member_id, name="Renamed")
        await admin.do("deactivateMember", memberId=member.member_id)
        await admin.do("reactivateMember", memberId=member.member_id)


async def test_a_member_renames_themselves(api: Api, shop: Shop) -> None:
    """AC1: without any right."""
    employee = await api.member(shop.owner)
    given = {"memberId": employee.member_id, "name": "Renamed"}
    assert await employee.do("updateMember", "member { name }", **given) == {"name": "Renamed"}


async def test_what_is_in_use_counts_hidden_users_and_names_seen_ones(api: Api, shop: Shop) -> None:
    """PL4: a status and an account role that jobs and accounts have are not deleted; nothing hidden is named."""
    owner = shop.owner
    employee = await api.member(owner, rights=["MANAGE_PIPELINES", "MANAGE_ACCOUNTS"], accounts=[shop.account])
    hidden = (await owner.do("createAccount", "account { id }", name="Hidden"))["id"]
    status = (await owner.do("createJobStatus", "status { id }", name="On hold"))["id"]
    role = (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    lists = {"addAvailableToIds": [employee.member_id], "addStatusIds": [status]}
    await owner.do("updatePipeline", pipelineId=shop.pipeline, **lists)
    seen_job = await shop.job("Seen")
    for job in (seen_job, await shop.job("Hidden", accountId=hidden)):
        await owner.do("setJobStatus", jobId=job["id"], statusId=status)
    for account in (shop.account, hidden):
        holder = {"accountRoleId": role, "memberId": owner.member_id}
        await owner.do("updateAccount", accountId=account, addRoles=[holder])
    calls: list[tuple[str, Json, str]] = [
        ("deleteJobStatus", {"statusId": status}, seen_job["id"]),
        ("updatePipeline", {"pipelineId": shop.pipeline, "removeStatusIds": [status]}, seen_job["id"]),
        ("deleteAccountRole", {"accountRoleId": role}, shop.account),
    ]
    async with Unchanged(api.database):
        for mutation, given, seen in calls:
            [error] = await employee.refused(mutation, **given)
            assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 2, [{"id": seen}])


async def audited(api: Api) -> list[tuple[str, str, str, Json, str | None]]:
    """The audit log in order: action, actor, subject, detail, address."""
    rows = await api.database.rows("SELECT * FROM audit ORDER BY n")
    return [
        (row["action"], row["actor_id"], row["subject_id"], orjson.loads(row["detail"]), row["address"]) for row in rows
    ]


async def test_rights_and_access_are_in_the_audit_log(api: Api, shop: Shop) -> None:
    """AC7: who changed what of whose role, rights, accounts and pipelines, and when a member came and went."""
    owner, address = shop.owner, "127.0.0.1"
    await api.database.rows("DELETE FROM audit")
    spare = (await owner.do("createAccount", "account { id }", name="Spare"))["id"]
    employee = await api.member(owner, rights=["MANAGE_TAGS", "MANAGE_ACCOUNTS"], accounts=[spare])
    one, boss = employee.member_id, owner.member_id
    access = {"addRights": ["MANAGE_PIPELINES"], "removeRights": ["MANAGE_TAGS"], "addAccountIds": [shop.account]}
    await owner.do("updateMemberAccess", memberId=one, role="ADMIN", **access)
    await owner.do("updateMemberAccess", memberId=one, role="EMPLOYEE", removeAccountIds=[shop.account])
    await owner.do("updateMemberAccess", memberId=one, role="EMPLOYEE")
    await owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[one])
    await owner.do("updatePipeline", pipelineId=shop.pipeline, removeAvailableToIds=[one])
    mine = (await employee.do("createAccount", "account { id }", name="Mine"))["id"]
    await owner.do("deactivateMember", memberId=one)
    await owner.do("reactivateMember", memberId=one)
    rights = ["MANAGE_ACCOUNTS", "MANAGE_PIPELINES"]
    first = {"role": "EMPLOYEE", "rights": ["MANAGE_ACCOUNTS", "MANAGE_TAGS"], "added": [spare]}
    assert await audited(api) == [
        ("member.invited", boss, one, first, address),
        ("member.joined", one, one, {}, address),
        (
            "member.access",
            boss,
            one,
            {"role": "ADMIN", "rights": rights, "added": [shop.account], "removed": []},
            address,
        ),
        ("member.access", boss, one, {"role": "EMPLOYEE", "added": [], "removed": [shop.account]}, address),
        ("pipeline.available_to", boss, shop.pipeline, {"members_added": [one], "members_removed": []}, address),
        ("pipeline.available_to", boss, shop.pipeline, {"members_added": [], "members_removed": [one]}, address),
        ("member.access", one, one, {"added": [mine], "removed": []}, address),
        ("member.deactivated", boss, one, {"sessions_ended": 1}, address),
        ("member.reactivated", boss, one, {}, address),
    ]


async def test_pipelines_made_and_deleted_are_in_the_audit_log(api: Api, shop: Shop) -> None:
    """AC7: with those who saw a pipeline from the start, and the name of one that is gone."""
    owner, employee = shop.owner, await api.member(shop.owner)
    await api.database.rows("DELETE FROM audit")
    stages = [{"name": name} for name in ("A", "B", "C")]
    lists = {"availableToIds": [employee.member_id]}
    made = await owner.do("createPipeline", "pipeline { id stages { id } }", name="Short", stages=stages, **lists)
    await owner.do("deleteStage", stageId=made["stages"][1]["id"])
    await owner.do("deletePipeline", pipelineId=made["id"])
    seen_by = {"members_added": [employee.member_id, owner.member_id]}
    lines = [(action, actor, subject, detail) for action, actor, subject, detail, _ in await audited(api)]
    assert lines == [
        ("pipeline.created", owner.member_id, made["id"], seen_by),
        ("stage.deleted", owner.member_id, made["stages"][1]["id"], {"name": "B", "moved": 0}),
        ("pipeline.deleted", owner.member_id, made["id"], {"name": "Short"}),
    ]


async def test_logins_and_tokens_are_in_the_audit_log(api: Api, shop: Shop) -> None:
    """AC7: logins, logouts, and tokens made, used and ended; the use of a token once in five minutes."""
    await api.database.rows("DELETE FROM audit")
    client = await api.log_in("owner1@firm.test", PASSWORD)
    selection = "token apiToken { id }"
    made = await client.payload("createApiToken", selection, name="Program", scopes=["WRITE", "READ"])
    program = Client(api.http, made["token"])
    await program.query("{ viewer { user { id } } }")
    await program.query("{ viewer { user { id } } }")
    one = made["apiToken"]["id"]
    await client.do("revokeApiToken", tokenId=one)
    await client.do("logout")
    boss = shop.owner.member_id
    lines = [(action, actor) for action, actor, *_ in await audited(api)]
    names = ["login", "token.created", "token.used", "token.revoked", "logout"]
    assert lines == [(name, boss) for name in names]
    details = {action: (subject, detail) for action, _, subject, detail, _ in await audited(api)}
    assert details["token.created"] == (one, {"name": "Program", "scopes": ["READ", "WRITE"]})
    assert details["token.used"][0] == one
    assert details["token.revoked"] == (one, {"member": boss})


async def test_a_refused_command_leaves_no_trace_in_the_audit_log(api: Api, shop: Shop) -> None:
    """AC7: what did not happen is not logged as if it had."""
    employee = await api.member(shop.owner)
    before = await audited(api)
    await employee.refused("updateMemberAccess", memberId=employee.member_id, role="OWNER")
    await shop.owner.refused("deactivateMember", memberId=shop.owner.member_id)
    assert await audited(api) == before
