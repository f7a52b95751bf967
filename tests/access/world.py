"""A firm in which an employee sees one half, and another firm, both with at least one thing of every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from engine.enums import AccessRight
from store.ids import new_id
from tests.access import automations
from tests.access.schema_ids import mutation_rules
from tests.support.api import PASSWORD, Api, Client
from tests.support.contents import INVOICE, ORGANIZER, REQUEST, THREAD, contents
from tests.support.dead import dead_letter
from tests.support.documents import firms_document, handed_in, stored_document
from tests.support.hooks import failed_call
from tests.support.mail import stored_email
from tests.support.pipelines import SMALL
from tests.support.recurring import FAR, failed_run, recurrence

Things = dict[str, list[str]]
"""Ids by their prefix."""

ALL_BUT_SIGHT = [right.value for right in AccessRight if right is not AccessRight.VIEW_ALL_ACCOUNTS]


FOR_MANAGERS = {name for name, rule in mutation_rules().items() if rule.endswith("MANAGER")}
"""Mutations that refuse an employee whatever the ids: that tells nothing either."""


@dataclass
class Firm:
    """A firm with its people and things."""

    api: Api
    owner: Client
    employee: Client
    """May do everything, but sees one pipeline and one account only."""
    colleague: Client
    invited: str
    holders: dict[str, Client]
    """For each right that a mutation asks for, an employee who has no other; under ``""`` one who has none."""
    one: dict[str, str] = field(default_factory=dict)
    """Ids of things that the employee sees, by what they are for."""
    hidden: Things = field(default_factory=dict)
    """Ids that the employee does not see."""
    gone: set[str] = field(default_factory=set)
    """Those of them that nobody sees: what was deleted, for good or into the trash."""
    cursors: dict[str, str] = field(default_factory=dict)
    """Where the boards of the owner and the employee stood before the last changes of seen and hidden jobs."""

    def put(self, **things: str) -> None:
        """Names visible things."""
        self.one |= things

    def hide(self, *ids: str) -> None:
        """Adds hidden things, under their prefixes."""
        for one in ids:
            self.hidden.setdefault(one.partition("_")[0], []).append(one)

    def everything(self) -> Things:
        """Every id of the firm by its prefix, hidden or not."""
        found: Things = {prefix: list(ids) for prefix, ids in self.hidden.items()}
        people = [self.owner.member_id, self.employee.member_id]
        for one in [*self.one.values(), *people]:
            found.setdefault(one.partition("_")[0], []).append(one)
        return found


async def open_firm(api: Api, *, employees_see: bool = True) -> Firm:
    """A new firm, furnished; ``employees_see`` False spares the people that only the viewer's own firm needs."""
    owner = await api.firm()
    own = await owner.query("{ firm { id } }")
    firm = Firm(api, owner, owner, owner, owner.member_id, {}, {"firm": own["firm"]["id"]})
    await _label(firm)
    for name in ("shown", "hidden", "spare", "thrown", "gone"):
        called = "Departed" if name == "gone" else name.title()
        account = await owner.do("createAccount", "account { id }", name=called, tagIds=[firm.one["tag"]])
        firm.put(**{f"account_{name}": account["id"]})
    for name in ("form", "kept"):
        firm.put(**{f"doc_{name}": await firms_document(api.database, firm.one["account_shown"])})
    await automations.label(firm)
    if employees_see:
        await _hire(firm)
    await _pipelines(firm)
    await automations.furnish(firm)
    await _contacts(firm)
    await _jobs(firm)
    await _comments(firm)
    await _time_and_links(firm)
    await _wander(firm)
    await automations.find_runs(firm)
    await _tasks(firm)
    await _items(firm)
    await _recurrences(firm)
    await _tokens(firm)
    await _give_up(firm)
    await _bulk(firm)
    await _retire(firm)
    await _throw_away(firm)
    await _go_on(firm)
    _hide(firm)
    return firm


async def _label(firm: Firm) -> None:
    owner = firm.owner
    tag = await owner.do("createTag", "tag { id }", name="VIP")
    spare = await owner.do("createTag", "tag { id }", name="Spare")
    role = await owner.do("createAccountRole", "accountRole { id }", name="Preparer")
    field = await owner.do("createCustomField", "customField { id }", name="City", kind="TEXT")
    status = await owner.do("createJobStatus", "status { id }", name="On hold")
    books = await owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books")
    default = await owner.do("createJobTemplate", "jobTemplate { id }", name="Default", jobName="Books")
    firm.put(job_template=books["id"], job_template_default=default["id"])
    call = await owner.do("createTaskTemplate", "taskTemplate { id }", name="Call", title="Call")
    firm.put(task_template=call["id"])
    hello = await owner.do("createEmailTemplate", "template { id }", name="Hello", subject="Hello", text="Hello")
    firm.put(email_template=hello["id"])
    for name in ("", "_spare"):
        shown = await owner.do("createClientStatus", "clientStatus { id }", name=f"Status{name}")
        firm.put(**{f"clientstatus{name}": shown["id"]})
    firm.put(tag=tag["id"], tag_spare=spare["id"], role=role["id"], field=field["id"], status=status["id"])
    statuses = (await owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    firm.put(**{f"status_{one['state'].lower()}": one["id"] for one in statuses if one["state"] != "CUSTOM"})


async def _hire(firm: Firm) -> None:
    api, owner = firm.api, firm.owner
    shown = [firm.one[f"account_{name}"] for name in ("shown", "thrown", "gone")]
    firm.employee = await api.member(owner, rights=ALL_BUT_SIGHT, accounts=shown)
    firm.colleague = await api.member(owner)
    wanted = {rule[len("right(") : -1] for rule in mutation_rules().values() if rule.startswith("right(")}
    for right in ("", *sorted(wanted)):
        firm.holders[right] = await api.member(owner, rights=[right] if right else [], accounts=shown)
    invited = await owner.do("inviteMember", "member { id }", email=f"new@{owner.member_id}.test", name="New")
    firm.invited = invited["id"]


async def _pipelines(firm: Firm) -> None:
    viewers = {one.member_id for one in (firm.employee, *firm.holders.values())} - {firm.owner.member_id}
    names = {"shown": ("First", "Second", "Third", "Fourth"), "hidden": ("One", "Two"), "spare": ("A", "B")}
    for name, stages in names.items():
        made = await firm.owner.do(
            "createPipeline",
            "pipeline { id stages { id } }",
            name=name.title(),
            stages=[{"name": stage} for stage in stages],
            statusIds=[firm.one["status"], firm.one["status_kept"]],
            availableToIds=[] if name == "hidden" else sorted(viewers),
        )
        stage_ids = {f"stage_{name}_{n}": stage["id"] for n, stage in enumerate(made["stages"])}
        firm.put(**{f"pipeline_{name}": made["id"]}, **stage_ids)


async def _contacts(firm: Firm) -> None:
    belonging = {"shown": ["shown"], "hidden": ["hidden"], "both": ["shown", "hidden"], "gone": ["gone"]}
    for name, names in belonging.items():
        accounts = [firm.one[f"account_{one}"] for one in names]
        email = f"{name}@{firm.one['firm']}.test"
        made = await firm.owner.do(
            "createContact", "contact { id }", name=f"Con {name}", email=email, accountIds=accounts
        )
        firm.put(**{f"contact_{name}": made["id"]})


async def _jobs(firm: Firm) -> None:
    places = {  # job: its account, and the pipeline and position of its stage
        "there": ("shown", "shown", 1),
        "below": ("shown", "shown", 0),
        "shown": ("shown", "shown", 0),
        "hidden": ("hidden", "shown", 0),  # by its account
        "aside": ("shown", "hidden", 0),  # by its pipeline
        "thrown": ("thrown", "shown", 1),
        "gone": ("gone", "shown", 1),  # with its account, into the trash
        "lost": ("shown", "shown", 1),  # by itself
    }
    for name, (account, pipeline, position) in places.items():
        made = await firm.owner.do(
            "createJob",
            "job { id visits { nodes { id } } history { nodes { id } } }",
            name=f"Job {name}",
            accountId=firm.one[f"account_{account}"],
            pipelineId=firm.one[f"pipeline_{pipeline}"],
            stageId=firm.one[f"stage_{pipeline}_{position}"],
        )
        firm.put(**{f"job_{name}": made["id"], f"visit_{name}": made["visits"]["nodes"][0]["id"]})
        firm.put(**{f"history_{name}": made["history"]["nodes"][0]["id"]})


async def _comments(firm: Firm) -> None:
    """What an employee without any right says, and is told."""
    employee = firm.holders.get("", firm.owner)
    teller = firm.owner if firm.holders else await firm.api.member(firm.owner, role="ADMIN")
    told = {"mentionIds": [employee.member_id]}
    said: tuple[tuple[str, Client, dict[str, Any]], ...] = (
        ("shown", employee, {}),
        ("told", teller, told),
        ("hidden", firm.owner, {}),
        ("gone", firm.owner, {}),
    )
    for name, client, more in said:
        job = firm.one["job_shown" if name == "told" else f"job_{name}"]
        made = await client.do("createComment", "comment { id }", jobId=job, text=f"Comment {name}", **more)
        firm.put(**{f"comment_{name}": made["id"]})
        if name != "told":
            email = await stored_email(firm.api.database, firm.one[f"account_{name}"], job)
            firm.put(**{f"email_{name}": email})
            firm.put(**{f"call_{name}": await failed_call(firm.api.database, job)})
            document = await stored_document(firm.api.database, firm.one[f"account_{name}"], job)
            firm.put(**{f"doc_{name}": document})
    viewer = (await employee.query("{ viewer { notifications { nodes { id } } } }"))["viewer"]
    firm.put(notification=viewer["notifications"]["nodes"][0]["id"])


async def _time_and_links(firm: Firm) -> None:
    """Time on jobs, by who has no rights; and a job that they do not see linked to one that they see."""
    for name, client in (("shown", firm.holders.get("", firm.owner)), ("hidden", firm.owner)):
        job = firm.one[f"job_{name}"]
        made = await client.do("createTimeEntry", "timeEntry { id }", jobId=job, minutes=30, note=f"Time {name}")
        firm.put(**{f"time_{name}": made["id"]})
        await client.do("followJob", jobId=job)
    await firm.owner.do("linkJobs", jobId=firm.one["job_shown"], otherJobId=firm.one["job_hidden"])


async def _wander(firm: Firm) -> None:
    """A job that the employee sees and that has been where they see nothing."""
    accounts, owner = firm.one["account_shown"], firm.owner
    selection = "job { id visits { nodes { id } } }"
    places = [firm.one[name] for name in ("stage_hidden_0", "stage_hidden_1", "stage_shown_0")]
    made = await owner.do(
        "createJob", selection, name="Job wanderer", accountId=accounts, pipelineId=firm.one["pipeline_hidden"]
    )
    for before, after in pairwise(places):
        made = await owner.do("moveJob", selection, jobId=made["id"], stageId=after, expect={"stageId": before})
    now, second, first = (visit["id"] for visit in made["visits"]["nodes"])
    firm.put(job_wanderer=made["id"], visit_now=now, visit_second=second, visit_first=first)


async def _tasks(firm: Firm) -> None:
    selection = "task { id subtasks { id } }"
    workers = [one.member_id for one in (firm.employee, *firm.holders.values())]
    jobs: dict[str, dict[str, Any]] = {
        name: {"jobId": firm.one[f"job_{name}"]} for name in ("shown", "hidden", "aside", "gone", "lost")
    }
    to_all = {"assigneeIds": sorted(set(workers))}
    plans = jobs | {"lone": to_all, "private": {}, "astray": jobs["aside"] | to_all, "lost": jobs["lost"] | to_all}
    for name, given in plans.items():
        made = await firm.owner.do("createTask", selection, title=f"Task {name}", subtasks=["Step"], **given)
        firm.put(**{f"task_{name}": made["id"], f"subtask_{name}": made["subtasks"][0]["id"]})


async def _items(firm: Firm) -> None:
    """Talks with clients, one of whom comes into the portal."""
    for name in ("both", "gone"):
        await firm.owner.do("inviteContact", contactId=firm.one[f"contact_{name}"])
    for name in ("shown", "hidden", "gone"):
        given = {"accountId": firm.one[f"account_{name}"], "title": f"Thread {name}", "content": THREAD, "send": False}
        made = await firm.owner.do("createItem", "item { id ... on MessageThread { clientTasks { id } } }", **given)
        firm.put(**{f"thread_{name}": made["id"], f"clienttask_{name}": made["clientTasks"][0]["id"]})
        message = {"itemId": made["id"], "text": f"Message {name}"}
        said = await firm.owner.do("postMessage", "message { id }", **message)
        firm.put(**{f"message_{name}": said["id"]})
        made = await firm.owner.do("createItem", "item { id }", **{**given, "content": ORGANIZER})
        firm.put(**{f"organizer_{name}": made["id"]})
    await _invoices(firm)
    given = {"name": "Talk", "title": "Talk", "content": THREAD}
    firm.put(itemtemplate=(await firm.owner.do("createItemTemplate", "template { id }", **given))["id"])


async def _invoices(firm: Firm) -> None:
    """Invoices that are sent: only those are paid; and requests for documents, which were given."""
    await firm.owner.do("updateFirm", holdsClientMail=False)
    for name in ("shown", "hidden", "gone"):
        given = {"accountId": firm.one[f"account_{name}"], "title": f"Invoice {name}", "content": INVOICE}
        made = await firm.owner.do("createItem", "item { id }", **given)
        paid = await firm.owner.do("recordPayment", "payment { id }", itemId=made["id"], amount="1")
        firm.put(**{f"invoice_{name}": made["id"], f"payment_{name}": paid["id"]})
        given = {"accountId": firm.one[f"account_{name}"], "title": f"Request {name}", "content": REQUEST}
        made = await firm.owner.do("createItem", "item { id }", **given)
        handed = await handed_in(firm.api.database, made["id"], firm.one[f"account_{name}"])
        firm.put(**{f"docrequest_{name}": made["id"], f"doc_given_{name}": handed})
    await firm.owner.do("updateFirm", holdsClientMail=True)


async def _recurrences(firm: Firm) -> None:
    """Recurrences, with runs that have failed."""
    for name in ("shown", "hidden"):
        accounts = [firm.one["account_shown"]]
        made = await recurrence(firm.owner, firm.one[f"pipeline_{name}"], accountIds=accounts)
        run = await failed_run(firm.api.database, made)
        firm.put(**{f"recurrence_{name}": made, f"recurrencerun_{name}": run})
    tagged = await recurrence(firm.owner, firm.one["pipeline_shown"], tagIds=[firm.one["tag_kept"]])
    firm.put(recurrence_tagged=tagged)


async def _tokens(firm: Firm) -> None:
    people = {"owner": firm.owner, "employee": firm.employee} | ({"own": firm.holders[""]} if firm.holders else {})
    for name, client in people.items():
        made = await client.do("createApiToken", "apiToken { id }", name="Program", scopes=["READ"])
        firm.put(**{f"session_{name}": made["id"]})


async def _bulk(firm: Firm) -> None:
    """Bulk operations of the employee, of one without any right, and of the owner."""
    for name, client in (
        ("shown", firm.employee),
        ("own", firm.holders.get("", firm.employee)),
        ("hidden", firm.owner),
    ):
        made = await client.do("archiveJobs", "operation { id }", jobIds=[new_id("job")])
        firm.put(**{f"bulk_{name}": made["id"]})


async def _give_up(firm: Firm) -> None:
    """What the worker has given up; for owners and admins."""
    for name in ("retried", "dismissed"):
        firm.put(**{f"due_{name}": await dead_letter(firm.api.database, firm.one["job_hidden"])})


async def _retire(firm: Firm) -> None:
    """Things that are there no more; not even an owner may find them."""
    stage = await firm.owner.do("createStage", "stage { id }", pipelineId=firm.one["pipeline_shown"], name="Gone")
    await firm.owner.do("deleteStage", stageId=stage["id"])
    stages = [{"name": "Gone"}, {"name": "Gone"}]
    gone = await firm.owner.do("createPipeline", "pipeline { id stages { id } }", name="Gone", stages=stages)
    await firm.owner.do("deletePipeline", pipelineId=gone["id"])
    firm.put(gone_stage=stage["id"], gone_pipeline=gone["id"], gone_with_it=gone["stages"][0]["id"])


async def _throw_away(firm: Firm) -> None:
    """Things that are in the trash: what it shows of them, nothing else does."""
    given = {"jobId": firm.one["job_lost"], "title": "Thread lost", "content": THREAD}
    made = await firm.owner.do("createItem", "item { id }", **given)
    due = await dead_letter(firm.api.database, firm.one["job_gone"])
    firm.put(thread_lost=made["id"], due_gone=due)
    for mutation, name in (("deleteJob", "job_lost"), ("deleteAccount", "account_gone")):
        named = {f"{name.partition('_')[0]}Id": firm.one[name]}
        made = await firm.owner.do(mutation, "trashEntry { id }", **named)
        firm.put(**{f"trash_{name.partition('_')[2]}": made["id"]})


async def _go_on(firm: Firm) -> None:
    """Changes for boards to be told of, or not."""
    for name, client in (("owner", firm.owner), ("employee", firm.employee)):
        query = "query ($id: ID!) { board(pipelineId: $id) { cursor } }"
        firm.cursors[name] = (await client.query(query, id=firm.one["pipeline_shown"]))["board"]["cursor"]
    for name in ("below", "shown", "hidden", "aside"):
        await firm.owner.do("updateJob", jobId=firm.one[f"job_{name}"], description="Changed")


def _hide(firm: Firm) -> None:
    hidden = {
        "account_hidden",
        "account_spare",
        "contact_hidden",
        "pipeline_hidden",
        "stage_hidden_0",
        "stage_hidden_1",
        "job_hidden",
    }
    hidden |= {
        "job_aside",
        "visit_hidden",
        "visit_aside",
        "visit_first",
        "visit_second",
        "task_hidden",
        "task_aside",
        "task_private",
    }
    hidden |= {"subtask_hidden", "subtask_aside", "subtask_private", "session_owner", "history_hidden"}
    hidden |= {"comment_hidden", "notification", "call_hidden", "email_hidden", "doc_hidden"}
    hidden |= {"thread_hidden", "clienttask_hidden", "message_hidden", "organizer_hidden"}
    hidden |= {"thread_hidden", "clienttask_hidden", "message_hidden", "invoice_hidden", "payment_hidden"}
    hidden |= {"docrequest_hidden", "doc_given_hidden", "time_hidden", "recurrence_hidden", "recurrencerun_hidden"}
    hidden |= {"due_retried", "due_dismissed"}
    hidden |= automations.hidden() | {"bulk_hidden", "bulk_own"}
    gone = {name for name in firm.one if {"gone", "lost"} & {*name.split("_")} and not name.startswith("trash_")}
    firm.gone = {firm.one[name] for name in gone}
    firm.hide(*(firm.one[name] for name in sorted(hidden | gone)))


def unknown(prefix: str) -> str:
    """A well-formed id of nothing."""
    return new_id(prefix)


def variants(firm: Firm) -> dict[str, list[dict[str, Any]]]:
    """By mutation, more inputs that succeed, for fields that name things and exclude one another."""
    single = {"documentId": firm.one["doc_form"], "accountId": firm.one["account_shown"]}
    some = contents(automations.named(firm)).values()
    place = {"accountId": firm.one["account_shown"], "send": False}
    items = [*({**place, "title": "Item", "content": content} for content in some)]
    by_template = place | {"templateId": firm.one["itemtemplate"]}
    for kind in ("proposal", "signatureRequest"):
        signed = contents(automations.named(firm))[kind][kind] | {"signerIds": [firm.one["contact_both"]]}
        items.append({**place, "title": "Item", "content": {kind: signed}})
    by_tag: dict[str, Any] = {"name": "Books", "jobName": "Books", "rrule": "FREQ=DAILY", "startDate": FAR}
    by_tag |= {"pipelineId": firm.one["pipeline_shown"], "tagIds": [firm.one["tag_kept"]]}
    tags = {"addTagIds": [firm.one["tag_spare_kept"]], "removeTagIds": [firm.one["tag_kept"]]}
    templates = [{"name": f"Template {n}", "title": "Item", "content": content} for n, content in enumerate(some)]
    return automations.variants(firm) | {
        "createJobs": [
            {"tagIds": [firm.one["tag"]], "pipelineId": firm.one["pipeline_shown"], "name": "Job"},
        ],
        "shareDocument": [single],
        "unshareDocument": [single],
        "createItem": [*items, by_template],
        "createTimeEntry": [{"jobId": firm.one["job_shown"], "minutes": 5, "memberId": firm.colleague.member_id}],
        "createItemTemplate": templates,
        "createRecurrence": [by_tag],
        "updateRecurrence": [{"recurrenceId": firm.one["recurrence_tagged"], **tags}],
        "updateItemTemplate": automations.changed_templates(firm),
    }


def of_no_account(mutation: str, path: tuple[str, ...]) -> bool:
    """Whether a template names a signer there, which none does: it is for no account (tests/items)."""
    return mutation in {"createItemTemplate", "updateItemTemplate"} and path[-1] == "signerIds"


def malformed(firm: Firm, prefix: str) -> list[str]:
    """Texts that are no ids of that kind."""
    other = firm.one["tag"] if prefix != "tag" else firm.one["role"]
    return ["", f"{prefix}_' OR TRUE --", unknown(prefix).upper(), other, "x" * 10_000]


def works(firm: Firm) -> dict[str, dict[str, Any]]:
    """For every mutation an input with every field that names a thing, in an order in which all of them succeed.

    What cannot be said in one input is in ``variants``, which succeed right after it.
    """
    one, colleague = firm.one, firm.colleague.member_id
    holder = {"accountRoleId": one["role"], "memberId": colleague}
    made = {prefix: new_id(prefix) for prefix in ("account", "tag", "role", "contact", "pipeline", "stage", "status")}
    made |= {
        prefix: new_id(prefix)
        for prefix in (
            "job",
            "task",
            "subtask",
            "member",
            "clientstatus",
            "field",
            "jobtemplate",
            "emailtemplate",
            "tasktemplate",
        )
    }
    made |= {prefix: new_id(prefix) for prefix in ("thread", "itemtemplate", "message", "clienttask", "payment")}
    timer = new_id("time")
    stages = [{"name": "A"}, {"name": "B"}]
    named = {"name": "Named"}

    def bulk(**more: Any) -> dict[str, Any]:
        return {"id": new_id("bulk"), "jobIds": [one["job_shown"]]} | more

    return {
        "login": {"email": "owner1@firm.test", "password": PASSWORD},
        "createApiToken": {"name": "Program", "scopes": ["READ"]},
        "revokeApiToken": {"tokenId": one["session_own"] if firm.holders else one["session_owner"]},
        "updateFirm": {"name": "New name"},
        "createAccount": {
            "id": made["account"],
            "name": "Account",
            "tagIds": [one["tag"]],
            "setCustomFields": [{"fieldId": one["field"], "value": "Rome"}],
        },
        "inviteMember": {
            "id": made["member"],
            "email": "invited@firm.test",
            "name": "Invited",
            "accountIds": [one["account_shown"]],
        },
        "renewInvitation": {"memberId": firm.invited},
        "updateMember": {"memberId": firm.holders[""].member_id if firm.holders else colleague, **named},
        "updateMemberAccess": {
            "memberId": colleague,
            "addAccountIds": [one["account_spare"]],
            "removeAccountIds": [one["account_spare"]],
        },
        "createTag": {"id": made["tag"], "name": "Tag"},
        "updateTag": {"tagId": one["tag"], **named},
        "createAccountRole": {"id": made["role"], "name": "Role"},
        "updateAccountRole": {"accountRoleId": one["role"], **named},
        "createCustomField": {"id": made["field"], "name": "Field", "kind": "DATE"},
        "updateCustomField": {"fieldId": one["field"], **named},
        "createJobTemplate": {
            "id": made["jobtemplate"],
            "name": "Template",
            "jobName": "Job",
            "assigneeIds": [colleague],
            "assigneeRoleIds": [one["role_kept"]],
            "taskTemplateIds": [one["task_template_kept"]],
        },
        "updateJobTemplate": {
            "jobTemplateId": one["job_template"],
            "assigneeIds": [colleague],
            "assigneeRoleIds": [one["role"]],
            "taskTemplateIds": [one["task_template_kept"]],
        },
        "createTaskTemplate": {
            "id": made["tasktemplate"],
            "name": "Template",
            "title": "Task",
            "assigneeIds": [colleague],
            "assigneeRoleIds": [one["role_kept"]],
        },
        "updateTaskTemplate": {
            "taskTemplateId": one["task_template"],
            "assigneeIds": [colleague],
            "assigneeRoleIds": [one["role"]],
        },
        "createEmailTemplate": {"id": made["emailtemplate"], "name": "Bye", "subject": "Bye", "text": "Bye"},
        "updateEmailTemplate": {"templateId": one["email_template"], **named},
        "restoreTemplateVersion": {"templateId": one["email_template"], "version": 1},
        "duplicateTemplate": {"id": new_id("emailtemplate"), "templateId": one["email_template"]},
        "createContact": {"id": made["contact"], "name": "Contact", "accountIds": [one["account_shown"]]},
        "updateContact": {"contactId": one["contact_shown"], **named},
        "updateAccount": {
            "accountId": one["account_shown"],
            "addTagIds": [one["tag"]],
            "removeTagIds": [one["tag_spare"]],
            "addRoles": [holder],
            "removeRoles": [holder],
            "addContactIds": [one["contact_shown"]],
            "removeContactIds": [one["contact_hidden"]],
            "setCustomFields": [{"fieldId": one["field"], "value": "Oslo"}],
        },
        "createJobStatus": {"id": made["status"], "name": "Status"},
        "updateJobStatus": {"statusId": one["status"], **named},
        "createClientStatus": {"id": made["clientstatus"], "name": "Client status"},
        "updateClientStatus": {"clientStatusId": one["clientstatus"], **named},
        "createPipeline": {
            "id": made["pipeline"],
            "name": "Pipeline",
            "stages": stages,
            "availableToIds": [colleague],
            "statusIds": [one["status"]],
            "jobTemplateId": one["job_template_default"],
        },
        "installPipelineTemplate": {"id": new_id("pipeline"), "document": SMALL, "availableToIds": [colleague]},
        "exportPipeline": {"pipelineId": one["pipeline_shown"]},
        "duplicatePipeline": {
            "id": new_id("pipeline"),
            "pipelineId": one["pipeline_spare"],
            "availableToIds": [colleague],
        },
        "updatePipeline": {
            "pipelineId": one["pipeline_shown"],
            "jobTemplateId": one["job_template_default"],
            "addAvailableToIds": [colleague],
            "removeAvailableToIds": [colleague],
            "addStatusIds": [one["status"]],
            "removeStatusIds": [one["status"]],
            "addAllowedMoves": [{"fromStageId": one["stage_shown_0"], "toStageId": one["stage_shown_1"]}],
            "removeAllowedMoves": [{"fromStageId": one["stage_shown_0"], "toStageId": one["stage_shown_1"]}],
            "setStatusAutomove": [{"statusId": one["status"], "automove": "WHEN_ITEMS_DONE"}],
        },
        "createStage": {
            "id": made["stage"],
            "pipelineId": one["pipeline_shown"],
            "name": "Stage",
            "position": 1,
            "condition": {"tags": [one["tag_spare"]]},
        },
        "updateStage": {"stageId": one["stage_shown_1"], "condition": None, **named},
        **automations.works(firm),
        "createJob": {
            "id": made["job"],
            "name": "Job",
            "accountId": one["account_shown"],
            "pipelineId": one["pipeline_shown"],
            "stageId": one["stage_shown_0"],
            "templateId": one["job_template_default"],
            "assigneeIds": [colleague],
            "afterJobId": one["job_below"],
        },
        "moveJob": {
            "jobId": one["job_shown"],
            "stageId": one["stage_shown_1"],
            "expect": {"stageId": one["stage_shown_0"]},
            "afterJobId": one["job_there"],
            "pendingItems": "KEEP",
            "pendingItemChoices": [{"itemId": one["task_shown"], "choice": "KEEP"}],
        },
        "updateJob": {
            "jobId": one["job_shown"],
            "expect": {"stageId": one["stage_shown_1"]},
            "addAssigneeIds": [colleague],
            "removeAssigneeIds": [firm.invited],
        },
        "setJobStatus": {
            "jobId": one["job_shown"],
            "statusId": one["status_completed"],
            "expect": {"stageId": one["stage_shown_1"]},
        },
        "setClientStatus": {
            "jobId": one["job_shown"],
            "clientStatusId": one["clientstatus"],
            "expect": {"stageId": one["stage_shown_1"]},
        },
        "setClientStatuses": bulk(clientStatusId=one["clientstatus"]),
        "setJobStatuses": bulk(statusId=one["status_completed"]),
        "archiveJobs": bulk(jobIds=[one["job_wanderer"]]),
        "deleteJobs": bulk(jobIds=[one["job_wanderer"]]),
        "restoreJobs": bulk(),
        "updateJobs": bulk(priority="HIGH", addAssigneeIds=[colleague], removeAssigneeIds=[colleague]),
        "updateJobTags": bulk(addTagIds=[one["tag"]], removeTagIds=[one["tag_spare"]]),
        "moveJobs": {
            "id": new_id("bulk"),
            "jobs": [{"jobId": one["job_shown"], "expect": {"stageId": one["stage_shown_1"]}}],
            "stageId": one["stage_shown_1"],
        },
        "createJobs": {
            "id": new_id("bulk"),
            "accountIds": [one["account_shown"]],
            "pipelineId": one["pipeline_shown"],
            "stageId": one["stage_shown_0"],
            "templateId": one["job_template_default"],
            "name": "Job",
            "assigneeIds": [colleague],
        },
        "cancelBulkOperation": {"operationId": one["bulk_own"]},
        "undoMove": {"jobId": one["job_shown"], "expect": {"stageId": one["stage_shown_1"]}},
        "createComment": {
            "id": new_id("comment"),
            "jobId": one["job_shown"],
            "text": "Comment",
            "mentionIds": [firm.owner.member_id],
            "documentIds": [one["doc_shown"]],
        },
        "updateComment": {
            "commentId": one["comment_shown"],
            "mentionIds": [firm.owner.member_id],
            "documentIds": [one["doc_shown"]],
        },
        "deleteComment": {"commentId": one["comment_shown"]},
        "markNotificationsRead": {"notificationIds": [one["notification"]]},
        "updateNotificationPreferences": {"addEmail": ["MENTIONED"]},
        "sendTestEmail": {"templateId": one["email_template"], "jobId": one["job_shown"]},
        "retryEmail": {"emailId": one["email_shown"]},
        "releaseEmails": {"emailIds": [one["email_shown"]]},
        "discardEmails": {"emailIds": [one["email_shown"]]},
        "requestUpload": {
            "id": new_id("doc"),
            "name": "b.pdf",
            "size": 9,
            "accountId": one["account_shown"],
            "jobId": one["job_shown"],
        },
        "updateDocument": {"documentId": one["doc_shown"], "name": "b.pdf"},
        "shareDocument": {"documentId": one["doc_shown"]},
        "unshareDocument": {"documentId": one["doc_shown"]},
        "rotateWebhookSecret": {},
        "retryWebhookCall": {"callId": one["call_shown"]},
        "retryDeadLetter": {"deadLetterId": one["due_retried"]},
        "dismissDeadLetter": {"deadLetterId": one["due_dismissed"]},
        "linkJobs": {"jobId": one["job_shown"], "otherJobId": one["job_below"]},
        "unlinkJobs": {"jobId": one["job_shown"], "otherJobId": one["job_below"]},
        "followJob": {"jobId": one["job_shown"], "memberIds": [firm.owner.member_id]},
        "unfollowJob": {"jobId": one["job_shown"], "memberIds": [firm.owner.member_id]},
        "startTimer": {"id": timer, "jobId": one["job_shown"], "taskId": one["task_shown"]},
        "stopTimer": {"timeEntryId": timer},
        "createTimeEntry": {
            "id": new_id("time"),
            "jobId": one["job_shown"],
            "taskId": one["task_shown"],
            "minutes": 5,
        },
        "updateTimeEntry": {"timeEntryId": one["time_shown"], "taskId": one["task_shown"], "minutes": 5},
        "deleteTimeEntry": {"timeEntryId": one["time_shown"]},
        "createTask": {
            "id": made["task"],
            "title": "Task",
            "templateId": one["task_template_kept"],
            "jobId": one["job_shown"],
            "assigneeIds": [colleague],
        },
        "updateTask": {
            "taskId": one["task_shown"],
            "addAssigneeIds": [colleague],
            "removeAssigneeIds": [firm.invited],
        },
        "createSubtask": {"id": made["subtask"], "taskId": one["task_shown"], "title": "Step"},
        "updateSubtask": {"subtaskId": one["subtask_shown"], "done": True},
        "deleteSubtask": {"subtaskId": one["subtask_shown"]},
        "completeItem": {"itemId": one["task_shown"]},
        "reopenItem": {"itemId": one["task_shown"]},
        "cancelItem": {"itemId": one["task_shown"]},
        "linkItem": {"itemId": one["task_lone"], "jobId": one["job_below"]},
        "unlinkItem": {"itemId": one["task_lone"], "jobId": one["job_below"]},
        "createItem": {
            "id": made["thread"],
            "accountId": one["account_shown"],
            "jobId": one["job_below"],
            "title": "Thread",
            "content": THREAD,
            "send": False,
        },
        "updateItem": {"itemId": one["thread_shown"], "title": "Talk"},
        "sendItem": {"itemId": one["thread_shown"]},
        "postMessage": {"id": made["message"], "itemId": one["thread_shown"], "text": "Hello"},
        "addClientTask": {"id": made["clienttask"], "itemId": one["thread_shown"], "title": "Write"},
        "removeClientTask": {"clientTaskId": one["clienttask_shown"]},
        "sealOrganizer": {"itemId": one["organizer_shown"]},
        "recordPayment": {"id": made["payment"], "itemId": one["invoice_shown"], "amount": "2"},
        "refundPayment": {"id": new_id("payment"), "itemId": one["invoice_shown"], "amount": "1"},
        "returnDocument": {
            "itemId": one["docrequest_shown"],
            "documentId": one["doc_given_shown"],
            "comment": "Not this one.",
        },
        "acceptDocument": {"itemId": one["docrequest_shown"], "documentId": one["doc_given_shown"]},
        "createItemTemplate": {"id": made["itemtemplate"], "name": "Other", "title": "Other", "content": THREAD},
        "updateItemTemplate": {"itemTemplateId": one["itemtemplate"], **named},
        "deleteItemTemplate": {"itemTemplateId": one["itemtemplate"]},
        "deleteJob": {"jobId": one["job_thrown"], "expect": {"stageId": one["stage_shown_1"]}},
        "restoreJob": {"jobId": one["job_thrown"]},
        "deleteAccount": {"accountId": one["account_thrown"]},
        "restoreAccount": {"accountId": one["account_thrown"]},
        "emptyTrash": {"trashIds": [one["trash_gone"]]},
        "createRecurrence": {
            "id": new_id("recurrence"),
            "name": "Books",
            "pipelineId": one["pipeline_shown"],
            "rrule": "FREQ=DAILY",
            "startDate": FAR,
            "accountIds": [one["account_shown"]],
            "stageId": one["stage_shown_0"],
            "templateId": one["job_template_default"],
            "jobName": "Books",
            "assigneeIds": [colleague],
        },
        "updateRecurrence": {
            "recurrenceId": one["recurrence_shown"],
            "pipelineId": one["pipeline_shown"],
            "stageId": one["stage_shown_0"],
            "templateId": one["job_template_default"],
            "assigneeIds": [colleague],
            "addAccountIds": [one["account_shown"]],
            "removeAccountIds": [one["account_hidden"]],
        },
        "pauseRecurrence": {"recurrenceId": one["recurrence_shown"]},
        "resumeRecurrence": {"recurrenceId": one["recurrence_shown"]},
        "skipNextOccurrence": {"recurrenceId": one["recurrence_shown"], "occurrence": FAR},
        "retryRecurrenceRun": {"runId": one["recurrencerun_shown"]},
        "deleteRecurrence": {"recurrenceId": one["recurrence_shown"]},
        "archivePipeline": {"pipelineId": one["pipeline_spare"]},
        "restorePipeline": {"pipelineId": one["pipeline_spare"]},
        "deletePipeline": {"pipelineId": one["pipeline_spare"]},
        "deleteStage": {"stageId": one["stage_shown_3"], "moveJobsTo": one["stage_shown_2"]},
        "deleteDocument": {"documentId": one["doc_shown"]},
        "deleteTag": {"tagId": one["tag"]},
        "deleteJobTemplate": {"jobTemplateId": one["job_template"]},
        "deleteTaskTemplate": {"taskTemplateId": one["task_template"]},
        "deleteEmailTemplate": {"templateId": one["email_template"]},
        "deleteAccountRole": {"accountRoleId": one["role"]},
        "deleteCustomField": {"fieldId": one["field"]},
        "inviteContact": {"contactId": one["contact_shown"]},
        "revokeContactAccess": {"contactId": one["contact_shown"]},
        "deleteContact": {"contactId": one["contact_shown"]},
        "deleteJobStatus": {"statusId": one["status"]},
        "deleteClientStatus": {"clientStatusId": one["clientstatus_spare"]},
        "deactivateMember": {"memberId": colleague, "replacementId": firm.owner.member_id},
        "reactivateMember": {"memberId": colleague},
        "logout": {},
    }
