"""Comments: what members say to each other about a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.enums import CauseKind
from engine.firm.firms import owner_by_email
from engine.job import comments
from engine.work import Caller, Work, perform
from store.database import Database
from store.ids import new_id
from tests.rules.kit import digest, hidden_job, set_state
from tests.support.api import Api, Client, Json, Shop

COMMENT = "id text author { id } mentions { id } editedAt deletedAt version job { id }"
THREAD = f"""query ($id: ID!) {{ job(id: $id) {{ version history {{ totalCount }}
    comments {{ totalCount nodes {{ {COMMENT} }} }} }} }}"""


async def say(client: Client, job_id: str, text: str = "Called the client.", **given: Any) -> str:
    """A new comment; answers its id."""
    made = await client.do("createComment", "comment { id }", jobId=job_id, text=text, **given)
    return str(made["id"])


async def thread(client: Client, job_id: str) -> list[Json]:
    """The comments on a job as the client sees them."""
    found: list[Json] = (await client.query(THREAD, id=job_id))["job"]["comments"]["nodes"]
    return found


async def colleague(api: Api, shop: Shop, accounts: Sequence[str] | None = None, **given: Any) -> Client:
    """An employee who sees the shop's pipeline, and the jobs of its account unless others are named."""
    member = await api.member(shop.owner, accounts=[shop.account] if accounts is None else accounts, **given)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    return member


async def test_comments_stand_in_the_order_in_which_they_were_made(api: Api, shop: Shop) -> None:
    """JB3: with author and mentions; a comment counts neither as a version nor as history (MV4)."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    before = (await shop.owner.query(THREAD, id=job))["job"]
    first = await say(shop.owner, job, "  One\r\ntwo\n", mentionIds=[employee.member_id, shop.owner.member_id] * 2)
    second = await say(employee, job, "Three")
    after = (await employee.query(THREAD, id=job))["job"]
    shown = {"editedAt": None, "deletedAt": None, "version": 1, "job": {"id": job}}
    people = sorted([employee.member_id, shop.owner.member_id])
    [one, two] = after["comments"]["nodes"]
    assert sorted(member["id"] for member in one.pop("mentions")) == people
    assert one == {"id": first, "text": "One\ntwo", "author": {"id": shop.owner.member_id}, **shown}
    assert two == {"id": second, "text": "Three", "author": {"id": employee.member_id}, "mentions": [], **shown}
    assert after["comments"]["totalCount"] == 2
    assert (after["version"], after["history"]) == (before["version"], before["history"])


async def test_the_last_ones_of_a_long_thread_are_asked_for_from_its_end(shop: Shop) -> None:
    """JB3, API2: oldest first, and a client that shows the newest asks for the last."""
    job = (await shop.job())["id"]
    made = [await say(shop.owner, job, f"Number {n}") for n in range(5)]
    document = """query ($id: ID!, $before: String) { job(id: $id) {
        comments(last: 2, before: $before) { nodes { id } pageInfo { startCursor hasPreviousPage } } } }"""
    page = (await shop.owner.query(document, id=job))["job"]["comments"]
    assert [one["id"] for one in page["nodes"]] == made[3:]
    assert page["pageInfo"]["hasPreviousPage"]
    page = (await shop.owner.query(document, id=job, before=page["pageInfo"]["startCursor"]))["job"]["comments"]
    assert [one["id"] for one in page["nodes"]] == made[1:3]


async def test_who_does_not_see_the_job_reads_writes_and_changes_nothing(
    api: Api, shop: Shop, database: Database
) -> None:
    """JB3, AC4: whoever sees the job sees its comments, and nobody else."""
    employee, job = await colleague(api, shop), (await hidden_job(shop))["id"]
    comment = await say(shop.owner, job)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    before = await digest(database)
    assert await employee.query(node, id=comment) == {"node": None}
    calls: list[tuple[str, Json, str]] = [
        ("createComment", {"jobId": job, "text": "Me too"}, "jobId"),
        ("updateComment", {"commentId": comment, "text": "Mine"}, "commentId"),
        ("deleteComment", {"commentId": comment}, "commentId"),
    ]
    for mutation, given, field in calls:
        assert await employee.code(mutation, **given) == ("NOT_FOUND", ["input", field])
    assert await digest(database) == before
    assert await shop.owner.query(node, id=comment) == {"node": {"id": comment}}


async def test_only_an_active_member_who_sees_the_job_is_mentioned(api: Api, shop: Shop, database: Database) -> None:
    """JB3: who could not read it, has left, or never was, is refused; when it is made, and when it is edited."""
    job, stranger, gone = (await shop.job())["id"], await colleague(api, shop, []), await colleague(api, shop)
    comment = await say(shop.owner, job)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    people = {stranger.member_id: "CANNOT_SEE", gone.member_id: "DEACTIVATED", new_id("member"): "NOT_FOUND"}
    before = await digest(database)
    for member, code in people.items():
        mentions = [shop.owner.member_id, member]
        refused = (code, ["input", "mentionIds"])
        assert await shop.owner.code("createComment", jobId=job, text="Look", mentionIds=mentions) == refused
        assert await shop.owner.code("updateComment", commentId=comment, mentionIds=mentions) == refused
    assert await digest(database) == before
    await shop.owner.do("updateJob", jobId=job, addAssigneeIds=[stranger.member_id])
    await say(shop.owner, job, mentionIds=[stranger.member_id])


async def test_an_empty_comment_is_refused(shop: Shop, database: Database) -> None:
    """API1: something has to be said."""
    job = (await shop.job())["id"]
    comment = await say(shop.owner, job)
    before = await digest(database)
    for text in ("", " \n\t "):
        assert await shop.owner.code("createComment", jobId=job, text=text) == ("REQUIRED", ["input", "text"])
        assert await shop.owner.code("updateComment", commentId=comment, text=text) == ("REQUIRED", ["input", "text"])
    assert await digest(database) == before


async def test_its_author_edits_a_comment(api: Api, shop: Shop, database: Database) -> None:
    """JB3: what an edit leaves out stays, null mentions nobody, and an edit that changes nothing is none."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    me = [shop.owner.member_id]
    comment = await say(employee, job, "Calld.", mentionIds=me)
    edited = await employee.do("updateComment", f"comment {{ {COMMENT} }}", commentId=comment, text="Called.")
    assert (edited["text"], edited["mentions"], edited["version"]) == ("Called.", [{"id": me[0]}], 2)
    assert edited["editedAt"] is not None
    before = await digest(database)
    await employee.do("updateComment", commentId=comment, text=" Called. ", mentionIds=me)
    await employee.do("updateComment", commentId=comment)
    assert await digest(database) == before
    edited = await employee.do("updateComment", f"comment {{ {COMMENT} }}", commentId=comment, mentionIds=None)
    assert (edited["text"], edited["mentions"], edited["version"]) == ("Called.", [], 3)


async def test_a_mention_stays_when_who_is_mentioned_has_left(api: Api, shop: Shop) -> None:
    """JB3: an edit checks whom it adds; who was mentioned before stays so."""
    job, employee = (await shop.job())["id"], await colleague(api, shop)
    comment = await say(shop.owner, job, mentionIds=[employee.member_id])
    await shop.owner.do("deactivateMember", memberId=employee.member_id)
    given = {"commentId": comment, "text": "Edited", "mentionIds": [employee.member_id]}
    edited = await shop.owner.do("updateComment", "comment { mentions { id } }", **given)
    assert edited == {"mentions": [{"id": employee.member_id}]}


async def test_nobody_edits_what_others_said(api: Api, shop: Shop, database: Database) -> None:
    """JB3: not even an owner; and of the others only an owner or admin deletes it."""
    job, author, other = (await shop.job())["id"], await colleague(api, shop), await colleague(api, shop)
    comment = await say(author, job)
    before = await digest(database)
    for client in (shop.owner, other):
        refused = await client.code("updateComment", commentId=comment, text="Not I")
        assert refused == ("FORBIDDEN", ["input", "commentId"])
    assert await other.code("deleteComment", commentId=comment) == ("FORBIDDEN", ["input", "commentId"])
    assert await digest(database) == before


async def test_a_deleted_comment_keeps_its_place_without_its_words(api: Api, shop: Shop, database: Database) -> None:
    """JB3: deleted by its author, an owner or an admin; the words are gone from the database, too."""
    job, author = (await shop.job())["id"], await colleague(api, shop)
    admin = await api.member(shop.owner, role="ADMIN")
    made = [await say(author, job, f"Secret {n}", mentionIds=[shop.owner.member_id]) for n in range(3)]
    for client, comment in zip((author, shop.owner, admin), made, strict=True):
        gone = await client.do("deleteComment", "comment { id text deletedAt }", commentId=comment)
        assert (gone["id"], gone["text"]) == (comment, None)
        assert gone["deletedAt"] is not None
    found = await thread(author, job)
    assert [(one["id"], one["text"], one["mentions"]) for one in found] == [(comment, None, []) for comment in made]
    kept = "SELECT count(*) FROM comments WHERE text LIKE '%Secret%'"
    assert await database.value(kept) == 0
    assert await database.value("SELECT count(*) FROM notifications") == 0
    before = await digest(database)
    await author.do("deleteComment", commentId=made[0])
    assert await author.code("updateComment", commentId=made[0], text="Again") == ("INVALID", ["input", "commentId"])
    assert await digest(database) == before


async def test_an_archived_job_can_be_commented_on(shop: Shop) -> None:
    """ST1: comments are made, edited and deleted while everything else is read-only."""
    job = (await shop.job())["id"]
    await set_state(shop.owner, job, "ARCHIVED")
    comment = await say(shop.owner, job)
    await shop.owner.do("updateComment", commentId=comment, text="Edited")
    await shop.owner.do("deleteComment", commentId=comment)
    assert [one["text"] for one in await thread(shop.owner, job)] == [None]


async def automation(database: Database) -> Caller:
    """An automation that the first firm's owner has set going."""
    owner = await owner_by_email(database, "owner1@firm.test")
    assert owner is not None
    return Caller(owner, CauseKind.MEMBER)


async def test_an_automation_comments_on_many_jobs_in_a_constant_number_of_statements(
    api: Api, shop: Shop, database: Database
) -> None:
    """JB3, AC4: it has no author; it mentions who sees the job, and leaves the others out."""
    employee, gone = await colleague(api, shop), await colleague(api, shop)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    jobs = [(await shop.job(f"Job {n}"))["id"] for n in range(4)]
    hidden = (await hidden_job(shop))["id"]
    mentions = [employee.member_id, shop.owner.member_id, gone.member_id, new_id("member")]
    counts, made = [], dict[str, str]()

    async def comment(work: Work, ids: Sequence[str]) -> dict[str, str]:
        statements: list[str] = []
        with work.as_system(CauseKind.AUTOMATION):
            work.db.on_statement = statements.append
            found = await comments.add(work, {job: f"About {job}" for job in ids}, mentions)
        counts.append(len(statements))
        return found

    for ids in ([*jobs, hidden], jobs[:1]):
        made = await perform(database, await automation(database), comment, ids) | made
    assert len(set(counts)) == 1
    [one, _] = await thread(shop.owner, jobs[0])
    assert (one["id"], one["text"], one["author"]) == (made[jobs[0]], f"About {jobs[0]}", None)
    assert {member["id"] for member in one["mentions"]} == {employee.member_id, shop.owner.member_id}
    [other] = await thread(shop.owner, hidden)
    assert other["mentions"] == [{"id": shop.owner.member_id}]
    unread = "{ viewer { unreadCount } }"
    assert (await employee.query(unread))["viewer"] == {"unreadCount": 5}
    assert (await shop.owner.query(unread))["viewer"] == {"unreadCount": 6}
    assert await shop.owner.code("updateComment", commentId=one["id"], text="Mine") == (
        "FORBIDDEN",
        ["input", "commentId"],
    )
    await shop.owner.do("deleteComment", commentId=one["id"])
