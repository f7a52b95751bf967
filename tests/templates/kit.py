"""The sorts of templates as clients know them, and how each is made, edited, shown and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.templates.sorts import EMAIL, ITEM, JOB, TASK, Sort
from store.database import Database
from tests.support.api import Client, Json
from tests.support.contents import THREAD

PEOPLE = "assignees { id } assigneeRoles { id }"
SPAN = "{ amount unit }"


@dataclass(frozen=True)
class Known:
    """A sort: the field of its payloads, the field of its inputs that names one, what it says, and edits of it."""

    sort: Sort
    payload: str
    key: str
    shown: str
    new: Json
    edits: tuple[Json, ...]

    @property
    def noun(self) -> str:
        """Its type."""
        return "".join(word.capitalize() for word in self.sort.topic.split("_"))

    async def make(self, by: Client, **given: Any) -> str:
        """A new template; answers its id."""
        said = {**self.new, **given}
        return str((await by.do(f"create{self.noun}", f"{self.payload} {{ id }}", **said))["id"])

    async def edit(self, by: Client, template_id: str, **given: Any) -> None:
        """Changes a template."""
        await by.do(f"update{self.noun}", **{self.key: template_id, **given})

    async def delete(self, by: Client, template_id: str) -> None:
        """Deletes a template."""
        await by.do(f"delete{self.noun}", **{self.key: template_id})

    async def says(self, by: Client, template_id: str) -> Any:
        """All that a template says now, with its version; None where there is none."""
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {self.noun} {{ version name {self.shown} }} }} }}"
        return (await by.query(query, id=template_id))["node"]

    async def versions(self, by: Client, template_id: str, more: str = "", **page: Any) -> list[Json]:
        """What its versions say, newest first."""
        query = f"""query ($id: ID!, $first: Int, $after: String) {{ node(id: $id) {{ ... on {self.noun} {{
            versions(first: $first, after: $after) {{ nodes {{ version name {self.shown} {more} }} }} }} }} }}"""
        found: list[Json] = (await by.query(query, id=template_id, **page))["node"]["versions"]["nodes"]
        return found


KNOWN = (
    Known(
        JOB,
        "jobTemplate",
        "jobTemplateId",
        f"jobName description priority {PEOPLE} taskTemplates {{ id }} startAfter {SPAN} dueAfter {SPAN}",
        {"name": "Books", "jobName": "Books [LAST_MONTH_NAME]"},
        (
            {"description": "For [ACCOUNT_NAME]"},
            {"jobName": "The books", "priority": "HIGH"},
            {"startAfter": {"amount": 0, "unit": "DAYS"}, "dueAfter": {"amount": 10, "unit": "WORKING_DAYS"}},
            {"name": "Bookkeeping", "dueAfter": None},
        ),
    ),
    Known(
        TASK,
        "taskTemplate",
        "taskTemplateId",
        f"title description subtasks priority {PEOPLE} dueAfter {SPAN}",
        {"name": "Call", "title": "Call [ACCOUNT_NAME]", "subtasks": ["Once", "Twice about [JOB_NAME]"]},
        (
            {"description": "Before [JOB_DUE_DATE]"},
            {"title": "Ring them up", "priority": "URGENT"},
            {"subtasks": ["Only once"], "dueAfter": {"amount": 2, "unit": "WORKING_DAYS"}},
            {"name": "Telephone", "subtasks": []},
        ),
    ),
    Known(
        EMAIL,
        "template",
        "templateId",
        "subject text html",
        {"name": "Hello", "subject": "Hello", "text": "Dear [CONTACT_FIRST_NAME], hello."},
        (
            {"html": "<p>Dear <b>[CONTACT_FIRST_NAME]</b></p>"},
            {"text": None},
            {"subject": "About [JOB_NAME]", "html": "<p>You &amp; us</p>"},
            {"name": "Welcome", "html": None, "text": "Welcome."},
        ),
    ),
    Known(
        ITEM,
        "template",
        "itemTemplateId",
        """kind title message reminders { everyDays times } dueAfter { amount unit } content { __typename
            ... on MessageThreadContent { text tasks } }""",
        {"name": "Talk", "title": "About [JOB_NAME]", "content": THREAD},
        (
            {"message": "Dear [CONTACT_FIRST_NAME]"},
            {"content": {"messageThread": {"text": "And now?", "tasks": ["Write", "Call"]}}},
            {"reminders": None, "dueAfter": {"amount": 1, "unit": "WEEKS"}},
            {"name": "Chat", "title": "A word", "reminders": {"everyDays": 1, "times": None}},
        ),
    ),
)
"""Every sort, with edits each of which changes something, in this order and after any other."""

WITH_TASKS = """id name fromTemplate { version }
    tasks { nodes { id title dueDate fromTemplate { version template { id } } } }"""


def known(sort: Sort) -> Known:
    """How a sort is known."""
    return next(one for one in KNOWN if one.sort is sort)


async def kept(database: Database, template_id: str) -> list[Json]:
    """What the table of versions holds of a template, oldest first, as text."""
    rows = await database.rows(
        "SELECT version, content::text, changed_by, changed_at, restored_from FROM template_versions"
        " WHERE template_id = $1 ORDER BY version",
        template_id,
    )
    return [dict(row) for row in rows]


async def restore(by: Client, template_id: str, version: int, **given: Any) -> Json:
    """Makes a template what it was; answers its id and version."""
    document = {"templateId": template_id, "version": version, **given}
    found: Json = await by.do("restoreTemplateVersion", "template { id name version }", **document)
    return found
