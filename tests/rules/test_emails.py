"""E-mails: made with the move, sent after it, never lost, held back while the firm is not live (AU1, AU8, AU9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from engine.due import TRIES
from engine.mail import outbox
from engine.mail.letters import Letter
from store.database import Database
from tests.rules.kit import digest, move
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.desk import Desk
from tests.support.mail import post_office
from tests.support.statements import counting

HOUR = timedelta(hours=1)


@pytest.fixture
async def shop(api: Api) -> Shop:
    """A firm with a pipeline of three stages and an account, and its owner."""
    return await open_shop(api)


@pytest.fixture
async def desk(shop: Shop, database: Database) -> AsyncIterator[Desk]:
    """A shop that writes to all contacts of the client."""
    async with post_office() as office:
        desk = Desk(shop, office, database)
        await desk.open()
        yield desk


async def employee(api: Api, desk: Desk, **given: object) -> Client:
    """Somebody who sees the pipeline, and the client's account unless others are named."""
    accounts = given.pop("accounts", [desk.shop.account])
    member = await api.member(desk.owner, accounts=accounts, **given)  # type: ignore[arg-type]
    await desk.owner.do("updatePipeline", pipelineId=desk.shop.pipeline, addAvailableToIds=[member.member_id])
    return member


async def test_every_contact_gets_an_e_mail_of_their_own(desk: Desk) -> None:
    """AU7, AU8: shortcodes stand for that contact, this job and its account, escaped in HTML; then the run is done."""
    ann = await desk.contact("Ann Smith", "ann@client.test")
    bob = await desk.contact("Ölaf, Bob", "bob@client.test")
    await desk.contact("Unreachable", None)
    await desk.owner.do("updateAccount", accountId=desk.shop.account, name="Fish & <Chips>")
    job = await desk.move(name="Tax 2025")
    made = {email["contact"]["id"]: email for email in await desk.emails()}
    assert {email["state"] for email in made.values()} == {"QUEUED"}
    assert await desk.run(job) == {
        "id": made[ann]["run"]["id"],
        "state": "QUEUED",
        "reason": None,
        "attempts": 1,
        "made": [{"id": made[ann]["id"]}, {"id": made[bob]["id"]}],
    }
    assert desk.office.received == [], "nothing leaves before the transaction is through"
    await desk.work()
    sent = {received.envelope_to[0]: received for received in desk.office.received}
    assert sorted(sent) == ["ann@client.test", "bob@client.test"]
    assert str(sent["bob@client.test"].message["Subject"]) == "Tax 2025 for Fish & <Chips>"
    assert sent["bob@client.test"].part("plain") == "Dear Bob, we have begun Tax 2025 for Fish & <Chips>."
    assert sent["ann@client.test"].part("html") == (
        "<p>Dear Ann, we have begun <b>Tax 2025</b> for Fish &amp; &lt;Chips&gt;.</p>"
    )
    assert sorted(desk.office.ids) == sorted(email["messageId"] for email in made.values())
    assert {(email["state"], email["error"], email["attempts"]) for email in await desk.emails()} == {("SENT", None, 1)}
    assert all(email["sentAt"] for email in await desk.emails())
    assert (await desk.run(job))["state"] == "DONE"


async def test_an_e_mail_says_what_was_true_when_it_was_made(desk: Desk) -> None:
    """AU8: once, when the job entered; template, account and job may change before it goes out."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move(name="Before")
    await desk.owner.do("updateJob", jobId=job, name="After")
    await desk.owner.do("updateEmailTemplate", templateId=desk.template, subject="After")
    await desk.owner.do("updateAccount", accountId=desk.shop.account, name="After")
    await desk.work()
    assert [str(received.message["Subject"]) for received in desk.office.received] == ["Before for Acme"]


async def test_the_firm_says_from_whom_its_e_mails_come(desk: Desk) -> None:
    """Its name and the installation's address, unless it has its own; the Message-ID has the domain of its address."""
    await desk.contact("Ann", "ann@client.test")
    await desk.move()
    given = {"senderName": "Ada Berg", "senderAddress": "ada@kontor.test", "replyTo": "office@kontor.test"}
    await desk.owner.do("updateFirm", **given)
    await desk.move()
    own, plain = await desk.emails()
    assert (plain["fromName"], plain["fromAddress"], plain["replyTo"]) == ("Kontor", None, None)
    assert plain["messageId"] == f"<{plain['id']}@stageline.invalid>"
    assert (own["fromName"], own["fromAddress"], own["replyTo"]) == tuple(given.values())
    assert own["messageId"] == f"<{own['id']}@kontor.test>"
    await desk.work()
    headers = {str(received.message["From"]): received.message["Reply-To"] for received in desk.office.received}
    assert headers == {"Kontor <mail@stageline.test>": None, "Ada Berg <ada@kontor.test>": "office@kontor.test"}


async def test_members_are_written_to_by_name_and_by_role_and_nobody_twice(desk: Desk, api: Api) -> None:
    """AU7: an address gets one e-mail, however it is meant; who was deactivated gets none."""
    one, two, gone = [await employee(api, desk) for _ in range(3)]
    role = (await desk.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    holders = [{"accountRoleId": role, "memberId": member.member_id} for member in (one, two, gone)]
    await desk.owner.do("updateAccount", accountId=desk.shop.account, addRoles=holders)
    await desk.owner.do("deactivateMember", memberId=gone.member_id)
    await desk.contact("Ann", "ann@client.test")
    await desk.contact("Ann again", "ANN@client.test")
    await desk.contact("The same as a member", "member1@firm.test")
    await desk.writes(memberIds=[one.member_id], roleIds=[role])
    await desk.move()
    wanted = ["ann@client.test", "member1@firm.test", "member2@firm.test"]
    assert sorted(email["toAddress"] for email in await desk.emails()) == wanted
    await desk.writes(toContacts=False, roleIds=[role])
    job = await desk.move()
    assert sorted(email["toAddress"] for email in await desk.emails(jobIds=[job])) == wanted[1:]
    assert {email["member"]["id"] for email in await desk.emails(jobIds=[job])} == {one.member_id, two.member_id}


async def test_a_client_who_cannot_be_reached_makes_a_failed_run_that_says_so(desk: Desk) -> None:
    """AU9: and once there is an address, a retry writes to it."""
    contact = await desk.contact("Ann", None)
    await desk.writes(memberIds=[desk.owner.member_id])
    job = await desk.move()
    run = await desk.run(job)
    assert (run["state"], run["made"]) == ("FAILED", [])
    assert run["reason"] == "The account has no contact with an e-mail address: give it one, then retry."
    assert await desk.emails() == []
    await desk.owner.do("updateContact", contactId=contact, email="ann@client.test")
    await desk.owner.do("retryRun", runId=run["id"])
    await desk.work()
    assert sorted(address for mail in desk.office.received for address in mail.envelope_to) == [
        "ann@client.test",
        "owner1@firm.test",
    ]
    assert (await desk.run(job))["state"] == "DONE"


async def test_roles_that_nobody_holds_make_a_failed_run_that_says_so(desk: Desk) -> None:
    """AU9, for members."""
    role = (await desk.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    await desk.writes(toContacts=False, roleIds=[role])
    run = await desk.run(await desk.move())
    assert run["state"] == "FAILED"
    assert run["reason"] == "No active member is meant: put somebody into the account's roles, then retry."


async def test_who_writes_e_mails_needs_the_right_and_somebody_to_write_to(
    desk: Desk, api: Api, database: Database
) -> None:
    """AU5: MANAGE_TEMPLATES beside MANAGE_PIPELINES."""
    editor = await employee(api, desk, rights=["MANAGE_PIPELINES"])
    before = await digest(database)
    config: Json = {"sendEmail": {"templateId": desk.template}}
    given = {"stageId": desk.shop.stages[2], "config": config}
    [error] = await editor.refused("createAutomation", **given)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TEMPLATES")
    config["sendEmail"]["toContacts"] = False
    path = ["input", "config", "sendEmail", "toContacts"]
    assert await desk.owner.code("createAutomation", **given) == ("REQUIRED", path)
    assert await digest(database) == before


async def test_a_firm_that_is_not_live_holds_its_clients_mail(desk: Desk) -> None:
    """AU9: made and listed, to be released or discarded; going live sends none of it by itself."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await desk.contact("Ann", "ann@client.test")
    jobs = [await desk.move() for _ in range(3)]
    await desk.work()
    assert desk.office.connections == 0
    assert [email["state"] for email in await desk.emails(states=["HELD"])] == ["HELD"] * 3
    assert [(await desk.run(job))["state"] for job in jobs] == ["HELD"] * 3
    await desk.owner.do("updateFirm", holdsClientMail=False)
    await desk.work()
    assert desk.office.connections == 0
    first, second, third = reversed(await desk.emails())
    selection = "emails { id state run { state } } remaining"
    released = await desk.owner.payload("releaseEmails", selection, emailIds=[first["id"], second["id"]])
    shown = [{"id": email["id"], "state": "QUEUED", "run": {"state": "QUEUED"}} for email in (first, second)]
    assert (released["emails"], released["remaining"], released["errors"]) == (shown, 1, [])
    discarded = await desk.owner.payload("discardEmails", selection, all=True)
    shown = [{"id": third["id"], "state": "DISCARDED", "run": {"state": "CANCELLED"}}]
    assert (discarded["emails"], discarded["remaining"]) == (shown, 0)
    await desk.work()
    assert sorted(desk.office.ids) == sorted([first["messageId"], second["messageId"]])
    assert [(await desk.run(job))["state"] for job in jobs] == ["DONE", "DONE", "CANCELLED"]


async def test_what_is_not_held_any_more_is_left_alone(desk: Desk) -> None:
    """AU9: two who release the same send it once, and what was sent is neither sent again nor discarded."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await desk.contact("Ann", "ann@client.test")
    await desk.move()
    email = await desk.email()
    for _ in range(2):
        await desk.owner.do("releaseEmails", "emails { id }", emailIds=[email["id"]])
    await desk.work()
    assert await desk.owner.do("discardEmails", "emails { id }", emailIds=[email["id"]]) == []
    assert (await desk.email())["state"] == "SENT"
    assert desk.office.ids == [email["messageId"]]


async def test_all_means_the_oldest_that_can_be_dealt_with_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """AU9: the answer says how many remain, to be asked for again."""
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await desk.contact("Ann", "ann@client.test")
    jobs = [await desk.move() for _ in range(3)]
    first = await desk.owner.payload("releaseEmails", "emails { job { id } } remaining", all=True)
    assert ([email["job"]["id"] for email in first["emails"]], first["remaining"]) == (jobs[:2], 1)
    second = await desk.owner.payload("releaseEmails", "emails { job { id } } remaining", all=True)
    assert ([email["job"]["id"] for email in second["emails"]], second["remaining"]) == (jobs[2:], 0)
    too_many = ("TOO_MANY", ["input", "emailIds"])
    assert await desk.owner.code("releaseEmails", emailIds=[email["id"] for email in await desk.emails()]) == too_many


async def test_pausing_holds_back_what_still_waits(desk: Desk) -> None:
    """AU9: what has not left yet is held; what goes to members is not the clients' mail."""
    await desk.contact("Ann", "ann@client.test")
    await desk.writes(memberIds=[desk.owner.member_id])
    job = await desk.move()
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await desk.work()
    assert [received.envelope_to for received in desk.office.received] == [["owner1@firm.test"]]
    states = {email["toAddress"]: email["state"] for email in await desk.emails()}
    assert states == {"ann@client.test": "HELD", "owner1@firm.test": "SENT"}
    assert (await desk.run(job))["state"] == "HELD"


async def test_an_answer_for_now_is_tried_again_later(desk: Desk) -> None:
    """AU1: with growing pauses, and meanwhile the e-mail says why it waits."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move()
    desk.office.answers["RCPT"] = "450 4.2.1 Try again later"
    await desk.work()
    email = await desk.email()
    assert (email["state"], email["attempts"]) == ("QUEUED", 1)
    assert email["error"] == "The mail server answered 450 4.2.1 Try again later."
    assert email["nextAttemptAt"] is not None
    assert (await desk.run(job))["state"] == "QUEUED"
    desk.office.answers.clear()
    desk.ahead = HOUR
    await desk.work()
    email = await desk.email()
    assert (email["state"], email["attempts"], email["error"], email["nextAttemptAt"]) == ("SENT", 2, None, None)
    assert (await desk.run(job))["state"] == "DONE"


async def test_what_is_never_answered_well_is_given_up_in_the_end(desk: Desk) -> None:
    """AU1, AU2: a bounded number of tries; then it stands as failed, with the last error."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move()
    desk.office.answers["DATA"] = "451 4.3.0 Out of space"
    for _ in range(TRIES + 1):
        await desk.work()
        desk.ahead += 24 * HOUR
    email = await desk.email()
    assert (email["state"], email["attempts"]) == ("FAILED", TRIES)
    assert desk.office.connections == TRIES
    reason = "An e-mail could not be sent: The mail server answered 451 4.3.0 Out of space."
    assert (await desk.run(job))["reason"] == reason


async def test_an_answer_for_good_fails_the_run_until_somebody_tries_again(desk: Desk) -> None:
    """AU2: with the server's own words; a retry keeps the Message-ID, and ends the run when it succeeds."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move()
    desk.office.answers["RCPT"] = "550 5.1.1 No such user"
    await desk.work()
    email = await desk.email()
    assert (email["state"], email["attempts"], email["sentAt"]) == ("FAILED", 1, None)
    assert email["error"] == "The mail server answered 550 5.1.1 No such user."
    run = await desk.run(job)
    assert (run["state"], run["reason"]) == ("FAILED", f"An e-mail could not be sent: {email['error']}")
    desk.office.answers.clear()
    shown = await desk.owner.do("retryEmail", "email { state error run { state reason } }", emailId=email["id"])
    assert shown == {"state": "QUEUED", "error": None, "run": {"state": "QUEUED", "reason": None}}
    assert (await desk.owner.code("retryEmail", emailId=email["id"]))[0] == "INVALID"
    await desk.work()
    assert desk.office.ids == [email["messageId"]]
    assert (await desk.run(job))["state"] == "DONE"


async def test_what_we_could_not_take_note_of_waits_for_somebody(desk: Desk, database: Database) -> None:
    """AU1: due work that is dead for a reason of ours is not lost: a retry takes it up again."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move()
    await database.rows("UPDATE due SET dead_at = clock_timestamp(), attempts = $1 WHERE kind = 'EMAIL'", TRIES)
    await desk.work()
    email = await desk.email()
    assert (email["state"], email["nextAttemptAt"], desk.office.connections) == ("QUEUED", None, 0)
    await desk.owner.do("retryEmail", emailId=email["id"])
    await desk.work()
    assert desk.office.ids == [email["messageId"]]
    assert (await desk.run(job))["state"] == "DONE"


async def test_a_run_that_is_tried_again_writes_to_nobody_twice(desk: Desk) -> None:
    """AU2: only to whom it has not reached; and where an address has been corrected, to the new one."""
    await desk.contact("Ann", "ann@client.test")
    await desk.contact("Bob", "bob@client.test")
    eve = await desk.contact("Eve", "eev@client.test")
    job = await desk.move()
    desk.office.unknown = {"bob@client.test", "eev@client.test"}
    await desk.work()
    states = {email["toAddress"]: email["state"] for email in await desk.emails()}
    assert states == {"ann@client.test": "SENT", "bob@client.test": "FAILED", "eev@client.test": "FAILED"}
    desk.office.unknown = {"eev@client.test"}
    await desk.owner.do("updateContact", contactId=eve, email="eve@client.test")
    await desk.owner.do("retryRun", runId=(await desk.run(job))["id"])
    await desk.work()
    reached = [received.envelope_to[0] for received in desk.office.received]
    assert sorted(reached) == ["ann@client.test", "bob@client.test", "eve@client.test"]
    states = {email["toAddress"]: email["state"] for email in await desk.emails()}
    assert states["eev@client.test"] == "DISCARDED"
    assert (await desk.run(job))["state"] == "DONE"


async def test_a_crash_after_the_servers_yes_sends_again_under_the_same_id(desk: Desk) -> None:
    """AU1: never lost; the one case in which a client gets it twice, and mail programs can tell."""
    await desk.contact("Ann", "ann@client.test")
    job = await desk.move()

    async def crash(letter: Letter) -> str:
        await desk.send(letter)
        raise RuntimeError("the power went off")

    await desk.work(crash)
    assert (await desk.email())["state"] == "QUEUED"
    desk.ahead = HOUR
    await desk.work()
    assert desk.office.ids == [(await desk.email())["messageId"]] * 2
    assert (await desk.run(job))["state"] == "DONE"


async def test_e_mails_are_seen_with_the_whole_account(desk: Desk, api: Api, database: Database) -> None:
    """AC3, AC4, AU9: not by who only sees the job; held mail is dealt with by owners and admins."""
    insider = await employee(api, desk)
    outsider = await employee(api, desk, accounts=[])
    aside = await api.member(desk.owner, accounts=[desk.shop.account])
    await desk.contact("Ann", "ann@client.test")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move(assigneeIds=[outsider.member_id])
    email = await desk.email()
    assert await desk.email(insider) == email
    assert await desk.emails(outsider) == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await outsider.query(node, id=email["id"]))["node"] is None
    assert (await desk.email(aside))["job"] is None, "the pipeline is not theirs"
    assert await desk.emails(aside, jobIds=[job]) == []
    before = await digest(database)
    assert await outsider.code("retryEmail", emailId=email["id"]) == ("NOT_FOUND", ["input", "emailId"])
    for mutation in ("releaseEmails", "discardEmails"):
        for given in ({"all": True}, {"emailIds": [email["id"]]}):
            assert await insider.code(mutation, **given) == ("FORBIDDEN", None)
    assert await digest(database) == before


async def test_a_template_is_tried_out_on_oneself(desk: Desk, api: Api, database: Database) -> None:
    """AU8: filled in with samples, or for a job; not held, and nobody else's but a manager's to see."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    writer = await employee(api, desk, rights=["MANAGE_TEMPLATES"])
    other = await employee(api, desk)
    job = (await desk.shop.job("Tax 2025"))["id"]
    selection = "email { state toAddress subject text member { id } job { id } account { id } }"
    sample = await writer.do("sendTestEmail", selection, templateId=desk.template)
    assert sample == {
        "state": "QUEUED",
        "toAddress": "member1@firm.test",
        "subject": "Sample job for Sample Client Ltd",
        "text": "Dear Jane, we have begun Sample job for Sample Client Ltd.",
        "member": {"id": writer.member_id},
        "job": None,
        "account": None,
    }
    real = await writer.do("sendTestEmail", "email { subject }", templateId=desk.template, jobId=job)
    assert real == {"subject": "Tax 2025 for Acme"}
    await desk.work()
    subjects = [str(received.message["Subject"]) for received in desk.office.received]
    assert sorted(subjects) == ["Sample job for Sample Client Ltd", "Tax 2025 for Acme"]
    assert (len(await desk.emails(writer)), await desk.emails(other), len(await desk.emails())) == (2, [], 2)
    hidden = await desk.owner.do("createAccount", "account { id }", name="Hidden")
    unseen = await desk.shop.job("Unseen", accountId=hidden["id"])
    before = await digest(database)
    refused = await writer.code("sendTestEmail", templateId=desk.template, jobId=unseen["id"])
    assert refused == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(database) == before


async def test_e_mails_are_listed_newest_first_and_filtered(desk: Desk) -> None:
    """AU9, API2: by state, job and account, with and, or, not; in pages."""
    await desk.contact("Ann", "ann@client.test")
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    await desk.contact("Bea", "bea@client.test", other)
    first, second = await desk.move(), await desk.move(accountId=other)
    await desk.work()
    await desk.owner.do("updateFirm", holdsClientMail=True)
    third = await desk.move()
    assert [email["job"]["id"] for email in await desk.emails()] == [third, second, first]
    assert [email["job"]["id"] for email in await desk.emails(states=["SENT"])] == [second, first]
    assert [email["job"]["id"] for email in await desk.emails(accountIds=[desk.shop.account])] == [third, first]
    assert [email["job"]["id"] for email in await desk.emails(jobIds=[first, second])] == [second, first]
    wanted: Json = {"or": [{"jobIds": [first]}, {"states": ["HELD"]}], "not": {"accountIds": [other]}}
    assert [email["job"]["id"] for email in await desk.emails(**wanted)] == [third, first]
    page = "query ($after: String) { emails(first: 2, after: $after) { nodes { job { id } } pageInfo { endCursor } } }"
    top = (await desk.owner.query(page))["emails"]
    rest = (await desk.owner.query(page, after=top["pageInfo"]["endCursor"]))["emails"]
    assert [email["job"]["id"] for email in [*top["nodes"], *rest["nodes"]]] == [third, second, first]


async def test_many_contacts_take_no_more_statements_than_few(desk: Desk, database: Database) -> None:
    """E-mails are made in one go, whatever their number, and listed so."""
    made, listed = [], []
    for number in (2, 20):
        for n in range(number):
            await desk.contact(f"Contact {n}", f"contact{n}.{number}@client.test")
        job = await desk.shop.job()
        with counting(database) as statements:
            await move(desk.owner, job["id"], desk.shop.stages[1], expect={"version": 1})
        made.append(len(statements))
        with counting(database) as statements:
            await desk.emails()
        listed.append(len(statements))
    assert (made[0], listed[0]) == (made[1], listed[1])
    assert len(await desk.emails(states=["QUEUED"])) == 2 + 22
