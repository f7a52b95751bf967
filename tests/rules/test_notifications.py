"""Notifications: what members are told, and that nobody is told of what they do not see."""

from __future__ import annotations

from collections.abc import Sequence

from engine import notifications
from engine.enums import CauseKind, NotificationKind
from engine.firm import audience
from engine.firm.firms import owner_by_email
from engine.work import Caller, Work, perform
from store.database import Database
from store.ids import new_id
from tests.rules.kit import digest, hidden_job, pipeline, task
from tests.rules.test_comments import colleague, say
from tests.support.api import Api, Client, Json, Shop

NOTIFICATION = (
    """id kind text readAt job { id } subject { __typename id } cause { kind actor { ... on Member { id } } }"""
)
INBOX = f"""query ($unread: Boolean) {{ viewer {{ unreadCount
    notifications(unread: $unread) {{ totalCount nodes {{ {NOTIFICATION} }} }} }} }}"""


async def inbox(client: Client, *, unread: bool | None = None) -> list[Json]:
    """What a member is told, newest first; the counts agree with the list."""
    viewer = (await client.query(INBOX, unread=unread))["viewer"]
    found: list[Json] = viewer["notifications"]["nodes"]
    assert viewer["notifications"]["totalCount"] == len(found)
    if unread is None:
        assert viewer["unreadCount"] == sum(one["readAt"] is None for one in found)
    return found


async def owner_of(database: Database) -> Caller:
    """The first firm's owner, as a caller of commands."""
    owner = await owner_by_email(database, "owner1@firm.test")
    assert owner is not None
    return Caller(owner)


async def tell(database: Database, told: dict[str, list[str]], text: str = "Look at it.") -> int:
    """Notifies as the owner; answers the number of statements."""

    async def notify(work: Work, told: dict[str, list[str]]) -> int:
        statements: list[str] = []
        work.db.on_statement = statements.append
        await notifications.notify(work, NotificationKind.AUTOMATION, told, text)
        return len(statements)

    return await perform(database, await owner_of(database), notify, told)


async def test_a_mention_is_told_with_the_beginning_of_the_comment(api: Api, shop: Shop) -> None:
    """JB3: who is mentioned learns of it, with the job, the comment, and who wrote it."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    comment = await say(shop.owner, job, "Please look.", mentionIds=[employee.member_id])
    await say(shop.owner, job, "x" * 201, mentionIds=[employee.member_id])
    [newer, older] = await inbox(employee)
    assert newer["text"] == "x" * 199 + "…"
    older.pop("id")
    assert older == {
        "kind": "MENTIONED",
        "text": "Please look.",
        "readAt": None,
        "job": {"id": job},
        "subject": {"__typename": "Comment", "id": comment},
        "cause": {"kind": "MEMBER", "actor": {"id": shop.owner.member_id}},
    }
    assert await inbox(shop.owner) == []


async def test_nobody_is_told_what_they_do_themselves(shop: Shop) -> None:
    """JB3: to mention oneself is fine, and no news."""
    await say(shop.owner, (await shop.job())["id"], mentionIds=[shop.owner.member_id])
    assert await inbox(shop.owner) == []


async def test_what_is_told_follows_the_comment(api: Api, shop: Shop) -> None:
    """JB3: an edit tells who is mentioned now, takes back what others were told, and changes the words for the rest."""
    job = (await shop.job())["id"]
    kept, dropped, added = [await colleague(api, shop) for _ in range(3)]
    comment = await say(shop.owner, job, "Old", mentionIds=[kept.member_id, dropped.member_id])
    await kept.do("markNotificationsRead", all=True)
    given = {"commentId": comment, "text": "New", "mentionIds": [kept.member_id, added.member_id]}
    await shop.owner.do("updateComment", **given)
    [read] = await inbox(kept)
    assert read["text"] == "New"
    assert read["readAt"] is not None
    assert [one["text"] for one in await inbox(added)] == ["New"]
    assert await inbox(dropped) == []
    await shop.owner.do("deleteComment", commentId=comment)
    assert [await inbox(client) for client in (kept, added)] == [[], []]


async def test_notifications_are_marked_as_read(api: Api, shop: Shop, database: Database) -> None:
    """LV5: those named, or all there are; what has been read stays as it is."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    for n in range(3):
        await say(shop.owner, job, f"Number {n}", mentionIds=[employee.member_id])
    [last, second, first] = [one["id"] for one in await inbox(employee)]
    answer = "viewer { unreadCount notifications(unread: true) { nodes { id } } }"
    viewer = await employee.do("markNotificationsRead", answer, notificationIds=[second, second])
    assert viewer == {"unreadCount": 2, "notifications": {"nodes": [{"id": last}, {"id": first}]}}
    assert [one["id"] for one in await inbox(employee, unread=False)] == [second]
    assert [one["id"] for one in await inbox(employee, unread=True)] == [last, first]
    before = await digest(database)
    await employee.do("markNotificationsRead", notificationIds=[second])
    await employee.do("markNotificationsRead")
    assert await digest(database) == before
    viewer = await employee.do("markNotificationsRead", answer, all=True)
    assert viewer == {"unreadCount": 0, "notifications": {"nodes": []}}
    before = await digest(database)
    await employee.do("markNotificationsRead", all=True)
    assert await digest(database) == before


async def test_nobody_reads_or_marks_what_another_one_is_told(api: Api, shop: Shop, database: Database) -> None:
    """AC4: not even an owner; what is named beside it is not marked either."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    await say(shop.owner, job, mentionIds=[employee.member_id])
    await say(employee, job, mentionIds=[shop.owner.member_id])
    [theirs], [own] = await inbox(employee), await inbox(shop.owner)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert await shop.owner.query(node, id=theirs["id"]) == {"node": None}
    assert await employee.query(node, id=theirs["id"]) == {"node": {"id": theirs["id"]}}
    before = await digest(database)
    for wrong in (theirs["id"], new_id("notification"), job, ""):
        refused = await shop.owner.code("markNotificationsRead", notificationIds=[own["id"], wrong])
        assert refused == ("NOT_FOUND", ["input", "notificationIds"])
    assert await digest(database) == before


async def test_what_is_about_a_job_that_one_sees_no_more_is_not_there(api: Api, shop: Shop, database: Database) -> None:
    """AC4: neither shown nor counted nor marked, until one sees the job again."""
    seen, lost, employee = await shop.job("Seen"), await hidden_job(shop), await colleague(api, shop)
    await shop.owner.do("updateJob", jobId=lost["id"], addAssigneeIds=[employee.member_id])
    for job in (seen, lost):
        await say(shop.owner, job["id"], mentionIds=[employee.member_id])
    [about_lost, about_seen, assigned] = [one["id"] for one in await inbox(employee)]
    await shop.owner.do("updateJob", jobId=lost["id"], removeAssigneeIds=[employee.member_id])
    assert [one["id"] for one in await inbox(employee)] == [about_seen]
    assert await employee.query("query ($id: ID!) { node(id: $id) { id } }", id=about_lost) == {"node": None}
    before = await digest(database)
    refused = await employee.code("markNotificationsRead", notificationIds=[about_lost])
    assert refused == ("NOT_FOUND", ["input", "notificationIds"])
    assert await digest(database) == before
    await employee.do("markNotificationsRead", all=True)
    await shop.owner.do("updateJob", jobId=lost["id"], addAssigneeIds=[employee.member_id])
    shown = {one["id"]: one["readAt"] is None for one in await inbox(employee)}
    assert assigned not in shown  # taken back: they were not assigned any more
    assert [shown.pop(one) for one in (about_seen, about_lost)] == [False, True]
    assert list(shown.values()) == [True]  # assigned once more


async def test_the_list_is_read_in_pages(api: Api, shop: Shop) -> None:
    """API2: newest first, a page after the other."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    for n in range(5):
        await say(shop.owner, job, f"Number {n}", mentionIds=[employee.member_id])
    document = """query ($after: String) { viewer { notifications(first: 2, after: $after) {
        nodes { text } pageInfo { hasNextPage endCursor } } } }"""
    texts, after, more = [], None, True
    while more:
        page = (await employee.query(document, after=after))["viewer"]["notifications"]
        texts += [one["text"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert texts == [f"Number {n}" for n in (4, 3, 2, 1, 0)]


async def test_many_are_told_of_many_jobs_in_a_constant_number_of_statements(
    api: Api, shop: Shop, database: Database
) -> None:
    """AC4: only active members who see a job are told of it, once, and not the one who does it."""
    one, two, gone = [await colleague(api, shop) for _ in range(3)]
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    jobs, hidden = [(await shop.job(f"Job {n}"))["id"] for n in range(4)], (await hidden_job(shop))["id"]
    everybody = [one.member_id, two.member_id, one.member_id, gone.member_id, shop.owner.member_id, new_id("member")]
    few = await tell(database, {jobs[0]: [one.member_id]})
    many = await tell(database, {**dict.fromkeys([*jobs, hidden], everybody), jobs[3]: [two.member_id]})
    assert many == few
    assert (await inbox(one))[-1]["job"]["id"] == jobs[0]
    assert sorted(found["job"]["id"] for found in await inbox(one)) == sorted([jobs[0], *jobs[:3]])
    assert sorted(found["job"]["id"] for found in await inbox(two)) == sorted(jobs)
    assert await inbox(shop.owner) == []
    assert {found["kind"] for found in await inbox(two)} == {"AUTOMATION"}
    assert await tell(database, {}) == await tell(database, {jobs[0]: []}) == 0


async def test_an_automation_also_tells_who_has_set_it_going(shop: Shop, database: Database) -> None:
    """AU5: it acts as the system; the one who moved the job has not done what it does."""
    job = (await shop.job())["id"]

    async def notify(work: Work, told: dict[str, list[str]]) -> None:
        with work.as_system(CauseKind.AUTOMATION):
            await notifications.notify(work, NotificationKind.AUTOMATION, told, {job: "It is here."}, {job: job})

    await perform(database, await owner_of(database), notify, {job: [shop.owner.member_id]})
    [found] = await inbox(shop.owner)
    assert (found["text"], found["subject"]) == ("It is here.", {"__typename": "Job", "id": job})
    assert found["cause"] == {"kind": "AUTOMATION", "actor": {"id": shop.owner.member_id}}


async def sights(shop: Shop, clients: Sequence[Client], jobs: Sequence[str]) -> dict[str, list[str]]:
    """Who of the members sees which job, by asking each of them."""
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    seen: dict[str, list[str]] = {job: [] for job in jobs}
    for client in clients:
        for node in (await client.query(document, ids=list(jobs)))["nodes"]:
            if node:
                seen[node["id"]].append(client.member_id)
    return seen


async def test_who_is_told_is_who_sees_the_job(api: Api, shop: Shop, database: Database) -> None:
    """AC2, AC3: for every way of seeing a job and of not seeing it, told and shown are the same."""
    elsewhere, _ = await pipeline(shop.owner, "One", "Two")
    other = await hidden_job(shop)
    account = (await shop.owner.query("query ($id: ID!) { job(id: $id) { account { id } } }", id=other["id"]))["job"]
    people: dict[str, Client] = {
        "admin": await api.member(shop.owner, role="ADMIN"),
        "nobody": await api.member(shop.owner),
        "unlisted": await api.member(shop.owner, accounts=[shop.account], rights=["VIEW_ALL_ACCOUNTS"]),
        "listed": await colleague(api, shop, []),
        "overseer": await colleague(api, shop, [], rights=["VIEW_ALL_ACCOUNTS"]),
        "insider": await colleague(api, shop),
        "outsider": await colleague(api, shop, [account["account"]["id"]]),
        "assigned": await colleague(api, shop, []),
        "tasked": await colleague(api, shop, []),
    }
    member = {name: client.member_id for name, client in people.items()}
    jobs = [
        other["id"],
        *[(await shop.job(f"Job {n}"))["id"] for n in range(2)],
        (await shop.job("Assigned", assigneeIds=[member["assigned"], member["nobody"]]))["id"],
        (await shop.job("Elsewhere", pipelineId=elsewhere, assigneeIds=[member["assigned"]]))["id"],
        (await hidden_job(shop, assigneeIds=[member["assigned"]]))["id"],
    ]
    await task(shop.owner, jobId=jobs[1], assigneeIds=[member["tasked"], member["nobody"]])
    await task(shop.owner, jobId=jobs[-1], assigneeIds=[member["tasked"]])
    clients = [shop.owner, *people.values()]
    everybody = [client.member_id for client in clients]

    async def look(work: Work, wanted: dict[str, list[str]]) -> dict[str, list[str]]:
        return await audience.seeing(work, wanted)

    found = await perform(database, await owner_of(database), look, dict.fromkeys(jobs, everybody))
    expected = await sights(shop, clients, jobs)
    assert found == expected
    assert len({tuple(some) for some in expected.values()}) == len(jobs)  # each is seen by others
