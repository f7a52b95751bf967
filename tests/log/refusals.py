"""A refused call for every mutation: nothing of it may reach the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.log.world import World
from tests.support.api import Client, Json
from tests.support.documents import stored_document

Arrange = Callable[[World], Awaitable[tuple[Client, Json]]]


@dataclass(frozen=True)
class Refusal:
    """A call that is refused with a code."""

    mutation: str
    code: str
    arrange: Arrange


REFUSALS: list[Refusal] = []


def refusal(mutation: str, code: str) -> Callable[[Arrange], Arrange]:
    """Registers a refused call."""

    def register(arrange: Arrange) -> Arrange:
        REFUSALS.append(Refusal(mutation, code, arrange))
        return arrange

    return register


def plain(mutation: str, code: str, given: Callable[[World], Json]) -> None:
    """Registers a call of the owner that needs nothing made first."""

    async def arrange(w: World) -> tuple[Client, Json]:
        return w.owner, given(w)

    refusal(mutation, code)(arrange)


NO = "0192a0b1c2d37e4f8a5b000000000000"
"""The end of an id that nothing has."""

plain("createApiToken", "REQUIRED", lambda w: {"name": "Script", "scopes": []})
plain("revokeApiToken", "NOT_FOUND", lambda w: {"tokenId": f"session_{NO}"})
plain("login", "BAD_CREDENTIALS", lambda w: {"email": "owner1@firm.test", "password": "wrong"})
plain("acceptInvitation", "INVALID", lambda w: {"token": "sl_nothing", "password": "long enough for all"})
plain("updateFirm", "INVALID", lambda w: {"timeZone": "Mars/Olympus"})
plain("updateFirm", "TOO_FEW", lambda w: {"workingDays": [], "addHolidays": [{"day": "2026-08-03", "name": "Late"}]})
plain("inviteMember", "NOT_FOUND", lambda w: {"email": "x@firm.test", "name": "X", "accountIds": [f"account_{NO}"]})
plain("renewInvitation", "NOT_FOUND", lambda w: {"memberId": f"member_{NO}"})
plain("updateMember", "REQUIRED", lambda w: {"memberId": w.insider.member_id, "name": " "})
plain("updateMemberAccess", "LAST_OWNER", lambda w: {"memberId": w.owner.member_id, "role": "EMPLOYEE"})
plain("deactivateMember", "LAST_OWNER", lambda w: {"memberId": w.owner.member_id})
plain(
    "deactivateMember",
    "NOT_FOUND",
    lambda w: {"memberId": w.insider.member_id, "replacementId": f"member_{NO}"},
)
plain("reactivateMember", "NOT_FOUND", lambda w: {"memberId": f"member_{NO}"})
plain("createAccount", "NOT_FOUND", lambda w: {"name": "Late", "tagIds": [f"tag_{NO}"]})
plain("updateAccount", "NOT_FOUND", lambda w: {"accountId": w.first, "name": "Late", "addTagIds": [f"tag_{NO}"]})
plain("deleteTag", "NOT_FOUND", lambda w: {"tagId": f"tag_{NO}"})
plain("createCustomField", "TOO_FEW", lambda w: {"name": "Late", "kind": "CHOICE"})
plain("updateCustomField", "NOT_FOUND", lambda w: {"fieldId": f"field_{NO}", "name": "Late"})
plain("deleteCustomField", "NOT_FOUND", lambda w: {"fieldId": f"field_{NO}"})
plain("createJobTemplate", "UNKNOWN_SHORTCODE", lambda w: {"name": "Late", "jobName": "[NEXT_FRIDAY]"})
plain("updateJobTemplate", "NOT_FOUND", lambda w: {"jobTemplateId": f"jobtemplate_{NO}", "name": "Late"})
plain("deleteJobTemplate", "NOT_FOUND", lambda w: {"jobTemplateId": f"jobtemplate_{NO}"})
plain("createTaskTemplate", "UNKNOWN_SHORTCODE", lambda w: {"name": "Late", "title": "[NEXT_FRIDAY]"})
plain("updateTaskTemplate", "NOT_FOUND", lambda w: {"taskTemplateId": f"tasktemplate_{NO}", "name": "Late"})
plain("deleteTaskTemplate", "NOT_FOUND", lambda w: {"taskTemplateId": f"tasktemplate_{NO}"})
plain("restoreTemplateVersion", "NOT_FOUND", lambda w: {"templateId": f"tasktemplate_{NO}", "version": 1})
plain("duplicateTemplate", "NOT_FOUND", lambda w: {"templateId": f"itemtemplate_{NO}"})
plain("createEmailTemplate", "UNKNOWN_SHORTCODE", lambda w: {"name": "Late", "subject": "Hi", "text": "[NEXT_FRIDAY]"})
plain("updateEmailTemplate", "NOT_FOUND", lambda w: {"templateId": f"emailtemplate_{NO}", "name": "Late"})
plain("deleteEmailTemplate", "NOT_FOUND", lambda w: {"templateId": f"emailtemplate_{NO}"})
plain("sendTestEmail", "NOT_FOUND", lambda w: {"templateId": f"emailtemplate_{NO}"})
plain("releaseEmails", "INVALID", lambda w: {})
plain("discardEmails", "NOT_FOUND", lambda w: {"emailIds": [f"email_{NO}"]})
plain("retryEmail", "NOT_FOUND", lambda w: {"emailId": f"email_{NO}"})
plain("createAccountRole", "REQUIRED", lambda w: {"name": ""})
plain("updateAccountRole", "NOT_FOUND", lambda w: {"accountRoleId": f"role_{NO}", "name": "Late"})
plain("createContact", "NOT_FOUND", lambda w: {"name": "Ann", "accountIds": [w.first, f"account_{NO}"]})
plain("createContact", "INVALID", lambda w: {"name": "Ann", "accountIds": [w.first], "timeZone": "Mars/Olympus"})
plain("updateContact", "NOT_FOUND", lambda w: {"contactId": f"contact_{NO}", "name": "Ann"})
plain("inviteContact", "NOT_FOUND", lambda w: {"contactId": f"contact_{NO}"})
plain("revokeContactAccess", "NOT_FOUND", lambda w: {"contactId": f"contact_{NO}"})
plain("deleteContact", "NOT_FOUND", lambda w: {"contactId": f"contact_{NO}"})
plain("installPipelineTemplate", "NOT_FOUND", lambda w: {"key": "rocket-science"})
plain("exportPipeline", "NOT_FOUND", lambda w: {"pipelineId": f"pipeline_{NO}"})
plain("duplicatePipeline", "NOT_FOUND", lambda w: {"pipelineId": f"pipeline_{NO}"})
plain("createPipeline", "TOO_FEW", lambda w: {"name": "Short", "stages": [{"name": "Only"}]})
plain(
    "updatePipeline",
    "NOT_FOUND",
    lambda w: {"pipelineId": w.pipeline, "name": "Late", "addAvailableToIds": [f"member_{NO}"]},
)
plain("archivePipeline", "NOT_FOUND", lambda w: {"pipelineId": f"pipeline_{NO}"})
plain("restorePipeline", "NOT_FOUND", lambda w: {"pipelineId": f"pipeline_{NO}"})
plain("deletePipeline", "IN_USE", lambda w: {"pipelineId": w.pipeline})
plain("createStage", "INVALID", lambda w: {"pipelineId": w.pipeline, "name": "Late", "position": 99})
plain("updateStage", "INVALID", lambda w: {"stageId": w.stages[0], "name": "Late", "position": 99})
plain("updateStage", "REQUIRED", lambda w: {"stageId": w.stages[0], "automove": "WHEN_ITEMS_DONE", "name": " "})
plain(
    "updateStage",
    "NOT_FOUND",
    lambda w: {"stageId": w.stages[1], "jobLimit": 1, "condition": {"tags": [w.tag, f"tag_{NO}"]}},
)
plain("deleteStage", "IN_USE", lambda w: {"stageId": w.stages[0]})
plain("createJobStatus", "NAME_TAKEN", lambda w: {"name": "archived"})
plain("updateJobStatus", "BUILT_IN", lambda w: {"statusId": w.statuses["ACTIVE"], "name": "Late"})
plain("deleteJobStatus", "BUILT_IN", lambda w: {"statusId": w.statuses["ACTIVE"]})
plain("createClientStatus", "REQUIRED", lambda w: {"name": " ", "color": "#112233"})
plain("updateClientStatus", "NOT_FOUND", lambda w: {"clientStatusId": f"clientstatus_{NO}", "name": "Late"})
plain("setClientStatuses", "NOT_FOUND", lambda w: {"jobIds": w.jobs, "clientStatusId": f"clientstatus_{NO}"})
plain("setClientStatuses", "TOO_MANY", lambda w: {"jobIds": [f"job_{n}" for n in range(1001)], "clientStatusId": None})
plain("archiveJobs", "TOO_MANY", lambda w: {"jobIds": [f"job_{n}" for n in range(1001)]})
plain("deleteJobs", "TOO_MANY", lambda w: {"jobIds": [f"job_{n}" for n in range(1001)]})
plain("restoreJobs", "TOO_MANY", lambda w: {"jobIds": [f"job_{n}" for n in range(1001)]})
plain("updateJobs", "REQUIRED", lambda w: {"jobIds": w.jobs})
plain("updateJobTags", "NOT_FOUND", lambda w: {"jobIds": w.jobs, "addTagIds": [f"tag_{NO}"]})
plain("setJobStatuses", "NOT_FOUND", lambda w: {"jobIds": w.jobs, "statusId": f"status_{NO}"})
plain("moveJobs", "NOT_FOUND", lambda w: {"jobs": [], "stageId": f"stage_{NO}"})
plain("createJobs", "REQUIRED", lambda w: {"accountIds": [w.first], "pipelineId": w.pipeline})
plain("cancelBulkOperation", "NOT_FOUND", lambda w: {"operationId": f"bulk_{NO}"})
plain("setClientStatus", "NOT_FOUND", lambda w: {"jobId": w.jobs[0], "clientStatusId": f"clientstatus_{NO}"})
plain(
    "createJob",
    "NOT_FOUND",
    lambda w: {
        "name": "Late",
        "accountId": w.first,
        "pipelineId": w.pipeline,
        "id": f"job_{NO}",
        "afterJobId": f"job_{NO}",
    },
)
plain("deleteJob", "CONFLICT", lambda w: {"jobId": w.jobs[0], "expect": {"version": 777}})
plain("restoreJob", "NOT_FOUND", lambda w: {"jobId": f"job_{NO}"})
plain("deleteAccount", "NOT_FOUND", lambda w: {"accountId": f"account_{NO}"})
plain("restoreAccount", "NOT_FOUND", lambda w: {"accountId": f"account_{NO}"})
plain("emptyTrash", "NOT_FOUND", lambda w: {"trashIds": [f"trash_{NO}"]})
plain("emptyTrash", "INVALID", lambda w: {"trashIds": [f"trash_{NO}"], "all": True})
plain("retryDeadLetter", "NOT_FOUND", lambda w: {"deadLetterId": f"due_{NO}"})
plain("dismissDeadLetter", "NOT_FOUND", lambda w: {"deadLetterId": f"due_{NO}"})
plain("createTask", "NOT_FOUND", lambda w: {"title": "Late", "jobId": f"job_{NO}", "id": f"task_{NO}"})
plain("completeItem", "NOT_FOUND", lambda w: {"itemId": f"task_{NO}"})
plain("reopenItem", "NOT_FOUND", lambda w: {"itemId": f"task_{NO}"})
plain("updateSubtask", "NOT_FOUND", lambda w: {"subtaskId": f"subtask_{NO}", "done": True})
plain("deleteSubtask", "NOT_FOUND", lambda w: {"subtaskId": f"subtask_{NO}"})


@refusal("logout", "UNAUTHENTICATED")
async def nobody_logs_out(w: World) -> tuple[Client, Json]:
    """There is no session to end."""
    return w.api.nobody, {}


@refusal("updateAccount", "INVALID")
async def a_value_that_is_not_of_its_fields_kind(w: World) -> tuple[Client, Json]:
    """What comes before it in the same call is not done either."""
    field = await w.make("createCustomField", "customField { id }", name=w.name("Field"), kind="DATE")
    values = [{"fieldId": field, "value": "tomorrow"}]
    return w.owner, {"accountId": w.first, "name": "Late", "setCustomFields": values}


@refusal("deleteAccountRole", "IN_USE")
async def a_role_that_somebody_holds(w: World) -> tuple[Client, Json]:
    """PL4."""
    role = await w.make("createAccountRole", "accountRole { id }", name=w.name("Role"))
    holder = [{"accountRoleId": role, "memberId": w.insider.member_id}]
    await w.owner.do("updateAccount", accountId=w.first, addRoles=holder)
    return w.owner, {"accountRoleId": role}


@refusal("updateJob", "CONFLICT")
async def an_edit_of_an_older_version(w: World) -> tuple[Client, Json]:
    """MV4."""
    return w.owner, {"jobId": await w.job(), "name": "Late", "expect": {"version": 7}}


@refusal("updateJob", "DATES_REVERSED")
async def an_edit_with_assignees_and_reversed_dates(w: World) -> tuple[Client, Json]:
    """All or nothing."""
    job, who = await w.job(startDate="2026-02-01"), w.assignee.member_id
    return w.owner, {"jobId": job, "addAssigneeIds": [who], "dueDate": "2026-01-01"}


@refusal("moveJob", "CONFLICT")
async def a_move_of_an_older_version(w: World) -> tuple[Client, Json]:
    """MV4."""
    return w.owner, {"jobId": await w.job(), "stageId": w.stages[1], "expect": {"version": 7}}


@refusal("moveJob", "PENDING_ITEMS")
async def a_move_that_leaves_open_items_without_a_word(w: World) -> tuple[Client, Json]:
    """MV5."""
    job = await w.job()
    await w.task(jobId=job)
    return w.owner, {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}}


@refusal("moveJob", "NOT_IN_STAGE")
async def a_move_below_a_job_of_another_column(w: World) -> tuple[Client, Json]:
    """The items are settled before the place is looked for, and stay open all the same."""
    job, other = await w.job(), await w.job()
    await w.task(jobId=job)
    given = {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}, "afterJobId": other}
    return w.owner, {**given, "pendingItems": "COMPLETE"}


@refusal("moveJob", "NOT_FOUND")
async def a_move_of_a_job_that_one_does_not_see(w: World) -> tuple[Client, Json]:
    """AC4."""
    job = await w.job(accountId=w.second)
    return w.insider, {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}}


@refusal("moveJob", "FORBIDDEN")
async def a_move_that_skips_automations_without_the_right(w: World) -> tuple[Client, Json]:
    """MV7."""
    job = await w.job()
    return w.insider, {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}, "skipAutomations": True}


@refusal("undoMove", "ALREADY_SENT")
async def a_move_of_which_a_call_has_come(w: World) -> tuple[Client, Json]:
    """MV7: what waits to be made is taken back before it is known that it cannot be."""
    config = {"callWebhook": {"url": "https://hooks.example.com/jobs"}}
    made = [await w.make("createAutomation", "automation { id }", stageId=w.stages[2], config=config) for _ in "ab"]
    job = await w.job()
    await w.owner.do("moveJob", jobId=job, stageId=w.stages[2], expect={"version": 1})
    for automation in made:
        await w.owner.do("deleteAutomation", automationId=automation)
    await w.database.rows(
        "UPDATE webhook_calls SET attempts = 1 WHERE id = (SELECT min(id) FROM webhook_calls WHERE job_id = $1)", job
    )
    return w.owner, {"jobId": job, "expect": {"version": 2}}


@refusal("setJobStatus", "NOT_ENABLED")
async def a_status_of_another_pipeline(w: World) -> tuple[Client, Json]:
    """PL2."""
    status = await w.make("createJobStatus", "status { id }", name=w.name("Status"))
    return w.owner, {"jobId": await w.job(), "statusId": status}


plain("markNotificationsRead", "NOT_FOUND", lambda w: {"notificationIds": [f"notification_{NO}"], "all": True})
plain(
    "updateNotificationPreferences",
    "TOO_MANY",
    lambda w: {"addEmail": ["ASSIGNED"], "removeEmail": ["MENTIONED"] * 201},
)
plain("deleteComment", "NOT_FOUND", lambda w: {"commentId": f"comment_{NO}"})
plain("requestUpload", "TYPE_NOT_ALLOWED", lambda w: {"name": "a.exe", "size": 9, "accountId": w.first})
plain("updateDocument", "NOT_FOUND", lambda w: {"documentId": f"doc_{NO}", "name": "a.pdf"})
plain("shareDocument", "NOT_FOUND", lambda w: {"documentId": f"doc_{NO}"})
plain("unshareDocument", "NOT_FOUND", lambda w: {"documentId": f"doc_{NO}"})
plain("retryWebhookCall", "NOT_FOUND", lambda w: {"callId": f"call_{NO}"})


@refusal("rotateWebhookSecret", "FORBIDDEN")
async def a_secret_that_somebody_without_the_right_rotates(w: World) -> tuple[Client, Json]:
    """API6."""
    return w.insider, {}


@refusal("deleteDocument", "FORBIDDEN")
async def a_document_that_somebody_without_the_right_deletes(w: World) -> tuple[Client, Json]:
    """AC1."""
    return w.insider, {"documentId": await stored_document(w.database, w.first)}


@refusal("createComment", "CANNOT_SEE")
async def a_comment_that_mentions_who_does_not_see_the_job(w: World) -> tuple[Client, Json]:
    """JB3."""
    job = await w.job(accountId=w.second)
    given = {"jobId": job, "text": "Look", "id": f"comment_{NO}"}
    return w.owner, {**given, "mentionIds": [w.overseer.member_id, w.insider.member_id]}


@refusal("updateComment", "FORBIDDEN")
async def a_comment_of_somebody_else(w: World) -> tuple[Client, Json]:
    """JB3: not even an owner puts words into others' mouths."""
    made = await w.insider.do("createComment", "comment { id }", jobId=await w.job(), text="Mine")
    return w.owner, {"commentId": made["id"], "text": "Yours", "mentionIds": [w.insider.member_id]}


@refusal("deleteClientStatus", "IN_USE")
async def a_client_status_that_a_job_has(w: World) -> tuple[Client, Json]:
    """PL4."""
    status = await w.make("createClientStatus", "clientStatus { id }", name=w.name("Status"))
    await w.owner.do("setClientStatus", jobId=await w.job(), clientStatusId=status)
    return w.owner, {"clientStatusId": status}


@refusal("updatePipeline", "NOT_ENABLED")
async def the_mode_of_a_status_that_is_not_enabled(w: World) -> tuple[Client, Json]:
    """AM4: what comes before it in the same call is not done either."""
    status = await w.make("createJobStatus", "status { id }", name=w.name("Status"))
    step = {"fromStageId": w.stages[1], "toStageId": w.stages[0]}
    mode = {"statusId": status, "automove": "WHEN_ITEMS_DONE"}
    return w.owner, {"pipelineId": w.pipeline, "addAllowedMoves": [step], "setStatusAutomove": [mode]}


@refusal("updateTask", "DEACTIVATED")
async def a_task_for_somebody_who_left(w: World) -> tuple[Client, Json]:
    """PL4."""
    left = await w.api.member(w.owner)
    await w.owner.do("deactivateMember", memberId=left.member_id)
    return w.owner, {"taskId": await w.task(), "title": "Late", "addAssigneeIds": [left.member_id]}


@refusal("createSubtask", "REQUIRED")
async def a_line_without_a_title(w: World) -> tuple[Client, Json]:
    """API1."""
    return w.owner, {"taskId": await w.task(), "title": ""}


@refusal("cancelItem", "ARCHIVED")
async def an_item_of_an_archived_job(w: World) -> tuple[Client, Json]:
    """ST1."""
    job = await w.job()
    task = await w.task(jobId=job)
    await w.owner.do("setJobStatus", jobId=job, statusId=w.statuses["ARCHIVED"])
    return w.owner, {"itemId": task}


@refusal("linkItem", "ALREADY_LINKED")
async def a_task_that_has_a_job(w: World) -> tuple[Client, Json]:
    """AI2."""
    return w.owner, {"itemId": await w.task(jobId=await w.job()), "jobId": await w.job()}


@refusal("unlinkItem", "NOT_FOUND")
async def a_link_that_is_not_there(w: World) -> tuple[Client, Json]:
    """API1."""
    return w.owner, {"itemId": await w.task(), "jobId": await w.job()}


@refusal("createTag", "NAME_TAKEN")
async def a_name_that_another_tag_has(w: World) -> tuple[Client, Json]:
    """Whatever its case."""
    name = w.name("Taken")
    await w.make("createTag", "tag { id }", name=name)
    return w.owner, {"name": name.upper()}


@refusal("updateTag", "NAME_TAKEN")
async def another_tags_name(w: World) -> tuple[Client, Json]:
    """Whatever its case."""
    name = w.name("Taken")
    await w.make("createTag", "tag { id }", name=name)
    return w.owner, {"tagId": w.tag, "name": name.lower()}


@refusal("restoreJob", "IN_TRASH")
async def a_job_whose_account_is_in_the_trash(w: World) -> tuple[Client, Json]:
    """JB3: it came there with it, and comes back with it."""
    account = await w.account()
    job = await w.job(accountId=account)
    await w.owner.do("deleteAccount", accountId=account)
    return w.owner, {"jobId": job}


@refusal("deleteAccount", "FORBIDDEN")
async def an_account_with_jobs_that_one_does_not_see(w: World) -> tuple[Client, Json]:
    """JB3, PL3: who takes jobs away from others sees them, or manages."""
    account = await w.account()
    await w.job(accountId=account, pipelineId=w.elsewhere)
    employee = await w.api.member(w.owner, rights=["MANAGE_ACCOUNTS"], accounts=[account])
    return employee, {"accountId": account}
