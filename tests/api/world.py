"""A firm with one of everything, and for every mutation an input that would succeed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    get_named_type,
    get_nullable_type,
)

from gql.schema import build_schema
from store.ids import new_id
from tests.access.schema_ids import portal_mutations
from tests.rules.kit import hidden_job, move, status, task
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.contents import INVOICE, ORGANIZER, REQUEST, THREAD
from tests.support.dead import dead_letter
from tests.support.documents import handed_in, stored_document
from tests.support.hooks import failed_call
from tests.support.mail import stored_email
from tests.support.recurring import FAR, failed_run, recurrence


@dataclass
class World:
    """Ids of what there is to work on."""

    api: Api
    shop: Shop
    employee: Client
    invited: str
    deactivated: str
    job: str
    other_job: str
    hidden: str
    task: str
    loose_task: str
    subtask: str
    tag: str
    field: str
    job_template: str
    task_template: str
    email_template: str
    email: str
    held_email: str
    role: str
    contact: str
    status: str
    client_status: str
    comment: str
    document: str
    notification: str
    call: str
    dead_letter: str
    bulk: str
    automation: str
    busy: str
    failed_run: str
    scheduled_run: str
    thread: str
    organizer: str
    client_task: str
    invoice: str
    request: str
    handed_in: str
    item_template: str
    recurrence: str
    paused_recurrence: str
    recurrence_run: str
    time_entry: str
    timer: str
    thrown: str
    thrown_account: str
    trash: str
    token: str
    invitation: str

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner


async def open_world(api: Api) -> World:
    """A new firm with one of everything."""
    shop = await open_shop(api)
    owner = shop.owner
    employee = await api.member(owner, accounts=[shop.account])
    gone = await api.member(owner)
    await owner.do("deactivateMember", memberId=gone.member_id)
    invited = await owner.payload("inviteMember", "member { id } invitationToken", email="in@firm.test", name="In")
    job = await shop.job("Job", dueDate="2026-06-30", startDate="2026-06-01")
    line = "query ($id: ID!) { node(id: $id) { ... on Task { subtasks { id } } } }"
    held = await task(owner, "Held", jobId=job["id"], subtasks=["Line"])
    token = await owner.do("createApiToken", "apiToken { id }", name="Script", scopes=["READ"])
    comment = await owner.do("createComment", "comment { id }", jobId=job["id"], text="Called.")
    admin = await api.member(owner, role="ADMIN")
    await admin.do("createComment", jobId=job["id"], text="Look.", mentionIds=[owner.member_id])
    told = await owner.query("{ viewer { notifications { nodes { id } } } }")
    busy, failed, scheduled = await runs(shop)
    made = {"stageId": shop.stages[2], "config": {"createTask": {"title": "Call"}}}
    guest = {"name": "Guest", "email": "guest@client.test", "accountIds": [shop.account]}
    await owner.do("inviteContact", contactId=(await owner.do("createContact", "contact { id }", **guest))["id"])
    given = {"jobId": job["id"], "title": "Thread", "content": THREAD, "send": False}
    thread = await owner.do("createItem", "item { id ... on MessageThread { clientTasks { id } } }", **given)
    charged = {"accountId": shop.account, "title": "Invoice", "content": INVOICE}
    await owner.do("updateFirm", holdsClientMail=False)
    invoice = await owner.do("createItem", "item { id }", **charged)
    await owner.do("recordPayment", itemId=invoice["id"], amount="2")
    await owner.do("updateFirm", holdsClientMail=True)
    wanted = {"accountId": shop.account, "title": "Request", "content": REQUEST}
    request = await owner.do("createItem", "item { id }", **wanted)
    loose = {"accountId": shop.account, "title": "Questions", "content": ORGANIZER, "send": False}
    template = {"name": "Talk", "title": "Talk", "content": THREAD}
    thrown, thrown_account = await shop.job("Thrown"), await owner.do("createAccount", "account { id }", name="Thrown")
    trash = await owner.do("deleteJob", "trashEntry { id }", jobId=thrown["id"])
    await owner.do("deleteAccount", accountId=thrown_account["id"])
    recurring = [await recurrence(owner, shop.pipeline, accountIds=[shop.account]) for _ in range(2)]
    await owner.do("pauseRecurrence", recurrenceId=recurring[1])
    hidden = await moved(shop)
    await owner.do("linkJobs", jobId=job["id"], otherJobId=hidden)
    await owner.do("followJob", jobId=job["id"])
    return World(
        thrown=thrown["id"],
        thrown_account=thrown_account["id"],
        trash=trash["id"],
        recurrence=recurring[0],
        paused_recurrence=recurring[1],
        recurrence_run=await failed_run(api.database, recurring[0]),
        time_entry=(await owner.do("createTimeEntry", "timeEntry { id }", jobId=job["id"], minutes=30))["id"],
        timer=(await owner.do("startTimer", "timeEntry { id }", jobId=job["id"]))["id"],
        thread=thread["id"],
        organizer=(await owner.do("createItem", "item { id }", **loose))["id"],
        client_task=thread["clientTasks"][0]["id"],
        invoice=invoice["id"],
        request=request["id"],
        handed_in=await handed_in(api.database, request["id"], shop.account),
        item_template=(await owner.do("createItemTemplate", "template { id }", **template))["id"],
        automation=(await owner.do("createAutomation", "automation { id }", **made))["id"],
        busy=busy,
        failed_run=failed,
        scheduled_run=scheduled,
        api=api,
        shop=shop,
        employee=employee,
        invited=invited["member"]["id"],
        deactivated=gone.member_id,
        job=job["id"],
        other_job=(await shop.job("Other"))["id"],
        hidden=hidden,
        dead_letter=await dead_letter(api.database, job["id"]),
        bulk=(await shop.owner.do("archiveJobs", "operation { id }", jobIds=[new_id("job")]))["id"],
        task=held,
        loose_task=await task(owner, "Loose"),
        subtask=(await owner.query(line, id=held))["node"]["subtasks"][0]["id"],
        tag=(await owner.do("createTag", "tag { id }", name="VIP"))["id"],
        field=(await owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"],
        job_template=(await owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books"))["id"],
        task_template=(await owner.do("createTaskTemplate", "taskTemplate { id }", name="Call", title="Call"))["id"],
        email_template=(
            await owner.do("createEmailTemplate", "template { id }", name="Hello", subject="Hello", text="Hello")
        )["id"],
        email=await stored_email(api.database, shop.account, job["id"]),
        held_email=await stored_email(api.database, shop.account, job["id"], state="HELD"),
        role=(await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"],
        contact=(await owner.do("createContact", "contact { id }", name="Ann", email="ann@client.test"))["id"],
        status=await status(owner, "On hold", shop.pipeline),
        client_status=(await owner.do("createClientStatus", "clientStatus { id }", name="In review"))["id"],
        comment=comment["id"],
        document=await stored_document(api.database, shop.account, job["id"]),
        notification=told["viewer"]["notifications"]["nodes"][0]["id"],
        call=await failed_call(api.database, job["id"]),
        token=token["id"],
        invitation=invited["invitationToken"],
    )


async def moved(shop: Shop) -> str:
    """A job of a hidden account that has been moved, and back."""
    job = (await hidden_job(shop))["id"]
    for stage in (shop.stages[1], shop.stages[0]):
        await move(shop.owner, job, stage)
    return str(job)


async def runs(shop: Shop) -> tuple[str, str, str]:
    """A job in another pipeline, a turn in it of an automation that has failed, and one that is scheduled."""
    elsewhere = await status(shop.owner, "Elsewhere")
    failing: Json = {"config": {"setJobStatus": {"statusId": elsewhere}}}
    waiting: Json = {"config": {"addComment": {"text": "Later"}}, "delay": {"span": {"amount": 1, "unit": "DAYS"}}}
    stages = [{"name": "Only", "automations": [failing, waiting]}, {"name": "Last"}]
    made = await shop.owner.do("createPipeline", "pipeline { id }", name="Automated", stages=stages)
    job = await shop.job("Busy", pipelineId=made["id"])
    found = await shop.owner.query("query ($id: ID!) { job(id: $id) { runs { nodes { id } } } }", id=job["id"])
    failed, scheduled = (run["id"] for run in found["job"]["runs"]["nodes"])
    return job["id"], failed, scheduled


def automation(w: World) -> Json:
    """What an automation does, for which jobs, and after which time."""
    people = {"assigneeIds": [w.owner.member_id], "assigneeRoleIds": [w.role]}
    task = {"title": "Call", "description": "Twice", "checkList": "One", "dueAfter": {"amount": 2, "unit": "DAYS"}}
    return {
        "config": {"createTask": {**task, **people}},
        "condition": {"all": [{"tags": [w.tag]}, {"not": {"priority": ["LOW"]}}]},
        "delay": {"span": {"amount": 2, "unit": "WORKING_DAYS"}},
        "position": 0,
    }


def settings(w: World) -> Json:
    """Settings of a stage that is neither the first nor the last."""
    return {
        "timeLimit": {"amount": 2, "unit": "WORKING_DAYS"},
        "jobLimit": 5,
        "condition": {"all": [{"tags": [w.tag]}, {"not": {"priority": ["LOW"]}}]},
    }


INPUTS: dict[str, Callable[[World], Json]] = {
    "login": lambda w: {"email": "owner1@firm.test", "password": "a wrong password"},
    "acceptInvitation": lambda w: {"token": w.invitation, "password": "a password for tests"},
    "logout": lambda w: {},
    "createApiToken": lambda w: {"name": "Script", "scopes": ["READ"]},
    "revokeApiToken": lambda w: {"tokenId": w.token},
    "updateFirm": lambda w: {
        "name": "Office",
        "timeZone": "Europe/Berlin",
        "currency": "USD",
        "workingDays": ["MONDAY", "SATURDAY"],
        "holidayRegion": "DE-BY",
        "addHolidays": [{"day": "2026-08-03", "name": "Outing"}],
        "removeHolidays": ["2026-08-04"],
        "quietFrom": "22:00",
        "quietUntil": "06:30",
        "holdsClientMail": False,
        "senderName": "Office",
        "senderAddress": "office@firm.test",
        "replyTo": "help@firm.test",
    },
    "inviteMember": lambda w: {"email": "new@firm.test", "name": "New", "accountIds": [w.shop.account]},
    "renewInvitation": lambda w: {"memberId": w.invited},
    "updateMember": lambda w: {"memberId": w.employee.member_id, "name": "Renamed"},
    "updateMemberAccess": lambda w: {"memberId": w.employee.member_id, "addRights": ["MANAGE_TAGS"]},
    "deactivateMember": lambda w: {"memberId": w.employee.member_id, "replacementId": w.owner.member_id},
    "reactivateMember": lambda w: {"memberId": w.deactivated},
    "createAccount": lambda w: {
        "name": "Bolt",
        "tagIds": [w.tag],
        "setCustomFields": [{"fieldId": w.field, "value": "Rome"}],
    },
    "updateAccount": lambda w: {
        "accountId": w.shop.account,
        "name": "Bolt",
        "addTagIds": [w.tag],
        "addContactIds": [w.contact],
        "setCustomFields": [{"fieldId": w.field, "value": "Oslo"}],
        "addRoles": [{"accountRoleId": w.role, "memberId": w.employee.member_id}],
        "removeRoles": [{"accountRoleId": w.role, "memberId": w.owner.member_id}],
    },
    "createTag": lambda w: {"name": "New", "color": "#ff0000"},
    "updateTag": lambda w: {"tagId": w.tag, "name": "New"},
    "deleteTag": lambda w: {"tagId": w.tag},
    "createCustomField": lambda w: {"name": "Region", "kind": "CHOICE", "choices": ["DE", "FR"]},
    "updateCustomField": lambda w: {"fieldId": w.field, "name": "Town"},
    "deleteCustomField": lambda w: {"fieldId": w.field},
    "createJobTemplate": lambda w: {
        "name": "Payroll",
        "jobName": "Payroll [LAST_MONTH_NAME]",
        "taskTemplateIds": [w.task_template],
        "assigneeIds": [w.employee.member_id],
        "assigneeRoleIds": [w.role],
        "startAfter": {"amount": 1, "unit": "DAYS"},
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
        "timeBudgetMinutes": 600,
    },
    "updateJobTemplate": lambda w: {
        "jobTemplateId": w.job_template,
        "name": "Sales tax",
        "taskTemplateIds": [w.task_template],
        "assigneeIds": [w.employee.member_id],
        "assigneeRoleIds": [w.role],
        "startAfter": {"amount": 1, "unit": "DAYS"},
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
    },
    "deleteJobTemplate": lambda w: {"jobTemplateId": w.job_template},
    "createRecurrence": lambda w: {
        "name": "Payroll",
        "pipelineId": w.shop.pipeline,
        "rrule": "FREQ=MONTHLY;BYMONTHDAY=31",
        "startDate": FAR,
        "accountIds": [w.shop.account],
        "stageId": w.shop.stages[1],
        "templateId": w.job_template,
        "jobName": "Payroll [LAST_MONTH_NAME]",
        "description": "For [ACCOUNT_NAME]",
        "assigneeIds": [w.employee.member_id],
        "startAfter": {"amount": 1, "unit": "DAYS"},
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
        "count": 12,
        "createAheadDays": 3,
    },
    "updateRecurrence": lambda w: {
        "recurrenceId": w.recurrence,
        "name": "Payroll",
        "pipelineId": w.shop.pipeline,
        "rrule": "FREQ=WEEKLY",
        "startDate": FAR,
        "jobName": "Payroll",
        "description": "All of it",
        "assigneeIds": [w.employee.member_id],
        "startAfter": {"amount": 1, "unit": "DAYS"},
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
        "endDate": "2101-01-01",
        "createAheadDays": 3,
        "addAccountIds": [w.shop.account],
    },
    "deleteRecurrence": lambda w: {"recurrenceId": w.recurrence},
    "pauseRecurrence": lambda w: {"recurrenceId": w.recurrence},
    "resumeRecurrence": lambda w: {"recurrenceId": w.paused_recurrence},
    "skipNextOccurrence": lambda w: {"recurrenceId": w.recurrence, "occurrence": FAR},
    "retryRecurrenceRun": lambda w: {"runId": w.recurrence_run},
    "createTaskTemplate": lambda w: {
        "name": "Ask",
        "title": "Ask [ACCOUNT_NAME]",
        "subtasks": ["Once", "Twice"],
        "assigneeIds": [w.employee.member_id],
        "assigneeRoleIds": [w.role],
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
    },
    "updateTaskTemplate": lambda w: {
        "taskTemplateId": w.task_template,
        "name": "Tell",
        "title": "Ask [ACCOUNT_NAME]",
        "subtasks": ["Once", "Twice"],
        "assigneeIds": [w.employee.member_id],
        "assigneeRoleIds": [w.role],
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
    },
    "deleteTaskTemplate": lambda w: {"taskTemplateId": w.task_template},
    "restoreTemplateVersion": lambda w: {"templateId": w.email_template, "version": 1, "name": "Hello again"},
    "duplicateTemplate": lambda w: {"templateId": w.task_template, "name": "Call twice"},
    "createEmailTemplate": lambda w: {"name": "Bye", "subject": "Bye [JOB_NAME]", "text": "Bye", "html": "<p>Bye</p>"},
    "updateEmailTemplate": lambda w: {
        "templateId": w.email_template,
        "name": "Bye",
        "subject": "Bye",
        "text": "Bye",
        "html": "<p>Bye</p>",
    },
    "deleteEmailTemplate": lambda w: {"templateId": w.email_template},
    "sendTestEmail": lambda w: {"templateId": w.email_template, "jobId": w.job},
    "releaseEmails": lambda w: {"emailIds": [w.held_email]},
    "discardEmails": lambda w: {"emailIds": [w.held_email]},
    "retryEmail": lambda w: {"emailId": w.email},
    "createAccountRole": lambda w: {"name": "Reviewer"},
    "updateAccountRole": lambda w: {"accountRoleId": w.role, "name": "Reviewer"},
    "deleteAccountRole": lambda w: {"accountRoleId": w.role},
    "createContact": lambda w: {
        "name": "Bob",
        "email": "bob@client.test",
        "accountIds": [w.shop.account],
        "timeZone": "Asia/Tokyo",
    },
    "updateContact": lambda w: {
        "contactId": w.contact,
        "name": "Bob",
        "notifications": False,
        "timeZone": "Asia/Tokyo",
    },
    "inviteContact": lambda w: {"contactId": w.contact},
    "revokeContactAccess": lambda w: {"contactId": w.contact},
    "deleteContact": lambda w: {"contactId": w.contact},
    "createPipeline": lambda w: {
        "name": "Payroll",
        "stages": [{"name": "One", "timeLimit": {"amount": 1, "unit": "HOURS"}, "jobLimit": 5}, {"name": "Two"}],
        "availableToIds": [w.employee.member_id],
        "statusIds": [w.status],
    },
    "updatePipeline": lambda w: {
        "pipelineId": w.shop.pipeline,
        "name": "Payroll",
        "archiveAfterDays": 30,
        "addAllowedMoves": [{"fromStageId": w.shop.stages[0], "toStageId": w.shop.stages[1]}],
        "removeAllowedMoves": [{"fromStageId": w.shop.stages[1], "toStageId": w.shop.stages[0]}],
        "setStatusAutomove": [{"statusId": w.status, "automove": "WHEN_ITEMS_DONE"}],
    },
    "installPipelineTemplate": lambda w: {"key": "sales-tax", "availableToIds": [w.employee.member_id]},
    "exportPipeline": lambda w: {"pipelineId": w.shop.pipeline},
    "duplicatePipeline": lambda w: {"pipelineId": w.shop.pipeline, "name": "Copy"},
    "deleteJob": lambda w: {"jobId": w.job, "expect": {"version": 1}},
    "restoreJob": lambda w: {"jobId": w.thrown},
    "deleteAccount": lambda w: {"accountId": w.shop.account},
    "restoreAccount": lambda w: {"accountId": w.thrown_account},
    "emptyTrash": lambda w: {"trashIds": [w.trash], "all": False},
    "archivePipeline": lambda w: {"pipelineId": w.shop.pipeline},
    "restorePipeline": lambda w: {"pipelineId": w.shop.pipeline},
    "deletePipeline": lambda w: {"pipelineId": w.shop.pipeline},
    "createStage": lambda w: {"pipelineId": w.shop.pipeline, "name": "New", "position": 1, **settings(w)},
    "updateStage": lambda w: {"stageId": w.shop.stages[0], "name": "New", "position": 1, **settings(w)},
    "deleteStage": lambda w: {"stageId": w.shop.stages[0], "moveJobsTo": w.shop.stages[1]},
    "createJobStatus": lambda w: {"name": "Waiting", "color": "#00ff00"},
    "updateJobStatus": lambda w: {"statusId": w.status, "name": "Waiting"},
    "deleteJobStatus": lambda w: {"statusId": w.status},
    "createClientStatus": lambda w: {"name": "Received", "color": "#00ff00", "description": "It is here."},
    "updateClientStatus": lambda w: {"clientStatusId": w.client_status, "name": "Received"},
    "deleteClientStatus": lambda w: {"clientStatusId": w.client_status},
    "createJob": lambda w: {"name": "New", "accountId": w.shop.account, "pipelineId": w.shop.pipeline},
    "updateJob": lambda w: {"jobId": w.job, "name": "New"},
    "moveJob": lambda w: {
        "jobId": w.job,
        "stageId": w.shop.stages[1],
        "expect": {"version": 1},
        "pendingItems": "KEEP",
        "pendingItemChoices": [{"itemId": w.task, "choice": "COMPLETE"}],
    },
    "undoMove": lambda w: {"jobId": w.hidden, "expect": {"version": 3}},
    "createAutomation": lambda w: {"stageId": w.shop.stages[2], **automation(w)},
    "updateAutomation": lambda w: {"automationId": w.automation, **automation(w)},
    "deleteAutomation": lambda w: {"automationId": w.automation},
    "retryRun": lambda w: {"runId": w.failed_run},
    "dismissRun": lambda w: {"runId": w.failed_run},
    "runNow": lambda w: {"runId": w.scheduled_run},
    "cancelRun": lambda w: {"runId": w.scheduled_run},
    "retryDeadLetter": lambda w: {"deadLetterId": w.dead_letter},
    "dismissDeadLetter": lambda w: {"deadLetterId": w.dead_letter},
    "setJobStatus": lambda w: {"jobId": w.job, "statusId": w.status, "expect": {"version": 1}},
    "setClientStatus": lambda w: {"jobId": w.job, "clientStatusId": w.client_status, "expect": {"version": 1}},
    "setClientStatuses": lambda w: {"jobIds": [w.job], "clientStatusId": w.client_status},
    "createComment": lambda w: {
        "jobId": w.job,
        "text": "Written.",
        "mentionIds": [w.owner.member_id],
        "documentIds": [w.document],
    },
    "setJobStatuses": lambda w: {"jobIds": [w.job], "statusId": w.status},
    "archiveJobs": lambda w: {"jobIds": [w.job]},
    "deleteJobs": lambda w: {"jobIds": [w.job]},
    "restoreJobs": lambda w: {"jobIds": [w.thrown]},
    "updateJobs": lambda w: {"jobIds": [w.job], "priority": "HIGH"},
    "updateJobTags": lambda w: {"jobIds": [w.job], "addTagIds": [w.tag]},
    "moveJobs": lambda w: {"jobs": [{"jobId": w.job, "expect": {"version": 1}}], "stageId": w.shop.stages[1]},
    "createJobs": lambda w: {"accountIds": [w.shop.account], "pipelineId": w.shop.pipeline, "name": "Job"},
    "cancelBulkOperation": lambda w: {"operationId": w.bulk},
    "updateComment": lambda w: {"commentId": w.comment, "text": "Written.", "mentionIds": [w.owner.member_id]},
    "deleteComment": lambda w: {"commentId": w.comment},
    "linkJobs": lambda w: {"jobId": w.job, "otherJobId": w.other_job, "kind": "BLOCKS"},
    "unlinkJobs": lambda w: {"jobId": w.job, "otherJobId": w.hidden},
    "followJob": lambda w: {"jobId": w.other_job, "memberIds": [w.owner.member_id]},
    "unfollowJob": lambda w: {"jobId": w.job, "memberIds": [w.owner.member_id]},
    "startTimer": lambda w: {"jobId": w.job, "taskId": w.task, "note": "Call", "billable": False},
    "stopTimer": lambda w: {"timeEntryId": w.timer, "note": "Call"},
    "createTimeEntry": lambda w: {
        "jobId": w.job,
        "minutes": 30,
        "day": "2026-06-01",
        "memberId": w.employee.member_id,
        "taskId": w.task,
        "billable": False,
        "note": "Call",
    },
    "updateTimeEntry": lambda w: {
        "timeEntryId": w.time_entry,
        "day": "2026-06-02",
        "minutes": 5,
        "billable": False,
        "note": "Call",
        "taskId": w.task,
    },
    "deleteTimeEntry": lambda w: {"timeEntryId": w.time_entry},
    "requestUpload": lambda w: {"name": "b.pdf", "size": 9, "mediaType": "application/pdf", "jobId": w.job},
    "updateDocument": lambda w: {"documentId": w.document, "name": "b.pdf"},
    "shareDocument": lambda w: {"documentId": w.document},
    "unshareDocument": lambda w: {"documentId": w.document},
    "deleteDocument": lambda w: {"documentId": w.document},
    "rotateWebhookSecret": lambda w: {},
    "retryWebhookCall": lambda w: {"callId": w.call},
    "markNotificationsRead": lambda w: {"notificationIds": [w.notification], "all": True},
    "updateNotificationPreferences": lambda w: {"addEmail": ["MENTIONED"], "removeEmail": ["ASSIGNED"]},
    "createTask": lambda w: {"title": "New", "jobId": w.job, "subtasks": ["Line"]},
    "updateTask": lambda w: {"taskId": w.task, "title": "New"},
    "createSubtask": lambda w: {"taskId": w.task, "title": "New"},
    "updateSubtask": lambda w: {"subtaskId": w.subtask, "title": "New"},
    "deleteSubtask": lambda w: {"subtaskId": w.subtask},
    "completeItem": lambda w: {"itemId": w.task},
    "cancelItem": lambda w: {"itemId": w.task},
    "reopenItem": lambda w: {"itemId": w.task},
    "createItem": lambda w: {
        "accountId": w.shop.account,
        "jobId": w.job,
        "title": "New",
        "message": "Please",
        "dueDate": "2026-07-01",
        "reminders": {"everyDays": 2, "times": 3},
        "content": THREAD,
    },
    "sendItem": lambda w: {"itemId": w.thread},
    "updateItem": lambda w: {"itemId": w.thread, "title": "New", "reminders": {"everyDays": 2, "times": 3}},
    "createItemTemplate": lambda w: {
        "name": "New",
        "title": "New [JOB_NAME]",
        "message": "Please",
        "reminders": {"everyDays": 2, "times": 3},
        "content": THREAD,
    },
    "updateItemTemplate": lambda w: {
        "itemTemplateId": w.item_template,
        "name": "New",
        "title": "New",
        "reminders": {"everyDays": 2, "times": 3},
        "content": THREAD,
    },
    "deleteItemTemplate": lambda w: {"itemTemplateId": w.item_template},
    "sealOrganizer": lambda w: {"itemId": w.organizer},
    "postMessage": lambda w: {"itemId": w.thread, "text": "Hello"},
    "addClientTask": lambda w: {"itemId": w.thread, "title": "Write"},
    "removeClientTask": lambda w: {"clientTaskId": w.client_task},
    "recordPayment": lambda w: {
        "itemId": w.invoice,
        "amount": "1.50",
        "paidOn": "2026-01-31",
        "method": "Transfer",
        "note": "In part",
    },
    "refundPayment": lambda w: {
        "itemId": w.invoice,
        "amount": "0.50",
        "paidOn": "2026-01-31",
        "method": "Transfer",
        "note": "Too much",
    },
    "acceptDocument": lambda w: {"itemId": w.request, "documentId": w.handed_in},
    "returnDocument": lambda w: {"itemId": w.request, "documentId": w.handed_in, "comment": "Not this one."},
    "linkItem": lambda w: {"itemId": w.loose_task, "jobId": w.job},
    "unlinkItem": lambda w: {"itemId": w.task, "jobId": w.job},
}


BULK = {
    "archiveJobs",
    "createJobs",
    "deleteJobs",
    "moveJobs",
    "restoreJobs",
    "setClientStatuses",
    "setJobStatuses",
    "updateJobs",
    "updateJobTags",
}


@dataclass(frozen=True)
class Place:
    """One field of a mutation's input, perhaps deep inside it."""

    mutation: str
    path: tuple[str | int, ...]
    field: GraphQLInputField
    root: GraphQLInputObjectType
    """The mutation's input."""

    def __str__(self) -> str:
        return ".".join([self.mutation, *map(str, self.path)])

    @property
    def top(self) -> str:
        """The field of the input itself that it is or is in."""
        return str(self.path[0])

    @property
    def in_results(self) -> bool:
        """Whether it is what a bulk operation is about: results say what is wrong with it, not errors (tests/bulk)."""
        return self.mutation in BULK and self.top in {"jobs", "jobIds", "accountIds", "tagIds"}

    @property
    def name(self) -> str:
        """Its own name."""
        return str(self.path[-1])

    @property
    def kind(self) -> GraphQLNamedType:
        """Its type without lists and non-null."""
        return get_named_type(self.field.type)

    @property
    def is_list(self) -> bool:
        """Whether it takes a list."""
        return isinstance(get_nullable_type(self.field.type), GraphQLList)

    @property
    def removes(self) -> bool:
        """Whether it names what is to be taken away: what is not there is away already."""
        return self.top.startswith("remove")

    def put(self, given: Json, value: Any) -> Json:
        """The input with a value in this place; of an input with exactly one field only that."""
        put: Json = _put(given, self.root, self.path, value)
        return put


def _put(given: Any, kind: GraphQLInputObjectType, path: tuple[str | int, ...], value: Any) -> Any:
    step, deeper = path[0], path[1:]
    if isinstance(step, int):
        first, *others = given or [{}]
        return [_put(first, kind, deeper, value), *others]
    said: Json = {} if given is None else given
    kept = {} if kind.extensions["strawberry-definition"].is_one_of else said
    inner = get_named_type(kind.fields[step].type)
    return kept | {step: _put(said.get(step), inner, deeper, value) if deeper else value}


def mutations() -> dict[str, GraphQLInputObjectType]:
    """Every mutation of members with the type of its input."""
    root = build_schema()._schema.mutation_type
    assert root is not None
    found = {}
    for name, field in root.fields.items():
        if name in portal_mutations():
            continue
        given = get_named_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        found[name] = given
    return found


def places() -> list[Place]:
    """Every field of every input of every mutation, nested ones included."""
    return [
        Place(name, path, field, given) for name, given in mutations().items() for path, field in _inside(given, (), ())
    ]


def _inside(
    kind: GraphQLInputObjectType, path: tuple[str | int, ...], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str | int, ...], GraphQLInputField]]:
    for name, field in kind.fields.items():
        here = (*path, name)
        yield here, field
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType) and inner.name not in above:  # conditions hold conditions
            deeper = (*here, 0) if isinstance(get_nullable_type(field.type), GraphQLList) else here
            yield from _inside(inner, deeper, (*above, inner.name))
