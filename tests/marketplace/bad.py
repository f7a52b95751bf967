"""Documents that are not good: one good one, and what can be wrong with it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.marketplace.kit import document, does
from tests.support.api import Json

LETTER = {"name": "Hello", "subject": "Hello", "text": "Hello"}
SECTION = {"title": "A", "questions": [{"kind": "TEXT", "text": "Who?"}]}
SOON = {"amount": 3, "unit": "WORKING_DAYS"}
ORGANIZER = {"name": "Ask", "title": "Ask", "content": {"organizer": {"sections": [SECTION]}}, "dueAfter": SOON}
CALL = {
    "name": "Call",
    "title": "Call",
    "subtasks": ["Dial", "Talk"],
    "assigneeRoles": ["preparer"],
    "dueAfter": {**SOON},
}
BOOKS = {"name": "Books", "jobName": "Books", "assigneeRoles": ["preparer"], "taskTemplates": ["call"]}
BILL = {"name": "Bill", "title": "Bill", "content": {"invoice": {"lines": [{"description": "A", "unitPrice": 1}]}}}
HOLD = {"status": "hold", "automove": "WHEN_ITEMS_DONE", "automations": [does("SET_PRIORITY", priority="LOW")]}


def whole() -> Json:
    """A document that has one of almost everything."""
    given = document(
        {
            **does("SEND_EMAIL", template="hello", roles=["preparer"]),
            "condition": {"all": [{"tags": ["vip"]}, {"not": {"priority": ["LOW"]}}]},
            "delay": {"until": {"date": "DUE_DATE", "days": -3}},
        },
        does("CREATE_TASK", title="Call", dueAfter={"amount": 2, "unit": "DAYS"}, blocking=False),
        does("SEND_ORGANIZER", template="ask"),
        does("CREATE_INVOICE", template="bill"),
        category="Tests",
        tags=["one", "two"],
        archiveAfterDays=30,
        jobTemplate="books",
        statuses=[HOLD],
        allowedMoves=[{"from": "first", "to": "last"}],
        brings={
            "accountRoles": {"preparer": {"name": "Preparer"}},
            "tags": {"vip": {"name": "VIP", "color": "#ff0000"}},
            "customFields": {"form": {"name": "Form", "kind": "CHOICE", "choices": ["A", "B"]}},
            "jobStatuses": {"hold": {"name": "On hold"}},
            "emailTemplates": {"hello": LETTER},
            "taskTemplates": {"call": CALL},
            "jobTemplates": {"books": BOOKS},
            "itemTemplates": {"ask": ORGANIZER, "bill": BILL},
        },
    )
    given["stages"].insert(1, {"key": "middle", "name": "Middle", "jobLimit": 3, "condition": {"tags": ["vip"]}})
    return deepcopy(given)


@dataclass(frozen=True)
class Bad:
    """The good one with another value at a place, such as stages.0.name, and what is said of that, and where."""

    at: str
    value: Any
    message: str
    below: str = ""
    """Where below the place."""
    place: str = ""
    """Or at which other place."""

    @property
    def document(self) -> Json:
        """The document."""
        return put(self.at, self.value)

    @property
    def told(self) -> str:
        """The place of what is wrong, as people are told it."""
        steps = "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in self.at.split("."))
        return self.place or steps[1:] + self.below

    @property
    def path(self) -> list[str]:
        """The same for programs."""
        return ["document", *self.told.replace("[", ".").replace("]", "").split(".")]


def put(at: str, value: Any) -> Json:
    """The good document with another value at a place; REMOVE takes it away."""
    found = whole()
    *path, last = [int(step) if step.isdecimal() else step for step in at.split(".")]
    inner: Any = found
    for step in path:
        inner = inner[step]
    if value is REMOVE:
        del inner[last]
    else:
        inner[last] = value
    return found


REMOVE = object()
FIRST = "stages.0.automations.0"
TITLE = "stages.0.automations.1.config.title"
LINE = "brings.itemTemplates.bill.content.invoice.lines.0"
BAD = [
    Bad("format", "stageline-pipeline/2", "It must be stageline-pipeline/1: other formats are not known here."),
    Bad("key", "Not a key", "A key has small letters and digits"),
    Bad("key", REMOVE, "It is missing."),
    Bad("name", REMOVE, "It is missing."),
    Bad("name", "a\nb", "It must be a single line."),
    Bad("nam", "x", "There is no such field here. Is name meant?"),
    Bad("jobSort", "SIZE", "It must be one of MANUAL,"),
    Bad("archiveAfterDays", 0, "From 1 to 3,650 days."),
    Bad("archiveAfterDays", "ten", "It must be a whole number."),
    Bad("archiveAfterDays", True, "It must be a whole number."),
    Bad("archiveAfterDays", 10**400, "It must be a whole number."),
    Bad("blocksOverLimit", "yes", "It must be true or false."),
    Bad("jobTemplate", "magazines", "There is no such job template here: magazines."),
    Bad("tags", "one", "It must be a list."),
    Bad("tags", ["x"] * 21, "At most 20."),
    Bad("stages", REMOVE, "A pipeline has at least 2 stages."),
    Bad("stages", [{}] * 101, "At most 100."),
    Bad("stages", {"a": 1}, "It must be a list."),
    Bad("stages.0", 7, "It must be an object."),
    Bad("stages.0.key", "last", "Another stage has this key.", place="stages[2].key"),
    Bad("stages.0.condition", {"tags": ["vip"]}, "The first and the last stage have no condition"),
    Bad("stages.1.jobLimit", 0, "A limit from 1 to 10,000 jobs."),
    Bad("stages.1.timeLimit", {"amount": 1, "unit": "MINUTES"}, "Count it in", below=".unit"),
    Bad("stages.1.timeLimit", {"amount": 1}, "It is missing.", below=".unit"),
    Bad("stages.1.condition", {}, "Give exactly one of all, any, not,"),
    Bad("stages.1.condition", {"tags": ["vip"], "priority": ["LOW"]}, "Give exactly one of"),
    Bad("stages.1.condition", {"tags": ["vap"]}, "There is no such tag here: vap.", below=".tags[0]"),
    Bad("stages.1.condition", {"all": [None]}, "It cannot be null.", below=".all[0]"),
    Bad("stages.1.condition", {"tags": None}, "Give exactly one of"),
    Bad(f"{FIRST}.delay", {"until": None}, "Give exactly one of span, until."),
    Bad(f"{FIRST}.kind", "SEND_FAX", "It must be one of ADD_COMMENT,"),
    Bad(f"{FIRST}.config.template", "hallo", "There is no such e-mail template"),
    Bad(f"{FIRST}.config.template", REMOVE, "It is missing."),
    Bad(f"{FIRST}.config.templateId", "x", "There is no such field here."),
    Bad(f"{FIRST}.delay", {"span": {"amount": 0, "unit": "EONS"}}, "It must be one of", below=".span.unit"),
    Bad(f"{FIRST}.condition.all.1.not.priority", ["SOME"], "It must be one of", below="[0]"),
    Bad(TITLE, "[NEXT_FRIDAY]", "There is no shortcode [NEXT_FRIDAY]"),
    Bad(TITLE, " ", "It must not be empty."),
    Bad("stages.0.automations", [does("ADD_COMMENT", text=" ")], "It must not be empty.", below="[0].config.text"),
    Bad(TITLE, "[ACCOUNT_CUSTOM_FIELD:City]", "There is no shortcode"),
    Bad("stages.0.automations", [does("SET_PRIORITY", priority="LOW")] * 101, "At most 100."),
    Bad("statuses.0.status", "completed", "Built-in statuses are always enabled."),
    Bad("statuses.0.status", "held", "There is no such job status here: held."),
    Bad("allowedMoves.0.to", "nowhere", "There is no such stage here: nowhere."),
    Bad("allowedMoves.0.to", "first", "A move leads from one stage to another."),
    Bad("allowedMoves.0", {"from": "first"}, "It is missing.", below=".to"),
    Bad("brings.tags.vip.color", "red", "A colour is written as #rrggbb."),
    Bad("brings.tags.VIP", {"name": "V"}, "A key has small letters and digits"),
    Bad("brings.tag", {}, "There is no such field here. Is tags meant?"),
    Bad("brings.tags", {f"t{n}": {"name": "T"} for n in range(501)}, "At most 500 things in all.", place="brings"),
    Bad("brings.jobStatuses.active", {"name": "A"}, "This key is taken."),
    Bad("brings.jobTemplates.books.jobName", "[JOB_NAME]", "[JOB_NAME] stands for nothing here."),
    Bad("brings.jobTemplates.books.taskTemplates", ["cull"], "There is no such task template", below="[0]"),
    Bad("brings.taskTemplates.call.subtasks", ["[NOBODY]"], "There is no shortcode [NOBODY]", below="[0]"),
    Bad("brings.taskTemplates.call.dueAfter", {"amount": 1, "unit": "HOURS"}, "Count it in", below=".unit"),
    Bad("brings.itemTemplates.ask.dueAfter.unit", "MINUTES", "Count it in"),
    Bad("brings.emailTemplates.hello.text", "[NOBODY]", "There is no shortcode [NOBODY]"),
    Bad("brings.itemTemplates.ask.content", {}, "Give exactly one of"),
    Bad("brings.itemTemplates.ask.content.organizer.sections", [], "Ask at least one question."),
    Bad(f"{LINE}.unitPrice", 1.5, "It must be a whole number, or an exact one"),
    Bad(f"{LINE}.unitPrice", "1e999999999", "It must be a whole number, or an exact one"),
    Bad(f"{LINE}.quantity", "0.00001", "At most 4 decimals."),
    Bad(
        "brings.documents",
        {"a": {"name": "a.pdf", "text": "A"}},
        "The name of a text ends in .txt or .md.",
        below=".a.name",
    ),
    Bad(
        "brings.pipelines",
        {"p": {"name": "P", "stages": {"s": "\ud800"}}},
        "It holds a character that cannot be stored.",
        below=".p.stages.s",
    ),
    Bad(
        f"{FIRST}.condition",
        {"customField": {"field": "form", "contains": "\ud800"}},
        "It holds a character that cannot be stored.",
        below=".customField.contains",
    ),
    Bad(
        "stages.1.condition",
        {"customField": {"field": "form", "isOneOf": ["C"]}},
        "This is none of the field's choices.",
        below=".customField.isOneOf",
    ),
    Bad(f"{FIRST}.condition", {"tags": ["vip"] * 101}, "At most 100 tests"),
    Bad("stages.1.condition", {"tags": []}, "Name at least one.", below=".tags"),
    Bad(f"{FIRST}.delay.until.days", 367, "At most 366 days before or after."),
]
"""What is wrong whichever firm it comes to."""

REFUSED_LATER = [
    Bad("stages.0.automations.3.config.template", "ask", "This is not the template of an invoice."),
    Bad(
        f"{FIRST}.config",
        {"template": "hello", "toContacts": False},
        "Say whom the e-mail goes to.",
        below=".toContacts",
    ),
    Bad("stages.0.automations.1.config", {}, "A task has a title", below=".title"),
    Bad("stages.0.automations.1", does("SET_DATES"), "Say which date is to be set or taken away.", below=".config"),
    Bad("brings.emailTemplates.hello", {"name": "H", "subject": "H"}, "An e-mail says something", below=".text"),
    Bad(
        "brings.customFields.form.kind",
        "TEXT",
        "Only a field of the kind CHOICE has choices.",
        place="brings.customFields.form.choices",
    ),
    Bad(f"{LINE}.unitPrice", 0, "There is nothing to pay.", place="brings.itemTemplates.bill.content.invoice.lines"),
]
"""What only comes out as it is being installed."""
