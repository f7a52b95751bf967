"""Being told by e-mail as well, by each member's own preference."""

from __future__ import annotations

from engine.enums import NotificationKind
from engine.mail.letters import Letter
from engine.mail.notices import SUBJECTS
from store.database import Database
from tests.rules.kit import digest, move, task
from tests.rules.test_assigned import assign
from tests.rules.test_comments import colleague, say
from tests.rules.test_notifications import inbox
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import accept
from tests.support.statements import counting

ALL = [kind.name for kind in NotificationKind]
PREFERENCES = "viewer { notificationPreferences { email } }"
EMAILS = "{ emails { nodes { id state subject member { id } job { id } run { id } account { id } } } }"


async def prefer(client: Client, *add: str, remove: tuple[str, ...] = ()) -> list[str]:
    """Changes a member's preferences; answers of what they are told by e-mail now."""
    given = {"addEmail": list(add), "removeEmail": list(remove)}
    viewer = await client.do("updateNotificationPreferences", PREFERENCES, **given)
    kinds: list[str] = viewer["notificationPreferences"]["email"]
    return kinds


async def emails(client: Client) -> list[Json]:
    """The e-mails that a member sees."""
    found: list[Json] = (await client.query(EMAILS))["emails"]["nodes"]
    return found


def told(letter: Letter) -> tuple[str, str, str]:
    """To whom, about what, and the first line."""
    return letter.to_address, letter.subject, letter.text.splitlines()[0]


async def address(client: Client) -> str:
    """The address of a member's login."""
    return str((await client.query("{ viewer { user { email } } }"))["viewer"]["user"]["email"])


async def test_nobody_gets_e_mails_who_has_not_asked_for_them(api: Api, shop: Shop, database: Database) -> None:
    """LV5: at first none; what one member wants is no other's affair."""
    employee, other = [await colleague(api, shop) for _ in range(2)]
    document = f"{{ {PREFERENCES} }}"
    assert await employee.query(document) == {"viewer": {"notificationPreferences": {"email": []}}}
    await prefer(other, *ALL)
    assert await employee.query(document) == {"viewer": {"notificationPreferences": {"email": []}}}
    await say(shop.owner, (await shop.job(assigneeIds=[employee.member_id]))["id"], mentionIds=[employee.member_id])
    assert len(await inbox(employee)) == 2
    assert await accept(database) == []


async def test_preferences_are_added_and_removed(api: Api, shop: Shop, database: Database) -> None:
    """API1: each change says what it changes; what is given and taken at once is not given. It is no event."""
    before = await database.value("SELECT count(*) FROM events")
    assert await prefer(shop.owner, "MENTIONED", "ASSIGNED", "MENTIONED") == ["ASSIGNED", "MENTIONED"]
    assert await prefer(shop.owner, "STAGE_OVERDUE", remove=("MENTIONED",)) == ["ASSIGNED", "STAGE_OVERDUE"]
    assert await prefer(shop.owner, "MENTIONED", remove=("MENTIONED",)) == ["ASSIGNED", "STAGE_OVERDUE"]
    assert await prefer(shop.owner) == ["ASSIGNED", "STAGE_OVERDUE"]
    payload = await shop.owner.payload("updateNotificationPreferences", addEmail=None, removeEmail=None)
    assert payload["errors"] == []
    assert await prefer(shop.owner, remove=tuple(ALL)) == []
    assert await prefer(shop.owner, *ALL) == sorted(ALL)
    assert await database.value("SELECT count(*) FROM events") == before


async def test_both_mutations_answer_oneself(shop: Shop) -> None:
    """API1: as the query of the viewer does."""
    selection = "viewer { user { email } member { id } contact { id } rights unreadCount }"
    viewer = (await shop.owner.query(f"{{ {selection} }}"))["viewer"]
    assert await shop.owner.do("updateNotificationPreferences", selection) == viewer
    assert await shop.owner.do("markNotificationsRead", selection, all=True) == viewer


async def test_too_many_at_once_change_nothing(shop: Shop, database: Database) -> None:
    """API1: the error names the field."""
    before = await digest(database)
    for name in ("addEmail", "removeEmail"):
        refused = await shop.owner.code("updateNotificationPreferences", **{name: ["ASSIGNED"] * 201})
        assert refused == ("TOO_MANY", ["input", name])
    assert await digest(database) == before


async def test_the_e_mail_says_what_has_happened_and_where(api: Api, shop: Shop, database: Database) -> None:
    """LV5: one for each notification, to the member's own address, with the transaction that tells it."""
    employee, other = [await colleague(api, shop) for _ in range(2)]
    await prefer(employee, "ASSIGNED")
    people = [employee.member_id, other.member_id]
    job = (await shop.job("Tax return", assigneeIds=people))["id"]
    await say(shop.owner, job, mentionIds=people)
    [letter] = await accept(database)
    assert (letter.to_address, letter.subject) == (await address(employee), "You are assigned: Tax return")
    assert letter.text == (
        "You are assigned to Tax return.\n\n"
        "Job: Tax return\nClient: Acme\nPipeline: Tax\nStage: First\n\n"
        "You get this e-mail because your notification preferences say so."
    )
    assert letter.html is None
    assert await accept(database) == []
    assert {one["state"] for one in await emails(employee)} == {"SENT"}


async def test_of_a_task_without_a_job_it_says_no_more_than_the_task(api: Api, shop: Shop, database: Database) -> None:
    """AC4: nor of one whose job they do not see."""
    stranger = await api.member(shop.owner)
    await prefer(stranger, "ASSIGNED")
    await task(shop.owner, "Plan", assigneeIds=[stranger.member_id])
    await task(shop.owner, "Call", jobId=(await shop.job("Secret"))["id"], assigneeIds=[stranger.member_id])
    [call, plan] = sorted(await accept(database), key=lambda letter: letter.text)  # they are sent at the same time
    assert told(plan)[1:] == ("You are assigned", "You are assigned to the task Plan.")
    assert told(call)[1:] == ("You are assigned", "You are assigned to the task Call.")
    assert "Secret" not in call.text


async def test_every_kind_can_be_told_by_e_mail(api: Api, shop: Shop, database: Database) -> None:
    """LV5: each has words for its subject."""
    assert SUBJECTS.keys() == set(NotificationKind)
    employee = await colleague(api, shop)
    await prefer(employee, *ALL)
    stage, me = shop.stages[1], employee.member_id
    failing: Json = {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}}
    for config in ({"notifyMembers": {"text": "It is here", "memberIds": [me]}}, failing):
        await shop.owner.do("createAutomation", stageId=stage, config=config)
    job = (await shop.job("J", startDate="2999-01-01", assigneeIds=[me]))["id"]
    await say(shop.owner, job, "Look", mentionIds=[me])
    await move(shop.owner, job, stage)
    subjects = sorted(letter.subject for letter in await accept(database))
    assert subjects == [
        "A job was moved: J",  # who is mentioned follows it
        "An automation has failed: J",
        "For your attention: J",
        "You are assigned: J",
        "You are mentioned: J",
    ]


async def test_held_client_mail_does_not_hold_back_the_firms_own(api: Api, shop: Shop, database: Database) -> None:
    """AU9: a firm that is not live tells its members all the same."""
    employee = await colleague(api, shop)
    await prefer(employee, "ASSIGNED")
    assert (await shop.owner.query("{ firm { holdsClientMail } }"))["firm"] == {"holdsClientMail": True}
    await shop.job(assigneeIds=[employee.member_id])
    assert len(await accept(database)) == 1


async def test_it_is_for_nobody_elses_eyes(api: Api, shop: Shop, database: Database) -> None:
    """AC4: not even an owner sees what another is told, nor tries it again; it belongs to no job and no turn."""
    employee, other = await colleague(api, shop), await api.member(shop.owner, role="ADMIN")
    await prefer(employee, "ASSIGNED")
    await shop.job(assigneeIds=[employee.member_id])
    [mine] = await emails(employee)
    nothing = {"job": None, "run": None, "account": None}
    assert {name: mine[name] for name in nothing} == nothing
    await database.rows("UPDATE emails SET state = 'FAILED'")
    await database.rows("DELETE FROM due")
    before = await digest(database)
    for one in (shop.owner, other):
        assert await emails(one) == []
        assert await one.query("query ($id: ID!) { node(id: $id) { id } }", id=mine["id"]) == {"node": None}
        assert await one.code("retryEmail", emailId=mine["id"]) == ("NOT_FOUND", ["input", "emailId"])
    assert await digest(database) == before
    await employee.do("retryEmail", emailId=mine["id"])
    assert len(await accept(database)) == 1


async def test_what_is_taken_back_before_it_is_sent_is_not_sent(api: Api, shop: Shop, database: Database) -> None:
    """LV5: who is unassigned, or not mentioned any more, meanwhile; other e-mails go out."""
    employee = await colleague(api, shop)
    await prefer(employee, *ALL)
    job, kept = [(await shop.job(name, assigneeIds=[employee.member_id]))["id"] for name in ("Gone", "Kept")]
    comment = await say(shop.owner, kept, mentionIds=[employee.member_id])
    await assign(shop.owner, job, remove=[employee])
    await shop.owner.do("deleteComment", commentId=comment)
    assert [letter.subject for letter in await accept(database)] == ["You are assigned: Kept"]
    states = sorted(one["state"] for one in await emails(employee))
    assert states == ["DISCARDED", "DISCARDED", "SENT"]
    assert await database.value("SELECT count(*) FROM due") == 0


async def test_what_has_been_sent_stays_sent(api: Api, shop: Shop, database: Database) -> None:
    """AU1: the notification goes, the e-mail has gone."""
    employee = await colleague(api, shop)
    await prefer(employee, "ASSIGNED")
    job = (await shop.job(assigneeIds=[employee.member_id]))["id"]
    assert len(await accept(database)) == 1
    await assign(shop.owner, job, remove=[employee])
    assert (await inbox(employee), [one["state"] for one in await emails(employee)]) == ([], ["SENT"])


async def test_a_deactivated_member_gets_no_e_mail_any_more(api: Api, shop: Shop, database: Database) -> None:
    """AC1: neither what waits to be sent, nor of what happens then; preferences are kept."""
    employee = await colleague(api, shop)
    await prefer(employee, "ASSIGNED", "MENTIONED")
    job = (await shop.job(assigneeIds=[employee.member_id]))["id"]
    await shop.owner.do("deactivateMember", memberId=employee.member_id)
    assert await accept(database) == []
    assert await database.value("SELECT state FROM emails") == "DISCARDED"
    await shop.owner.do("reactivateMember", memberId=employee.member_id)
    back = await api.log_in("member1@firm.test")
    assert (await back.query(f"{{ {PREFERENCES} }}"))["viewer"]["notificationPreferences"]["email"] == [
        "ASSIGNED",
        "MENTIONED",
    ]
    await say(shop.owner, job, mentionIds=[employee.member_id])
    assert len(await accept(database)) == 1


async def test_who_has_lost_sight_before_it_leaves_gets_no_e_mail(api: Api, shop: Shop, database: Database) -> None:
    """AC4: it has waited for a mail server meanwhile; whoever still sees the job is told."""
    leaving, staying = [await colleague(api, shop) for _ in range(2)]
    for one in (leaving, staying):
        await prefer(one, "MENTIONED")
    people = [leaving.member_id, staying.member_id]
    await say(shop.owner, (await shop.job())["id"], mentionIds=people)
    await shop.owner.do("updateMemberAccess", memberId=leaving.member_id, removeAccountIds=[shop.account])
    assert [letter.to_address for letter in await accept(database)] == [await address(staying)]
    rows = await database.rows("SELECT member_id, state, error FROM emails ORDER BY state")
    why = "This member does not see any more what it tells of."
    assert [tuple(row) for row in rows] == [(leaving.member_id, "FAILED", why), (staying.member_id, "SENT", None)]


async def test_many_get_their_e_mails_in_a_constant_number_of_statements(
    api: Api, shop: Shop, database: Database
) -> None:
    """MV10: however many are told."""
    people = [await colleague(api, shop) for _ in range(4)]
    for one in people:
        await prefer(one, "MENTIONED")
    counts = []
    for some in (people[:1], people):
        job = (await shop.job())["id"]
        with counting(database) as statements:
            await say(shop.owner, job, mentionIds=[one.member_id for one in some])
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert len(await accept(database)) == 5


async def test_they_do_not_keep_a_move_from_being_undone(api: Api, shop: Shop, database: Database) -> None:
    """MV7: nothing has left the firm."""
    employee = await colleague(api, shop)
    await prefer(employee, *ALL)
    config = {"updateAssignees": {"addMemberIds": [employee.member_id]}}
    await shop.owner.do("createAutomation", stageId=shop.stages[1], config=config)
    job = (await shop.job())["id"]
    await move(shop.owner, job, shop.stages[1])
    assert len(await accept(database)) == 1
    await shop.owner.do("undoMove", jobId=job, expect={"stageId": shop.stages[1]})
