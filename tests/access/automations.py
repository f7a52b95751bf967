"""Automations and their runs in the firms on which the tests of isolation look, seen and hidden ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.ids import new_id
from tests.support.api import Json
from tests.support.configs import SENDING, configs
from tests.support.contents import contents, item_templates

if TYPE_CHECKING:
    from tests.access.world import Firm

LATER: Json = {"span": {"amount": 1, "unit": "HOURS"}}
SECRET = "A secret word"
RUNS = ("failed", "scheduled", "dismissed", "cancelled")
"""What the runs of a job are for, in their order."""


async def label(firm: Firm) -> None:
    """Things that automations name, and that are not deleted."""
    owner = firm.owner
    for name in ("tag", "tag_spare"):
        made = await owner.do("createTag", "tag { id }", name=f"{name} kept")
        firm.put(**{f"{name}_kept": made["id"]})
    role = await owner.do("createAccountRole", "accountRole { id }", name="Reviewer")
    field = await owner.do("createCustomField", "customField { id }", name="Region", kind="TEXT")
    shown = await owner.do("createClientStatus", "clientStatus { id }", name="Status kept")
    firm.put(**await item_templates(owner, {"doc": firm.one["doc_kept"]}))
    letter = await owner.do("createEmailTemplate", "template { id }", name="Kept", subject="Hello", text="Hello")
    firm.put(role_kept=role["id"], field_kept=field["id"], clientstatus_kept=shown["id"])
    call = await owner.do("createTaskTemplate", "taskTemplate { id }", name="Kept", title="Call")
    firm.put(email_template_kept=letter["id"], task_template_kept=call["id"])
    for name in ("kept", "elsewhere"):
        status = await owner.do("createJobStatus", "status { id }", name=f"Status {name}")
        firm.put(**{f"status_{name}": status["id"]})


def named(firm: Firm) -> dict[str, str]:
    """For every prefix something that automations may name: the employee sees it, and it stays."""
    one = firm.one
    kept = {name: one[f"{name}_kept"] for name in ("tag", "tag_spare", "role", "status", "clientstatus")}
    return {
        **kept,
        "member": firm.colleague.member_id,
        "pipeline": one["pipeline_shown"],
        "stage": one["stage_shown_0"],
        "jobtemplate": one["job_template_default"],
        "tasktemplate": one["task_template_kept"],
        "emailtemplate": one["email_template_kept"],
        "doc": one["doc_kept"],
        **{name: one[name] for name in one if name.startswith("itemtemplate_")},
    }


async def furnish(firm: Firm) -> None:
    """Automations that fail and that wait where jobs begin, and one of every kind where none comes."""
    one = firm.one
    fails: Json = {"config": {"setJobStatus": {"statusId": one["status_elsewhere"]}}}
    for place, text in (("shown", "Late"), ("hidden", SECRET)):
        waits: Json = {"config": {"addComment": {"text": text}}, "delay": LATER}
        for n, given in enumerate([fails, waits, fails, waits]):
            await _attach(firm, f"{place}_{n}", stageId=one[f"stage_{place}_0"], **given)
    for kind, config in configs(named(firm)).items():
        await _attach(firm, kind, stageId=one["stage_shown_2"], config={kind: config})
    beyond = {"pipelineId": one["pipeline_hidden"], "stageId": one["stage_hidden_0"], "name": "Next"}
    await _attach(firm, "beyond", stageId=one["stage_shown_2"], config={"createJob": beyond})
    await _attach(firm, "gone", stageId=one["stage_shown_2"], config={"setPriority": {"priority": "LOW"}})
    await firm.owner.do("deleteAutomation", automationId=one["automation_gone"])


async def _attach(firm: Firm, name: str, **given: object) -> None:
    made = await firm.owner.do("createAutomation", "automation { id }", **given)
    firm.put(**{f"automation_{name}": made["id"]})


async def find_runs(firm: Firm) -> None:
    """Names the runs that jobs had where they began."""
    document = "query ($id: ID!) { job(id: $id) { runs { nodes { id } } } }"
    for job in ("shown", "hidden", "aside", "wanderer"):
        runs = (await firm.owner.query(document, id=firm.one[f"job_{job}"]))["job"]["runs"]["nodes"]
        firm.put(**{f"run_{job}_{name}": run["id"] for name, run in zip(RUNS, runs, strict=False)})


def hidden() -> set[str]:
    """The names of what the employee does not see. The wanderer's runs are those in the hidden pipeline."""
    places = {f"automation_hidden_{n}" for n in range(4)}
    return {
        "automation_gone",
        *places,
        *(f"run_{job}_{name}" for job in ("hidden", "aside", "wanderer") for name in RUNS),
    }


def works(firm: Firm) -> dict[str, Json]:
    """For every mutation an input that succeeds, while the seen job is where it began."""
    one = firm.one
    return {
        "retryRun": {"runId": one["run_shown_failed"]},
        "runNow": {"runId": one["run_shown_scheduled"]},
        "dismissRun": {"runId": one["run_shown_dismissed"]},
        "cancelRun": {"runId": one["run_shown_cancelled"]},
        "createAutomation": {
            "id": new_id("automation"),
            "stageId": one["stage_shown_2"],
            "config": {"addComment": {"text": "Look"}},
        },
        "updateAutomation": {"automationId": one["automation_addComment"], "position": 1},
        "deleteAutomation": {"automationId": one["automation_shown_0"]},
    }


def variants(firm: Firm) -> dict[str, list[Json]]:
    """More inputs that say what those do not: of every kind, with conditions, for a status, in a new pipeline."""
    one = firm.one
    some = configs(named(firm))
    plain: Json = {"config": {"addComment": {"text": "Look"}}}
    conditional = [{"condition": condition} for condition in _conditions(firm)]
    kinds: list[Json] = [{"config": {kind: config}} for kind, config in some.items()]
    given = [*kinds, *(plain | condition for condition in conditional)]
    status = {"pipelineId": one["pipeline_shown"], "statusId": one["status_kept"]}
    pipelines = [[{"name": "A", "automations": [automation]}, {"name": "B"}] for automation in given]
    pipelines += [[{"name": "A"}, {"name": "B", **condition}, {"name": "C"}] for condition in conditional]
    stage = {"pipelineId": one["pipeline_shown"], "name": "Stage", "position": 1}
    return {
        "createAutomation": [
            *({"stageId": one["stage_shown_2"], **automation} for automation in given),
            status | plain,
        ],
        "updateAutomation": [
            *({"automationId": one[f"automation_{kind}"], "config": {kind: config}} for kind, config in some.items()),
            *({"automationId": one["automation_setDates"], **condition} for condition in conditional),
        ],
        "createPipeline": [{"name": "Pipeline", "stages": stages} for stages in pipelines],
        "createStage": [stage | condition for condition in conditional],
        "updateStage": [{"stageId": one["stage_shown_1"], **condition} for condition in conditional],
    }


def _conditions(firm: Firm) -> list[Json]:
    return [
        {"tags": [firm.one["tag_kept"]]},
        {"assignees": {"memberIds": [firm.colleague.member_id]}},
        {"customField": {"fieldId": firm.one["field_kept"], "isSet": True}},
    ]


def changed_templates(firm: Firm) -> list[Json]:
    """New contents for the templates that automations name."""
    some = contents(named(firm))
    return [
        {"itemTemplateId": firm.one[f"itemtemplate_{automation}"], "content": some[kind]}
        for automation, kind in SENDING.items()
    ]
