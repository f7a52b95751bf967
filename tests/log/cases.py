"""Every mutation in every way that a board may show: one registry, so that none is forgotten.

A case is a script of steps. Before a step everybody's board is drawn; after it, what the step changed must have reached
them all (see ``test_every_mutation``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.log.world import World
from tests.support.api import PASSWORD, Client, Json
from tests.support.dead import dead_letter
from tests.support.documents import stored_document
from tests.support.hooks import failed_call
from tests.support.mail import stored_email

EVERYBODY = ("owner", "overseer", "insider", "assignee")


@dataclass(kw_only=True)
class Claims:
    """What is claimed of a step, beyond what is claimed of all."""

    events: int = 1
    """Events that it writes: none where nothing changes."""
    kind: str = "MEMBER"
    resets: Sequence[str] = ()
    """People who are told to query again."""
    ends: Sequence[str] = ()
    """People who lose the first pipeline."""
    gains: dict[str, str] = field(default_factory=dict)
    """Jobs that appear, by the board."""
    loses: dict[str, str] = field(default_factory=dict)
    """Jobs that go, by the board."""
    quiet: Sequence[str] = ()
    """Boards that are told nothing at all."""


@dataclass
class Step(Claims):
    """One mutation that must succeed."""

    by: Client
    mutation: str
    given: Json
    selection: str = ""
    actor: str | None = None
    """Who the event names as its cause, if not ``by``."""
    payload: Json = field(default_factory=dict)
    """What the mutation answered, once it is done."""
    mutation_id: str = ""
    """What the client called it."""


@dataclass
class Round(Claims):
    """The worker does what is due. Its events name who set it going."""

    after: Step
    """The step that left it to the worker."""
    ahead: timedelta = timedelta()
    """How far the worker's clock is ahead."""
    recurrence: str | None = None
    """Whose doing it is: that is the echo of no mutation."""


Script = Callable[[World], AsyncIterator[Step | Round]]


@dataclass(frozen=True)
class Case:
    """A script, and the mutations that it is a case of."""

    mutations: frozenset[str]
    script: Script

    @property
    def claim(self) -> str:
        """What it is about."""
        return self.script.__name__


CASES: list[Case] = []


def case(*mutations: str) -> Callable[[Script], Script]:
    """Registers a script as a case of the mutations."""

    def register(script: Script) -> Script:
        CASES.append(Case(frozenset(mutations), script))
        return script

    return register


# --- sessions, tokens, the firm -------------------------------------------------------------------------------------


@case("login", "logout", "createApiToken", "revokeApiToken")
async def sessions_and_tokens_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """LV6: their ends are events, by which what is open under them is closed, and which no stream shows."""
    boards = tuple(w.boards())
    who = (await w.overseer.query("{ viewer { user { email } } }"))["viewer"]["user"]["email"]
    login = Step(w.api.nobody, "login", {"email": who, "password": PASSWORD}, "token", events=0)
    yield login
    yield Step(Client(w.api.http, login.payload["token"], w.overseer.member_id), "logout", {}, quiet=boards)
    made = Step(w.overseer, "createApiToken", {"name": "Script", "scopes": ["READ"]}, "apiToken { id }", events=0)
    yield made
    yield Step(w.overseer, "revokeApiToken", {"tokenId": made.payload["apiToken"]["id"]}, quiet=boards)


@case("updateFirm")
async def the_firms_name_is_on_no_board(w: World) -> AsyncIterator[Step]:
    """Nobody queries again for it."""
    boards = tuple(w.boards())
    yield Step(w.owner, "updateFirm", {"name": "Kanzlei", "currency": "CHF"}, quiet=boards)
    yield Step(w.owner, "updateFirm", {"name": "Kanzlei", "currency": "CHF"}, events=0)


@case("updateFirm")
async def the_firms_calendar_and_mail_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """PL6, AU9."""
    boards = tuple(w.boards())
    outing = {"day": "2026-08-03", "name": "Outing"}
    given = {"workingDays": ["MONDAY", "SUNDAY"], "holidayRegion": "DE-BY", "addHolidays": [outing]}
    for changed in (
        given,
        {"holdsClientMail": False, "replyTo": "help@firm.test"},
        {"removeHolidays": ["2026-08-03"]},
        {"quietFrom": "22:30", "quietUntil": "06:00"},
    ):
        yield Step(w.owner, "updateFirm", changed, quiet=boards)
        yield Step(w.owner, "updateFirm", changed, events=0)


@case("rotateWebhookSecret", "retryWebhookCall")
async def webhooks_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """API6: a new secret is a change of the firm, another try of a call is none of anything that is shown live."""
    yield Step(w.owner, "rotateWebhookSecret", {}, quiet=tuple(w.boards()))
    call = {"callId": await failed_call(w.database, w.jobs[0])}
    yield Step(w.owner, "retryWebhookCall", call, events=0)
    yield Step(w.owner, "retryWebhookCall", call, events=0)


@case("createEmailTemplate", "updateEmailTemplate", "deleteEmailTemplate", "sendTestEmail")
async def e_mail_templates_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AU8: each change is one event; an e-mail is none of anything that is shown live."""
    boards, given = tuple(w.boards()), {"name": w.name("Template"), "subject": "Hello", "html": "<p>Hello</p>"}
    made = Step(w.owner, "createEmailTemplate", given, "template { id }", quiet=boards)
    yield made
    template = {"templateId": made.payload["template"]["id"]}
    yield Step(w.owner, "updateEmailTemplate", {**template, "subject": "Hi"}, quiet=boards)
    yield Step(w.owner, "updateEmailTemplate", {**template, "subject": "Hi"}, events=0)
    yield Step(w.owner, "sendTestEmail", {**template, "jobId": w.jobs[0]}, events=0)
    yield Step(w.owner, "deleteEmailTemplate", template, quiet=boards)


@case("releaseEmails", "discardEmails", "retryEmail")
async def e_mails_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AU9: what becomes of them is for lists of them, which are asked for again."""
    held = [await stored_email(w.database, w.first, w.jobs[0], state="HELD") for _ in range(3)]
    yield Step(w.owner, "releaseEmails", {"emailIds": held[:1]}, events=0)
    yield Step(w.owner, "discardEmails", {"emailIds": held[1:2]}, events=0)
    yield Step(w.owner, "discardEmails", {"all": True}, events=0)
    failed = await stored_email(w.database, w.first, w.jobs[0])
    yield Step(w.insider, "retryEmail", {"emailId": failed}, events=0)


@case("updateFirm")
async def another_time_zone_is_another_today_for_all_boards(w: World) -> AsyncIterator[Step]:
    """LV7: what is overdue may change on every card."""
    yield Step(w.owner, "updateFirm", {"timeZone": "Pacific/Kiritimati"}, resets=EVERYBODY)
    yield Step(w.owner, "updateFirm", {"timeZone": "UTC"}, resets=EVERYBODY)


# --- members --------------------------------------------------------------------------------------------------------


@case("inviteMember", "renewInvitation", "acceptInvitation")
async def a_member_is_invited_and_joins(w: World) -> AsyncIterator[Step]:
    """The one who joins is the actor."""
    given = {"email": f"{w.name('new').replace(' ', '')}@firm.test", "name": w.name("New"), "accountIds": [w.first]}
    invited = Step(w.owner, "inviteMember", given, "member { id }")
    yield invited
    member = invited.payload["member"]["id"]
    again = Step(w.owner, "renewInvitation", {"memberId": member}, "invitationToken", events=0)
    yield again
    joining = {"token": again.payload["invitationToken"], "password": PASSWORD}
    yield Step(w.api.nobody, "acceptInvitation", joining, actor=member)


@case("updateMember")
async def a_member_is_renamed(w: World) -> AsyncIterator[Step]:
    """LV7: cards show the names of members."""
    given = {"memberId": w.assignee.member_id, "name": w.name("Zoe")}
    yield Step(w.owner, "updateMember", given)
    yield Step(w.owner, "updateMember", given, events=0)
    yield Step(w.assignee, "updateMember", {"memberId": w.assignee.member_id, "name": w.name("Adam")})


@case("deactivateMember", "reactivateMember")
async def a_member_leaves_and_comes_back(w: World) -> AsyncIterator[Step]:
    """Their assignments stay."""
    left = await w.api.member(w.owner)
    await w.job(assigneeIds=[left.member_id])
    yield Step(w.owner, "deactivateMember", {"memberId": left.member_id})
    yield Step(w.owner, "deactivateMember", {"memberId": left.member_id}, events=0)
    yield Step(w.owner, "reactivateMember", {"memberId": left.member_id})
    yield Step(w.owner, "reactivateMember", {"memberId": left.member_id}, events=0)


@case("deactivateMember")
async def somebody_takes_over_what_a_member_was_to_do(w: World) -> AsyncIterator[Step]:
    """PL4, AC4: who does sees the jobs at once."""
    left = await w.api.member(w.owner)
    job = await w.job(accountId=w.second, assigneeIds=[left.member_id])
    await w.task(jobId=job, assigneeIds=[left.member_id])
    tasked = await w.job(accountId=w.second)
    await w.task(jobId=tasked, assigneeIds=[left.member_id, w.assignee.member_id])
    given = {"memberId": left.member_id, "replacementId": w.assignee.member_id}
    yield Step(w.owner, "deactivateMember", given, gains={"assignee": job})
    yield Step(w.owner, "deactivateMember", given, events=0)


@case("updateMemberAccess")
async def access_to_an_account_shows_and_hides_its_jobs(w: World) -> AsyncIterator[Step]:
    """AC4: gaining or losing sight of a job shows at once."""
    job = await w.job(accountId=w.second)
    shared = await w.job(accountId=w.second, assigneeIds=[w.insider.member_id])
    me = w.insider.member_id
    given = {"memberId": me, "addAccountIds": [w.second]}
    others = ("owner", "overseer", "assignee", "owner, tagged", "overseer, elsewhere")
    yield Step(w.owner, "updateMemberAccess", given, gains={"insider": job}, quiet=others)
    yield Step(w.owner, "updateMemberAccess", given, events=0)
    taken = {"memberId": me, "removeAccountIds": [w.second]}
    yield Step(w.owner, "updateMemberAccess", taken, loses={"insider": job}, quiet=others)
    yield Step(w.owner, "updateMemberAccess", {"memberId": me, "removeAccountIds": [w.first]}, loses={})
    yield Step(w.owner, "updateMemberAccess", {"memberId": me, "addAccountIds": [w.first, w.second]})
    yield Step(w.owner, "updateJob", {"jobId": shared, "removeAssigneeIds": [me]})
    yield Step(w.owner, "updateMemberAccess", taken, loses={"insider": shared})


@case("updateMemberAccess")
async def one_call_gives_and_takes_the_same_account(w: World) -> AsyncIterator[Step]:
    """In the end it is not given: no board names its jobs."""
    account = await w.account()
    await w.job(accountId=account)
    given = {"memberId": w.insider.member_id, "addAccountIds": [account], "removeAccountIds": [account]}
    yield Step(w.owner, "updateMemberAccess", given, events=0, quiet=("insider",))


@case("updateMemberAccess")
async def the_right_to_see_all_accounts_comes_and_goes(w: World) -> AsyncIterator[Step]:
    """Rights changed: query again."""
    job = await w.job(accountId=w.second)
    given = {"memberId": w.insider.member_id, "addRights": ["VIEW_ALL_ACCOUNTS"]}
    yield Step(w.owner, "updateMemberAccess", given, resets=["insider"], gains={"insider": job})
    yield Step(w.owner, "updateMemberAccess", given, events=0)
    given = {"memberId": w.insider.member_id, "removeRights": ["VIEW_ALL_ACCOUNTS"]}
    yield Step(w.owner, "updateMemberAccess", given, resets=["insider"], loses={"insider": job})


@case("updateMemberAccess")
async def an_employee_becomes_an_admin_for_a_while(w: World) -> AsyncIterator[Step]:
    """AC1: an admin sees everything."""
    job = await w.job(accountId=w.second)
    me = w.assignee.member_id
    yield Step(
        w.owner, "updateMemberAccess", {"memberId": me, "role": "ADMIN"}, resets=["assignee"], gains={"assignee": job}
    )
    yield Step(
        w.owner,
        "updateMemberAccess",
        {"memberId": me, "role": "EMPLOYEE"},
        resets=["assignee"],
        loses={"assignee": job},
    )


# --- accounts, tags, roles, contacts --------------------------------------------------------------------------------


@case("createAccount")
async def an_account_is_made(w: World) -> AsyncIterator[Step]:
    """An employee who makes one has access to it."""
    yield Step(w.owner, "createAccount", {"name": w.name("Account"), "tagIds": [w.tag]}, quiet=tuple(w.boards()))
    maker = await w.api.member(w.owner, rights=["MANAGE_ACCOUNTS"])
    yield Step(maker, "createAccount", {"name": w.name("Account")})


@case("createAccount")
async def the_same_create_again_changes_nothing(w: World) -> AsyncIterator[Step]:
    """JB2: answered again, and not told again."""
    given = {"name": w.name("Account"), "id": "account_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}"}
    yield Step(w.owner, "createAccount", given)
    yield Step(w.owner, "createAccount", given, events=0)


@case("updateAccount")
async def an_account_is_renamed(w: World) -> AsyncIterator[Step]:
    """LV7: cards show its name, and only who sees a card of it hears of it."""
    await w.job(accountId=w.second, assigneeIds=[w.assignee.member_id])
    given = {"accountId": w.second, "name": w.name("Bolt")}
    yield Step(w.owner, "updateAccount", given, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "updateAccount", given, events=0)
    lone = await w.account()
    await w.job(accountId=lone)
    yield Step(w.owner, "updateAccount", {"accountId": lone, "name": w.name("Lone")}, quiet=("insider", "assignee"))


@case("updateAccount")
async def a_tag_put_on_and_off_moves_jobs_through_a_filter(w: World) -> AsyncIterator[Step]:
    """LV7, LV5: the stream has the filter of the board."""
    job = await w.job(accountId=w.second, assigneeIds=[w.assignee.member_id])
    both = {"owner, tagged": job, "assignee, tagged": job}
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "addTagIds": [w.tag]}, gains=both)
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "addTagIds": [w.tag]}, events=0)
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "removeTagIds": [w.tag]}, loses=both)
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "removeTagIds": [w.tag]}, events=0)


@case("updateAccount", "createAccountRole", "updateAccountRole", "deleteAccountRole")
async def account_roles_are_held_and_given_up(w: World) -> AsyncIterator[Step]:
    """No card shows them, but each is one event."""
    made = Step(w.owner, "createAccountRole", {"name": w.name("Preparer")}, "accountRole { id }")
    yield made
    role = made.payload["accountRole"]["id"]
    yield Step(w.owner, "updateAccountRole", {"accountRoleId": role, "name": w.name("Reviewer")})
    yield Step(w.owner, "updateAccountRole", {"accountRoleId": role}, events=0)
    holder = [{"accountRoleId": role, "memberId": w.insider.member_id}]
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "addRoles": holder})
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "addRoles": holder}, events=0)
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "removeRoles": holder})
    yield Step(w.owner, "deleteAccountRole", {"accountRoleId": role})


@case("updateAccount", "createContact", "updateContact", "deleteContact", "inviteContact", "revokeContactAccess")
async def contacts_come_and_go(w: World) -> AsyncIterator[Step]:
    """No card shows them, but each is one event."""
    made = Step(w.owner, "createContact", {"name": w.name("Ann"), "accountIds": [w.first]}, "contact { id }")
    yield made
    contact = made.payload["contact"]["id"]
    yield Step(w.owner, "updateContact", {"contactId": contact, "phone": "+49 30 1"})
    yield Step(w.owner, "updateContact", {"contactId": contact, "phone": "+49 30 1"}, events=0)
    yield Step(w.owner, "updateContact", {"contactId": contact, "notifications": False, "timeZone": "Asia/Tokyo"})
    yield Step(
        w.owner, "updateContact", {"contactId": contact, "notifications": False, "timeZone": "Asia/Tokyo"}, events=0
    )
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "addContactIds": [contact]})
    yield Step(w.owner, "updateAccount", {"accountId": w.second, "removeContactIds": [contact]})
    yield Step(w.owner, "updateContact", {"contactId": contact, "email": f"{contact}@client.test"})
    yield Step(w.owner, "inviteContact", {"contactId": contact})
    yield Step(w.owner, "inviteContact", {"contactId": contact}, events=0)
    yield Step(w.owner, "revokeContactAccess", {"contactId": contact})
    yield Step(w.owner, "revokeContactAccess", {"contactId": contact}, events=0)
    yield Step(w.owner, "deleteContact", {"contactId": contact})


@case("createCustomField", "updateCustomField", "deleteCustomField", "createAccount", "updateAccount")
async def custom_fields_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AC3: cards show nothing of their values; a board that shows the account may show them anew."""
    boards = tuple(w.boards())
    given = {"name": w.name("Field"), "kind": "CHOICE", "choices": ["DE", "FR"]}
    made = Step(w.owner, "createCustomField", given, "customField { id }", quiet=boards)
    yield made
    field = {"fieldId": made.payload["customField"]["id"]}
    yield Step(w.owner, "updateCustomField", {**field, "choices": ["FR", "DE", "US"]}, quiet=boards)
    yield Step(w.owner, "updateCustomField", {**field, "choices": ["FR", "DE", "US"]}, events=0)
    values = [{**field, "value": "FR"}]
    yield Step(w.owner, "createAccount", {"name": w.name("Account"), "setCustomFields": values})
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "setCustomFields": values})
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "setCustomFields": values}, events=0)
    yield Step(w.owner, "deleteCustomField", field, quiet=boards)


@case("createJobTemplate", "updateJobTemplate", "deleteJobTemplate")
async def job_templates_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """JB1: jobs that were made from one stay as they are."""
    boards, given = tuple(w.boards()), {"name": w.name("Template"), "jobName": "Books [LAST_MONTH_NAME]"}
    made = Step(w.owner, "createJobTemplate", given, "jobTemplate { id }", quiet=boards)
    yield made
    template = {"jobTemplateId": made.payload["jobTemplate"]["id"]}
    yield Step(w.owner, "updateJobTemplate", {**template, "priority": "HIGH"}, quiet=boards)
    yield Step(w.owner, "updateJobTemplate", {**template, "priority": "HIGH"}, events=0)
    yield Step(w.owner, "deleteJobTemplate", template, quiet=boards)


@case("createTaskTemplate", "updateTaskTemplate", "restoreTemplateVersion", "duplicateTemplate", "deleteTaskTemplate")
async def task_templates_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AU8: tasks that were made by one stay as they are, whatever is done with it."""
    boards, given = tuple(w.boards()), {"name": w.name("Template"), "title": "Books [LAST_MONTH_NAME]"}
    made = Step(w.owner, "createTaskTemplate", given, "taskTemplate { id }", quiet=boards)
    yield made
    template = {"taskTemplateId": made.payload["taskTemplate"]["id"]}
    yield Step(w.owner, "createTask", {"jobId": w.jobs[0], "templateId": template["taskTemplateId"]})
    yield Step(w.owner, "updateTaskTemplate", {**template, "priority": "HIGH"}, quiet=boards)
    yield Step(w.owner, "updateTaskTemplate", {**template, "priority": "HIGH"}, events=0)
    first = {"templateId": template["taskTemplateId"], "version": 1}
    yield Step(w.owner, "restoreTemplateVersion", first, quiet=boards)
    yield Step(w.owner, "restoreTemplateVersion", first, events=0)
    yield Step(w.owner, "duplicateTemplate", {"templateId": first["templateId"]}, quiet=boards)
    yield Step(w.owner, "deleteTaskTemplate", template, quiet=boards)


@case("createTag", "updateTag", "deleteTag")
async def a_tag_on_cards_is_made_renamed_and_deleted(w: World) -> AsyncIterator[Step]:
    """LV7: cards show tags."""
    made = Step(w.owner, "createTag", {"name": w.name("Tag"), "color": "#112233"}, "tag { id }")
    yield made
    tag = made.payload["tag"]["id"]
    await w.owner.do("updateAccount", accountId=w.first, addTagIds=[tag])
    await w.owner.do("updateAccount", accountId=w.second, addTagIds=[tag])
    yield Step(w.owner, "updateTag", {"tagId": tag, "name": w.name("Tag"), "color": None})
    yield Step(w.owner, "updateTag", {"tagId": tag, "color": None}, events=0)
    yield Step(w.owner, "deleteTag", {"tagId": tag})


@case("updateTag", "deleteTag", "createTag", "updateAccount")
async def the_tag_of_a_filter_is_renamed_and_deleted(w: World) -> AsyncIterator[Step]:
    """A tag that is gone is on no account: the filtered board empties."""
    old, job = w.tag, await w.job()
    yield Step(w.owner, "updateTag", {"tagId": old, "name": w.name("VIP")})
    yield Step(w.owner, "deleteTag", {"tagId": old}, loses={"owner, tagged": job})
    made = Step(w.owner, "createTag", {"name": w.name("VIP")}, "tag { id }")
    yield made
    w.tag = made.payload["tag"]["id"]
    yield Step(w.owner, "updateAccount", {"accountId": w.first, "addTagIds": [w.tag]}, gains={"owner, tagged": job})


# --- pipelines, stages, statuses ------------------------------------------------------------------------------------

NEW_STAGES = [{"name": "A"}, {"name": "B"}]


@case("createPipeline", "updatePipeline", "archivePipeline", "restorePipeline", "deletePipeline")
async def a_pipeline_lives(w: World) -> AsyncIterator[Step]:
    """Boards of other pipelines hear nothing of it."""
    others = tuple(w.boards())
    given = {"name": w.name("Pipeline"), "stages": NEW_STAGES, "availableToIds": [w.insider.member_id]}
    made = Step(w.owner, "createPipeline", given, "pipeline { id }", quiet=others)
    yield made
    pipeline = {"pipelineId": made.payload["pipeline"]["id"]}
    yield Step(w.owner, "updatePipeline", {**pipeline, "name": w.name("Pipeline")}, quiet=others)
    yield Step(w.owner, "archivePipeline", pipeline, quiet=others)
    yield Step(w.owner, "archivePipeline", pipeline, events=0)
    yield Step(w.owner, "restorePipeline", pipeline, quiet=others)
    yield Step(w.owner, "restorePipeline", pipeline, events=0)
    yield Step(w.owner, "deletePipeline", pipeline, quiet=others)


@case("installPipelineTemplate", "exportPipeline", "duplicatePipeline")
async def whole_pipelines_come_and_are_written_down(w: World) -> AsyncIterator[Step]:
    """PL1: boards hear of the statuses that an installed one brings; of a copy they hear nothing."""
    others = tuple(w.boards())
    made = Step(w.owner, "installPipelineTemplate", {"key": "sales-tax"}, "pipeline { id }")
    yield made
    pipeline = {"pipelineId": made.payload["pipeline"]["id"]}
    yield Step(w.owner, "exportPipeline", pipeline, events=0)
    yield Step(w.owner, "duplicatePipeline", pipeline, quiet=others)


@case("updatePipeline", "archivePipeline", "restorePipeline")
async def the_boards_own_pipeline_changes(w: World) -> AsyncIterator[Step]:
    """LV7: its name, order and statuses are on the board."""
    pipeline = {"pipelineId": w.pipeline}
    described = {**pipeline, "name": w.name("Main"), "description": "All of it"}
    yield Step(w.owner, "updatePipeline", described, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "updatePipeline", described, events=0)
    for order in ("DUE_DATE", "PRIORITY", "NAME", "ENTERED_STAGE", "MANUAL"):
        yield Step(w.owner, "updatePipeline", {**pipeline, "jobSort": order})
    yield Step(w.owner, "archivePipeline", pipeline)
    yield Step(w.owner, "restorePipeline", pipeline)


@case("updatePipeline")
async def a_pipelines_limits_and_moves_are_set(w: World) -> AsyncIterator[Step]:
    """PL2, AM4: settings of the pipeline, which the board shows."""
    pipeline, status = {"pipelineId": w.pipeline}, await w.status()
    step = {"fromStageId": w.stages[0], "toStageId": w.stages[1]}
    template = await w.make("createJobTemplate", "jobTemplate { id }", name=w.name("Template"), jobName="Books")
    for given in (
        {"jobTemplateId": template},
        {"jobTemplateId": None},
        {"blocksOverLimit": True, "listedMovesOnly": True, "archiveAfterDays": 30},
        {"addAllowedMoves": [step]},
        {"removeAllowedMoves": [step]},
        {"setStatusAutomove": [{"statusId": status, "automove": "WHEN_ITEMS_DONE"}]},
        {"blocksOverLimit": False, "listedMovesOnly": False, "archiveAfterDays": None},
    ):
        yield Step(w.owner, "updatePipeline", {**pipeline, **given}, quiet=("overseer, elsewhere",))
        yield Step(w.owner, "updatePipeline", {**pipeline, **given}, events=0)


@case("updatePipeline")
async def the_available_to_list_opens_and_closes_the_board(w: World) -> AsyncIterator[Step]:
    """AC2, AC4: losing the pipeline ends the stream with a clear error."""
    pipeline, me = {"pipelineId": w.pipeline}, w.insider.member_id
    removed = Step(w.owner, "updatePipeline", {**pipeline, "removeAvailableToIds": [me]}, ends=["insider"])
    yield removed
    yield Step(w.owner, "updatePipeline", {**pipeline, "removeAvailableToIds": [me]}, events=0)
    yield Step(w.owner, "updatePipeline", {**pipeline, "addAvailableToIds": [me]}, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "updatePipeline", {**pipeline, "addAvailableToIds": [me]}, events=0)


@case("createStage", "updateStage", "deleteStage")
async def a_stage_comes_changes_places_and_goes(w: World) -> AsyncIterator[Step]:
    """A column appears, is renamed, moves, and leaves."""
    given = {"pipelineId": w.pipeline, "name": w.name("Stage"), "position": 1}
    made = Step(w.owner, "createStage", given, "stage { id }", quiet=("overseer, elsewhere",))
    yield made
    stage = {"stageId": made.payload["stage"]["id"]}
    yield Step(w.owner, "updateStage", {**stage, "name": w.name("Stage")})
    yield Step(w.owner, "updateStage", {**stage, "position": 0})
    yield Step(w.owner, "updateStage", {**stage, "position": 0}, events=0)
    yield Step(w.owner, "deleteStage", stage)


@case("createStage", "updateStage", "deleteStage")
async def a_stage_gets_limits_and_goes_on_by_itself(w: World) -> AsyncIterator[Step]:
    """AM1, PL2, PL6, PL7: jobs that stand in it stay as they are."""
    limits = {"jobLimit": 3, "timeLimit": {"amount": 2, "unit": "WORKING_DAYS"}, "automove": "WHEN_ITEMS_DONE"}
    given = {"pipelineId": w.pipeline, "name": w.name("Stage"), "position": 1, **limits}
    made = Step(w.owner, "createStage", given, "stage { id }", quiet=("overseer, elsewhere",))
    yield made
    stage = {"stageId": made.payload["stage"]["id"]}
    yield Step(w.owner, "updateStage", {**stage, **limits}, events=0)
    yield Step(w.owner, "updateStage", {**stage, "automove": "WHEN_ITEMS_DONE_OR_NONE", "completion": "ON_ENTRY"})
    yield Step(w.owner, "updateStage", {**stage, "condition": {"tags": [w.tag]}})
    yield Step(w.owner, "updateStage", {**stage, "condition": {"tags": [w.tag, w.tag]}}, events=0)
    none = {"jobLimit": None, "timeLimit": None, "automove": "OFF", "completion": "NEVER", "condition": None}
    yield Step(w.owner, "updateStage", {**stage, **none})
    yield Step(w.owner, "updateStage", {**stage, **none}, events=0)
    yield Step(w.owner, "deleteStage", stage)


@case("deleteStage", "createStage")
async def a_stage_with_jobs_is_deleted(w: World) -> AsyncIterator[Step]:
    """PL3: they go to the target, archived ones silently, and it is one event (LV2)."""
    made = Step(w.owner, "createStage", {"pipelineId": w.pipeline, "name": w.name("Stage")}, "stage { id }")
    yield made
    stage = made.payload["stage"]["id"]
    jobs = [
        await w.job(stageId=stage),
        await w.job(stageId=stage, accountId=w.second),
        await w.job(stageId=stage, accountId=w.second, assigneeIds=[w.assignee.member_id]),
        await w.job(stageId=stage),
    ]
    await w.owner.do("setJobStatus", jobId=jobs[3], statusId=w.statuses["ARCHIVED"])
    yield Step(w.owner, "deleteStage", {"stageId": stage, "moveJobsTo": w.stages[2]})
    yield Step(w.owner, "setJobStatus", {"jobId": jobs[3], "statusId": w.statuses["ACTIVE"]}, gains={"owner": jobs[3]})


@case("createJobStatus", "updateJobStatus", "deleteJobStatus", "updatePipeline")
async def a_status_is_made_enabled_and_deleted(w: World) -> AsyncIterator[Step]:
    """The board offers the statuses of its pipeline."""
    made = Step(w.owner, "createJobStatus", {"name": w.name("Status")}, "status { id }")
    yield made
    status = made.payload["status"]["id"]
    yield Step(w.owner, "updatePipeline", {"pipelineId": w.pipeline, "addStatusIds": [status]})
    yield Step(w.owner, "updateJobStatus", {"statusId": status, "name": w.name("Status"), "color": "#445566"})
    yield Step(w.owner, "updateJobStatus", {"statusId": status, "color": "#445566"}, events=0)
    yield Step(w.owner, "updatePipeline", {"pipelineId": w.pipeline, "removeStatusIds": [status]})
    yield Step(w.owner, "updatePipeline", {"pipelineId": w.pipeline, "addStatusIds": [status]})
    yield Step(w.owner, "deleteJobStatus", {"statusId": status})


@case("updateJobStatus")
async def a_status_that_cards_show_changes(w: World) -> AsyncIterator[Step]:
    """LV7; ST1: with its place on the board its jobs come and go."""
    status = await w.status()
    job, hidden = await w.job(), await w.job(accountId=w.second)
    for one in (job, hidden):
        await w.owner.do("setJobStatus", jobId=one, statusId=status)
    yield Step(w.owner, "updateJobStatus", {"statusId": status, "name": w.name("Status"), "pauses": False})
    off = {"statusId": status, "onBoard": False}
    yield Step(w.owner, "updateJobStatus", off, loses={"owner": job, "insider": job, "overseer": hidden})
    on = {"statusId": status, "onBoard": True}
    yield Step(w.owner, "updateJobStatus", on, gains={"owner": job, "insider": job, "overseer": hidden})
    active = {"statusId": w.statuses["ACTIVE"], "color": "#0a0b0c"}
    yield Step(w.owner, "updateJobStatus", active)
    yield Step(w.owner, "updateJobStatus", {**active, "color": None})


# --- jobs -----------------------------------------------------------------------------------------------------------


@case("createJob")
async def a_job_is_made(w: World) -> AsyncIterator[Step]:
    """On the boards of those who see it, and under the filters that it meets."""
    given = {"name": w.name("Job"), "accountId": w.first, "pipelineId": w.pipeline, "priority": "URGENT"}
    yield Step(w.owner, "createJob", given, "job { id }", quiet=("assignee", "overseer, elsewhere"))
    yield Step(w.insider, "createJob", {**given, "assigneeIds": [w.assignee.member_id], "stageId": w.stages[2]})
    below = await w.job(accountId=w.second)
    given |= {"accountId": w.second, "afterJobId": below, "dueDate": "2020-01-31", "startDate": "2020-01-01"}
    yield Step(w.overseer, "createJob", given, quiet=("insider", "assignee", "insider, assigned"))
    made = {**given, "id": "job_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}"}
    yield Step(w.overseer, "createJob", made)
    yield Step(w.overseer, "createJob", made, events=0)


@case("updateJob")
async def a_job_is_edited(w: World) -> AsyncIterator[Step]:
    """LV7: every field of a card."""
    job = {"jobId": await w.job(assigneeIds=[w.assignee.member_id])}
    yield Step(w.insider, "updateJob", {**job, "name": w.name("Job"), "description": "More"})
    yield Step(w.insider, "updateJob", {**job, "description": "More"}, events=0)
    yield Step(w.owner, "updateJob", {**job, "priority": "URGENT"}, gains={"overseer, pressing": job["jobId"]})
    yield Step(w.owner, "updateJob", {**job, "priority": "LOW"}, loses={"overseer, pressing": job["jobId"]})
    yield Step(w.assignee, "updateJob", {**job, "startDate": "2020-01-01", "dueDate": "2020-01-02"})
    yield Step(w.owner, "updateJob", {**job, "dueDate": None})
    yield Step(w.owner, "updateJob", {**job, "expect": {"version": 6}, "name": w.name("Job")})


@case("updateJob")
async def assigning_shows_a_job_and_unassigning_hides_it(w: World) -> AsyncIterator[Step]:
    """AC3, AC4: also to and from somebody without access to the account."""
    job = await w.job(accountId=w.second)
    add = {"jobId": job, "addAssigneeIds": [w.assignee.member_id]}
    yield Step(w.owner, "updateJob", add, gains={"assignee": job}, quiet=("insider", "insider, assigned"))
    yield Step(w.owner, "updateJob", add, events=0)
    swap = {"jobId": job, "addAssigneeIds": [w.insider.member_id], "removeAssigneeIds": [w.assignee.member_id]}
    yield Step(w.owner, "updateJob", swap, gains={"insider": job}, loses={"assignee": job})
    yield Step(
        w.insider, "updateJob", {"jobId": job, "removeAssigneeIds": [w.insider.member_id]}, loses={"insider": job}
    )


@case("moveJob")
async def a_job_moves_and_is_reordered(w: World) -> AsyncIterator[Step]:
    """MV2, MV3."""
    job, other, hidden = await w.job(), await w.job(stageId=w.stages[1]), await w.job(accountId=w.second)
    third = {"jobId": job, "stageId": w.stages[2], "expect": {"version": 1}}
    yield Step(w.insider, "moveJob", third, quiet=("assignee", "overseer, elsewhere"))
    back = {"jobId": job, "stageId": w.stages[1], "expect": {"stageId": w.stages[2]}, "afterJobId": other}
    yield Step(w.owner, "moveJob", back)
    top = {"jobId": job, "stageId": w.stages[1], "expect": {"stageId": w.stages[1]}}
    yield Step(w.owner, "moveJob", top)
    yield Step(w.owner, "moveJob", top, events=0)
    unseen = {"jobId": hidden, "stageId": w.stages[2], "expect": {"version": 1}}
    yield Step(w.owner, "moveJob", unseen, quiet=("insider", "assignee"))


@case("moveJob")
async def a_program_moves_a_job(w: World) -> AsyncIterator[Step]:
    """MV1: the cause says that it was an API token."""
    payload = await w.owner.payload("createApiToken", "token", name="Script", scopes=["WRITE"])
    program = Client(w.api.http, payload["token"], w.owner.member_id)
    given = {"jobId": await w.job(), "stageId": w.stages[1], "expect": {"version": 1}}
    yield Step(program, "moveJob", given, kind="API_TOKEN")


@case("moveJob")
async def a_job_moves_to_another_pipeline_and_back(w: World) -> AsyncIterator[Step]:
    """MV8: it leaves one board and appears on the other; whoever does not see that one loses it."""
    status = await w.status()
    job = await w.job(assigneeIds=[w.assignee.member_id])
    await w.owner.do("setJobStatus", jobId=job, statusId=status)
    everybody = {"owner": job, "insider": job, "overseer": job, "assignee": job}
    there = {"jobId": job, "stageId": w.elsewhere_stages[1], "expect": {"stageId": w.stages[0]}}
    yield Step(w.owner, "moveJob", there, gains={"overseer, elsewhere": job}, loses=everybody)
    assert (await w.look(job))["status"]["id"] == w.statuses["ACTIVE"]
    back = {"jobId": job, "stageId": w.stages[2], "expect": {"stageId": w.elsewhere_stages[1]}}
    yield Step(w.overseer, "moveJob", back, gains=everybody, loses={"overseer, elsewhere": job})


@case("moveJob")
async def a_move_completes_and_cancels_what_was_open(w: World) -> AsyncIterator[Step]:
    """MV5: the items' change is in the same event (LV2)."""
    job = await w.job()
    await w.task(jobId=job)
    cancelled = await w.task(jobId=job)
    given = {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}, "pendingItems": "COMPLETE"}
    choices = [{"itemId": cancelled, "choice": "CANCEL"}]
    yield Step(w.owner, "moveJob", {**given, "pendingItemChoices": choices})


@case("moveJob", "undoMove")
async def a_move_without_automations_and_its_undoing(w: World) -> AsyncIterator[Step]:
    """MV7: the job is where it was, and so is what the move had closed."""
    given = {"stageId": w.stages[1], "config": {"createTask": {"title": "Check"}}}
    automation = await w.make("createAutomation", "automation { id }", **given)
    job = await w.job()
    await w.task(jobId=job)
    move = {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}, "pendingItems": "COMPLETE"}
    unseen = ("assignee", "overseer, elsewhere")
    yield Step(w.owner, "moveJob", {**move, "skipAutomations": True}, quiet=unseen)
    yield Step(w.insider, "undoMove", {"jobId": job, "expect": {"version": 2}}, quiet=unseen)
    yield Step(w.owner, "moveJob", {**move, "expect": {"version": 3}}, quiet=unseen)
    yield Step(w.owner, "undoMove", {"jobId": job, "expect": {"stageId": w.stages[1]}}, quiet=unseen)
    await w.owner.do("deleteAutomation", automationId=automation)


@case("undoMove")
async def a_move_into_another_pipeline_is_undone(w: World) -> AsyncIterator[Step]:
    """MV7, MV8: it leaves that board, and appears on this one again, in its status."""
    status = await w.status()
    job = await w.job(assigneeIds=[w.assignee.member_id])
    await w.owner.do("setJobStatus", jobId=job, statusId=status)
    await w.owner.do("moveJob", jobId=job, stageId=w.elsewhere_stages[1], expect={"version": 2})
    everybody = {"owner": job, "insider": job, "overseer": job, "assignee": job}
    back = {"jobId": job, "expect": {"stageId": w.elsewhere_stages[1]}}
    yield Step(w.overseer, "undoMove", back, gains=everybody, loses={"overseer, elsewhere": job})
    assert (await w.look(job))["status"]["id"] == status


@case("setJobStatus")
async def a_job_is_put_on_hold_completed_archived_and_unarchived(w: World) -> AsyncIterator[Step]:
    """ST1."""
    job, on_hold, hidden = await w.job(dueDate="2020-02-02"), await w.status(), await w.status(on_board=False)
    everybody = {"owner": job, "insider": job, "overseer": job}
    yield Step(w.owner, "setJobStatus", {"jobId": job, "statusId": on_hold})
    yield Step(w.owner, "setJobStatus", {"jobId": job, "statusId": on_hold}, events=0)
    yield Step(w.insider, "setJobStatus", {"jobId": job, "statusId": hidden}, loses=everybody)
    yield Step(w.insider, "setJobStatus", {"jobId": job, "statusId": w.statuses["COMPLETED"]}, gains=everybody)
    yield Step(w.owner, "setJobStatus", {"jobId": job, "statusId": w.statuses["ARCHIVED"]}, loses=everybody)
    yield Step(w.owner, "setJobStatus", {"jobId": job, "statusId": hidden}, quiet=("owner", "insider", "overseer"))
    yield Step(w.owner, "setJobStatus", {"jobId": job, "statusId": w.statuses["ACTIVE"]}, gains=everybody)


@case("deleteJob", "restoreJob")
async def a_job_goes_into_the_trash_and_comes_back(w: World) -> AsyncIterator[Step]:
    """JB3: it leaves every board, and appears where it stood; with its tasks, for who has them to do, too."""
    job = await w.job(accountId=w.second, dueDate="2020-02-02")
    await w.task(jobId=job, assigneeIds=[w.assignee.member_id])
    everybody = {"owner": job, "overseer": job, "assignee": job}
    unseen = ("insider", "overseer, elsewhere")
    for by in (w.overseer, w.assignee):
        version = (await w.look(job))["version"]
        yield Step(by, "deleteJob", {"jobId": job, "expect": {"version": version}}, loses=everybody, quiet=unseen)
        yield Step(by, "restoreJob", {"jobId": job}, gains=everybody, quiet=unseen)
        yield Step(by, "restoreJob", {"jobId": job}, events=0)
    await w.owner.do("setJobStatus", jobId=job, statusId=w.statuses["ARCHIVED"])
    yield Step(w.owner, "deleteJob", {"jobId": job}, quiet=("owner", "insider", "overseer, elsewhere"))
    yield Step(w.owner, "restoreJob", {"jobId": job}, quiet=("owner", "insider", "overseer, elsewhere"))


@case("deleteAccount", "restoreAccount", "deleteJob", "restoreJob")
async def an_account_goes_into_the_trash_with_its_jobs_and_comes_back(w: World) -> AsyncIterator[Step]:
    """JB3: but with those that were there before it."""
    account = await w.account(tagIds=[w.tag])
    await w.owner.do("updateMemberAccess", memberId=w.insider.member_id, addAccountIds=[account])
    jobs = [await w.job(accountId=account, stageId=w.stages[n % 3]) for n in range(3)]
    await w.job(accountId=account, pipelineId=w.elsewhere)
    mine = {"owner": jobs[0], "overseer": jobs[1], "insider": jobs[0]}
    yield Step(w.insider, "deleteJob", {"jobId": jobs[2]}, loses={"owner": jobs[2], "insider": jobs[2]})
    yield Step(w.owner, "deleteAccount", {"accountId": account}, loses=mine, quiet=("assignee",))
    yield Step(w.owner, "restoreAccount", {"accountId": account}, gains=mine, quiet=("assignee",))
    yield Step(w.owner, "restoreAccount", {"accountId": account}, events=0)
    yield Step(w.insider, "restoreJob", {"jobId": jobs[2]}, gains={"owner": jobs[2], "insider": jobs[2]})


@case("deleteStage", "deleteJob", "restoreJob")
async def a_job_comes_back_to_where_the_others_of_its_stage_have_gone(w: World) -> AsyncIterator[Step]:
    """PL3: and runs nothing there."""
    stage = await w.make("createStage", "stage { id }", pipelineId=w.pipeline, name=w.name("Stage"), position=1)
    job = await w.job(stageId=stage)
    yield Step(w.owner, "deleteJob", {"jobId": job}, loses={"owner": job, "insider": job})
    yield Step(w.owner, "deleteStage", {"stageId": stage, "moveJobsTo": w.stages[2]})
    yield Step(w.insider, "restoreJob", {"jobId": job}, gains={"owner": job, "insider": job})


@case("emptyTrash")
async def what_is_in_the_trash_is_on_no_board(w: World) -> AsyncIterator[Step]:
    """JB3: whether it waits, or is deleted for good."""
    entry = await w.make("deleteJob", "trashEntry { id }", jobId=await w.job())
    yield Step(w.owner, "emptyTrash", {"trashIds": [entry]}, events=0, quiet=tuple(w.boards()))
    yield Step(w.owner, "emptyTrash", {"all": True}, events=0, quiet=tuple(w.boards()))


@case("retryDeadLetter", "dismissDeadLetter")
async def dead_letters_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AU2: what comes of a retry is told when it comes."""
    job = await w.job()
    for mutation in ("retryDeadLetter", "dismissDeadLetter"):
        given = {"deadLetterId": await dead_letter(w.database, job)}
        yield Step(w.owner, mutation, given, "deletedId", events=0, quiet=tuple(w.boards()))


@case("createComment", "updateComment", "deleteComment", "markNotificationsRead")
async def members_talk_about_a_job(w: World) -> AsyncIterator[Step]:
    """JB3, MV4: no card shows what they say, nor what they are told, but each is one event."""
    others, job, me = tuple(w.boards()), await w.job(), w.insider.member_id
    given = {"jobId": job, "text": "Look", "id": "comment_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}"}
    yield Step(w.owner, "createComment", {**given, "mentionIds": [me]}, quiet=others)
    yield Step(w.owner, "createComment", {**given, "mentionIds": [me]}, events=0)
    comment = {"commentId": given["id"]}
    yield Step(w.owner, "updateComment", {**comment, "text": "Look here"}, quiet=others)
    yield Step(w.owner, "updateComment", {**comment, "mentionIds": [me]}, events=0)
    yield Step(w.insider, "markNotificationsRead", {"all": True}, quiet=others)
    yield Step(w.insider, "markNotificationsRead", {"all": True}, events=0)
    second = Step(w.overseer, "createComment", {"jobId": job, "text": "Here, too", "mentionIds": [me]}, quiet=others)
    yield second
    viewer = await w.insider.query("{ viewer { notifications(first: 1) { nodes { id } } } }")
    read = {"notificationIds": [viewer["viewer"]["notifications"]["nodes"][0]["id"]]}
    yield Step(w.insider, "markNotificationsRead", read, quiet=others)
    yield Step(w.insider, "markNotificationsRead", read, events=0)
    yield Step(w.owner, "deleteComment", comment, quiet=others)
    yield Step(w.owner, "deleteComment", comment, events=0)


@case("requestUpload", "updateDocument", "shareDocument", "unshareDocument", "deleteDocument")
async def a_document_of_a_job_is_renamed_shared_and_deleted(w: World) -> AsyncIterator[Step]:
    """JB3: its job shows that in its history. What is still to come concerns nobody."""
    job, others = await w.job(), ("assignee", "overseer, elsewhere")
    asked = {"name": "a.pdf", "size": 9, "jobId": job}
    yield Step(w.owner, "requestUpload", asked, events=0)
    document = {"documentId": await stored_document(w.database, w.first, job)}
    for _ in range(2):
        yield Step(w.owner, "updateDocument", {**document, "name": f"{next(w.numbers)}.pdf"}, quiet=others)
    yield Step(w.owner, "unshareDocument", document, events=0)
    yield Step(w.owner, "shareDocument", document, quiet=others)
    yield Step(w.owner, "shareDocument", document, events=0)
    yield Step(w.owner, "unshareDocument", document, quiet=others)
    yield Step(w.owner, "deleteDocument", document, quiet=others)


@case("updateDocument", "deleteDocument")
async def a_document_of_no_job_is_on_no_board(w: World) -> AsyncIterator[Step]:
    """JB3: of an account, it is one event all the same."""
    boards, document = tuple(w.boards()), {"documentId": await stored_document(w.database, w.first)}
    yield Step(w.owner, "updateDocument", {**document, "name": "b.pdf"}, quiet=boards)
    yield Step(w.owner, "updateDocument", {**document, "name": "b.pdf"}, events=0)
    yield Step(w.owner, "deleteDocument", document, quiet=boards)


@case("updateNotificationPreferences")
async def how_one_is_told_is_on_no_board(w: World) -> AsyncIterator[Step]:
    """LV5: nothing live shows it, so that it is no event; the e-mail that comes of it is none either."""
    changed = {"addEmail": ["ASSIGNED", "MENTIONED"], "removeEmail": ["MENTIONED"]}
    yield Step(w.insider, "updateNotificationPreferences", changed, events=0, quiet=tuple(w.boards()))
    yield Step(w.insider, "updateNotificationPreferences", changed, events=0)
    yield Step(w.owner, "updateJob", {"jobId": await w.job(), "addAssigneeIds": [w.insider.member_id]})
    yield Step(w.insider, "updateNotificationPreferences", {"removeEmail": ["ASSIGNED"]}, events=0)


@case("createClientStatus", "updateClientStatus", "deleteClientStatus", "setClientStatus", "setClientStatuses")
async def a_client_status_is_made_put_on_a_card_changed_and_deleted(w: World) -> AsyncIterator[Step]:
    """ST2, LV7: cards show it."""
    others = tuple(w.boards())
    made = Step(w.owner, "createClientStatus", {"name": w.name("Status")}, "clientStatus { id }", quiet=others)
    yield made
    job, status = await w.job(), {"clientStatusId": made.payload["clientStatus"]["id"]}
    yield Step(w.owner, "updateClientStatus", {**status, "name": w.name("Status")}, quiet=others)
    unseen = ("assignee", "overseer, elsewhere")
    yield Step(w.insider, "setClientStatus", {"jobId": job, **status}, quiet=unseen)
    yield Step(w.owner, "setClientStatus", {"jobId": job, **status, "expect": {"version": 2}}, events=0)
    yield Step(w.owner, "updateClientStatus", {**status, "name": w.name("Status"), "color": "#445566"}, quiet=unseen)
    yield Step(w.owner, "updateClientStatus", {**status, "description": "All that is left"}, quiet=unseen)
    yield Step(w.owner, "updateClientStatus", {**status, "color": "#445566"}, events=0)
    many = {"jobIds": [job, job], **status, "clientStatusId": None}
    yield Step(w.insider, "setClientStatuses", many, quiet=unseen)
    yield Step(w.insider, "setClientStatuses", many, quiet=others)
    yield Step(w.insider, "setClientStatuses", {**many, **status}, quiet=unseen)
    yield Step(w.overseer, "setClientStatus", {"jobId": job, "clientStatusId": None}, quiet=unseen)
    yield Step(w.owner, "deleteClientStatus", status, quiet=others)


@case("moveJobs", "updateJobs", "setJobStatuses", "archiveJobs", "createJobs", "updateJobTags")
async def many_jobs_are_changed_at_once(w: World) -> AsyncIterator[Step]:
    """MV10, LV2: one event, whatever was refused; boards show each as if it had been changed by itself."""
    unseen = ("assignee", "overseer, elsewhere")
    job, other = await w.job(), await w.job()
    moves = [{"jobId": one, "expect": {"version": 1}} for one in (job, other, "job_none")]
    yield Step(w.insider, "moveJobs", {"jobs": moves, "stageId": w.stages[1]}, quiet=unseen)
    given = {"jobIds": [job, other], "priority": "URGENT", "addAssigneeIds": [w.assignee.member_id]}
    yield Step(w.insider, "updateJobs", given)
    await w.job(accountId=w.second)
    yield Step(w.owner, "updateJobTags", {"jobIds": [job, other], "addTagIds": [w.tag]})
    yield Step(w.owner, "setJobStatuses", {"jobIds": [job, other], "statusId": w.statuses["COMPLETED"]})
    yield Step(w.owner, "archiveJobs", {"jobIds": [job]})
    made = {"accountIds": [w.first, w.second, "account_none"], "pipelineId": w.pipeline, "name": w.name("Job")}
    yield Step(w.owner, "createJobs", made)


@case("deleteJobs", "restoreJobs")
async def many_jobs_go_into_the_trash_and_come_back(w: World) -> AsyncIterator[Step]:
    """MV10, LV2: one event, whatever was refused."""
    unseen = ("assignee", "overseer, elsewhere")
    jobs = [await w.job(), await w.job(), "job_none"]
    yield Step(w.insider, "deleteJobs", {"jobIds": jobs}, quiet=unseen)
    yield Step(w.insider, "restoreJobs", {"jobIds": jobs}, quiet=unseen)
    yield Step(w.owner, "restoreJobs", {"jobIds": jobs}, quiet=tuple(w.boards()))


@case("cancelBulkOperation", "updateJobs")
async def an_operation_that_is_stopped_is_on_no_board(w: World) -> AsyncIterator[Step]:
    """MV10: only its progress shows it."""
    boards = tuple(w.boards())
    many = [f"job_{n}" for n in range(101)]
    made = Step(w.owner, "updateJobs", {"jobIds": many, "priority": "LOW"}, "operation { id }", quiet=boards)
    yield made
    stopped = {"operationId": made.payload["operation"]["id"]}
    yield Step(w.owner, "cancelBulkOperation", stopped, quiet=boards)
    yield Step(w.owner, "cancelBulkOperation", stopped, events=0)


# --- tasks and items ------------------------------------------------------------------------------------------------


@case("createTask")
async def a_tasks_assignee_sees_its_job(w: World) -> AsyncIterator[Step]:
    """AC3, AC4."""
    job = await w.job(accountId=w.second)
    given = {"title": w.name("Task"), "jobId": job, "assigneeIds": [w.assignee.member_id], "subtasks": ["a", "b"]}
    yield Step(w.overseer, "createTask", given, gains={"assignee": job}, quiet=("insider", "insider, assigned"))
    yield Step(w.owner, "createTask", {"title": w.name("Task")}, quiet=tuple(w.boards()))
    made = {"title": w.name("Task"), "id": "task_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}"}
    yield Step(w.owner, "createTask", made)
    yield Step(w.owner, "createTask", made, events=0)


@case("updateTask")
async def a_task_changes_hands(w: World) -> AsyncIterator[Step]:
    """AC3, AC4."""
    job = await w.job(accountId=w.second)
    task = {"taskId": await w.task(jobId=job)}
    add = {**task, "addAssigneeIds": [w.assignee.member_id, w.insider.member_id], "title": w.name("Task")}
    yield Step(w.owner, "updateTask", add, gains={"assignee": job, "insider": job})
    yield Step(w.owner, "updateTask", {**task, "addAssigneeIds": [w.assignee.member_id]}, events=0)
    yield Step(w.assignee, "updateTask", {**task, "status": "IN_PROGRESS", "priority": "HIGH"})
    closing = {**task, "status": "COMPLETED", "removeAssigneeIds": [w.assignee.member_id]}
    yield Step(w.assignee, "updateTask", closing, loses={"assignee": job})
    yield Step(w.owner, "updateTask", {**task, "removeAssigneeIds": [w.insider.member_id]}, loses={"insider": job})


@case("createSubtask", "updateSubtask", "deleteSubtask")
async def a_check_list_is_written_and_ticked_off(w: World) -> AsyncIterator[Step]:
    """AI1: subtasks block nothing."""
    task = await w.task(jobId=await w.job())
    made = Step(w.insider, "createSubtask", {"taskId": task, "title": w.name("Line")}, "subtask { id }")
    yield made
    line = {"subtaskId": made.payload["subtask"]["id"]}
    yield Step(w.insider, "updateSubtask", {**line, "done": True})
    yield Step(w.insider, "updateSubtask", {**line, "done": True}, events=0)
    yield Step(w.insider, "deleteSubtask", line)


@case("completeItem", "cancelItem", "reopenItem")
async def an_item_is_completed_reopened_and_cancelled(w: World) -> AsyncIterator[Step]:
    """AI1, AI3; its assignee goes on seeing the job."""
    job = await w.job(accountId=w.second)
    item = {"itemId": await w.task(jobId=job, assigneeIds=[w.assignee.member_id])}
    yield Step(w.assignee, "completeItem", item, quiet=("insider", "overseer, elsewhere"))
    yield Step(w.assignee, "completeItem", item, events=0)
    yield Step(w.overseer, "reopenItem", item)
    yield Step(w.overseer, "reopenItem", item, events=0)
    yield Step(w.owner, "cancelItem", item)
    yield Step(w.owner, "cancelItem", item, events=0)


@case("linkItem", "unlinkItem")
async def a_task_with_an_assignee_is_linked_to_jobs(w: World) -> AsyncIterator[Step]:
    """AI2, AC4: the link gives sight, and takes it."""
    job, other = await w.job(accountId=w.second), await w.job(accountId=w.second)
    task = await w.task(assigneeIds=[w.assignee.member_id])
    yield Step(w.owner, "linkItem", {"itemId": task, "jobId": job}, gains={"assignee": job})
    yield Step(w.owner, "unlinkItem", {"itemId": task, "jobId": job}, loses={"assignee": job})
    yield Step(w.owner, "linkItem", {"itemId": task, "jobId": other, "blocking": False}, gains={"assignee": other})
