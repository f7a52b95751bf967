"""Random pipelines that use all there is, in firms that have the same people and papers."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.support.api import Client, Json, Shop
from tests.support.configs import SENDING, configs
from tests.support.contents import item_templates
from tests.support.documents import firms_document

ADA, BOB = ("ada@firm.test", "Ada"), ("bob@firm.test", "Bob")
CITY = "[ACCOUNT_CUSTOM_FIELD:Home & city]"
DELAYS: list[Json] = [
    {"span": {"amount": 3, "unit": "WORKING_DAYS"}},
    {"until": {"date": "DUE_DATE", "days": -7}},
    {"until": {"date": "START_DATE"}},
]
COMPLETIONS = ["NEVER", "ON_ENTRY", "WHEN_ITEMS_DONE"]
AUTOMOVES = ["OFF", "WHEN_ITEMS_DONE", "WHEN_ITEMS_DONE_OR_NONE"]


@dataclass
class Furnished:
    """A firm with things to name, by the prefixes of their ids."""

    shop: Shop
    one: dict[str, str]

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner


async def staffed(owner: Client) -> dict[str, str]:
    """Ada and Bob, by their names."""
    found = {}
    for email, name in (ADA, BOB):
        found[name] = (await owner.do("inviteMember", "member { id }", email=email, name=name))["id"]
    return found


async def furnished(database: object, shop: Shop) -> Furnished:
    """A firm with one of everything; what documents do not bring along is there in any such firm."""
    owner, people = shop.owner, await common(database, shop)
    make = owner.do
    one = {"member": people["Ada"], "bob": people["Bob"], "pipeline": shop.pipeline, "stage": shop.stages[1]}
    one["doc"] = people["doc"]
    one["tag"] = (await make("createTag", "tag { id }", name="VIP", color="#aabbcc"))["id"]
    one["tag_spare"] = (await make("createTag", "tag { id }", name="Été"))["id"]
    one["role"] = (await make("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    one["field"] = (await make("createCustomField", "customField { id }", name="Home & city", kind="TEXT"))["id"]
    choice = {"name": "Legal form", "kind": "CHOICE", "choices": ["LLC", "Trust"]}
    one["choice"] = (await make("createCustomField", "customField { id }", **choice))["id"]
    one["status"] = (await make("createJobStatus", "status { id }", name="On hold", pauses=False))["id"]
    shown = {"name": "With you", "color": "#112233", "description": f"You in {CITY}, see [JOB_NAME]."}
    one["clientstatus"] = (await make("createClientStatus", "clientStatus { id }", **shown))["id"]
    letter = {"name": "Hello", "subject": "[JOB_NAME]", "html": f"<p>Hi in {CITY.replace('&', '&amp;')} & more</p>"}
    one["emailtemplate"] = (await make("createEmailTemplate", "template { id }", **letter))["id"]
    task = {
        "name": "Call",
        "title": "Call [CONTACT_FIRST_NAME]",
        "description": f"In {CITY}",
        "subtasks": ["Find the number", "Dial it"],
        "priority": "LOW",
        "assigneeIds": [one["member"]],
        "assigneeRoleIds": [one["role"]],
        "dueAfter": {"amount": 1, "unit": "WORKING_DAYS"},
    }
    one["tasktemplate"] = (await make("createTaskTemplate", "taskTemplate { id }", **task))["id"]
    template = {
        "name": "Books",
        "jobName": "Books [LAST_MONTH_NAME]",
        "description": f"In {CITY}",
        "priority": "HIGH",
        "assigneeIds": [one["bob"]],
        "assigneeRoleIds": [one["role"]],
        "startAfter": {"amount": 0, "unit": "DAYS"},
        "dueAfter": {"amount": 2, "unit": "WEEKS"},
        "taskTemplateIds": [one["tasktemplate"]],
        "timeBudgetMinutes": 90,
    }
    one["jobtemplate"] = (await make("createJobTemplate", "jobTemplate { id }", **template))["id"]
    one |= await item_templates(owner, one)
    due = {"amount": 3, "unit": "WORKING_DAYS"}
    for kind in SENDING:
        await owner.do("updateItemTemplate", itemTemplateId=one[f"itemtemplate_{kind}"], dueAfter=due)
    return Furnished(shop, one)


async def common(database: object, shop: Shop) -> dict[str, str]:
    """What documents only look for: people, a document of the firm's own; the shop's pipeline is there anyway."""
    return {**await staffed(shop.owner), "doc": await firms_document(database, shop.account)}  # type: ignore[arg-type]


def condition(random: Random, one: dict[str, str], depth: int = 3) -> Json:
    """Any condition."""
    tests: list[Json] = [
        {"tags": [one["tag"], one["tag_spare"]]},
        {"priority": ["LOW", "URGENT"]},
        {"assignees": {"memberIds": [one["member"], one["bob"]]}},
        {"assignees": {"nobody": False}},
        {"customField": {"fieldId": one["choice"], "isOneOf": ["LLC"], "isSet": True}},
        {"customField": {"fieldId": one["field"], "contains": "ville"}},
    ]
    kind = random.choice(["test", "all", "any", "not"]) if depth else "test"
    if kind == "test":
        return random.choice(tests)
    if kind == "not":
        return {"not": condition(random, one, depth - 1)}
    return {kind: [condition(random, one, depth - 1) for _ in range(random.randint(1, 3))]}


def automation(random: Random, one: dict[str, str]) -> Json:
    """Any automation, of any kind."""
    known = configs(one)
    known["addComment"] = {"text": f"Look at {CITY}, [[not]] that", "mentionIds": [one["bob"], one["member"]]}
    kind = random.choice(sorted(known))
    found: Json = {"config": {kind: known[kind]}}
    if random.random() < 0.3:
        found["condition"] = condition(random, one)
    if random.random() < 0.3:
        found["delay"] = random.choice(DELAYS)
    return found


def stages(random: Random, one: dict[str, str]) -> list[Json]:
    """Any stages."""
    count = random.randint(2, 5)
    found: list[Json] = []
    for n in range(count):
        stage: Json = {
            "name": random.choice(["Begin", "Über", "審査", "Begin"]),
            "automove": random.choice(AUTOMOVES),
            "completion": random.choice(COMPLETIONS),
            "automations": [automation(random, one) for _ in range(random.randint(0, 5))],
        }
        if random.random() < 0.5:
            stage |= {"timeLimit": {"amount": 5, "unit": "HOURS"}, "jobLimit": 7}
        if 0 < n < count - 1 and random.random() < 0.5:
            stage["condition"] = condition(random, one)
        found.append(stage)
    return found


async def pipeline(random: Random, firm: Furnished, name: str) -> str:
    """Any pipeline; answers its id."""
    one, owner = firm.one, firm.owner
    settings: Json = {
        "jobSort": random.choice(["MANUAL", "DUE_DATE", "NAME"]),
        "blocksOverLimit": random.random() < 0.5,
        "listedMovesOnly": random.random() < 0.5,
        "archiveAfterDays": random.choice([None, 30]),
        "jobTemplateId": random.choice([None, one["jobtemplate"]]),
        "description": random.choice([None, "What it is for."]),
    }
    enabled = random.random() < 0.7
    statuses = [one["status"]] if enabled else []
    selection = "pipeline { id stages { id } }"
    given = stages(random, one)
    made = await owner.do("createPipeline", selection, name=name, stages=given, statusIds=statuses, **settings)
    ids = [stage["id"] for stage in made["stages"]]
    moves = [{"fromStageId": ids[0], "toStageId": ids[-1]}, {"fromStageId": ids[-1], "toStageId": ids[0]}]
    change: Json = {"addAllowedMoves": moves[: random.randint(0, 2)]}
    if enabled:
        change["setStatusAutomove"] = [{"statusId": one["status"], "automove": "WHEN_ITEMS_DONE"}]
        own = automation(random, one)
        await owner.do("createAutomation", pipelineId=made["id"], statusId=one["status"], **own)
    await owner.do("updatePipeline", pipelineId=made["id"], **change)
    again = {"pipelineId": made["id"], "stageId": random.choice([None, ids[-1]]), "name": "Next"}
    await owner.do("createAutomation", stageId=ids[0], config={"createJob": again}, delay=DELAYS[0])
    return str(made["id"])
