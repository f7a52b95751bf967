"""Making a template what it was: the content of an earlier version becomes its newest."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine import find
from engine.enums import AccessRight
from engine.errors import Problem, Refused, missing
from engine.items import task_templates
from engine.items import templates as item_templates
from engine.job import job_templates
from engine.mail import email_templates
from engine.templates.sorts import EMAIL, ITEM, JOB, TASK, Sort, sort_of
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.writes import templates as writes

Edits = tuple[Callable[[Row], Any], Callable[[Work, Any], Awaitable[str]]]
"""What makes an edit of a row that a template was, and what does such an edit."""

_EDITS: Final[Mapping[Sort, Edits]] = {
    JOB: (job_templates.as_it_was, job_templates.update_job_template),
    TASK: (task_templates.as_it_was, task_templates.update_task_template),
    EMAIL: (email_templates.as_it_was, email_templates.update_email_template),
    ITEM: (item_templates.as_it_was, item_templates.update_item_template),
}


@dataclass(frozen=True, slots=True)
class RestoreTemplateVersion:
    """Makes a template what it was in a version, under another name where that one's is not wanted."""

    template_id: str
    version: int
    name: Maybe[str] = UNSET


async def restore_template_version(work: Work, command: RestoreTemplateVersion) -> str:
    """Edits a template to what it was; answers its id. What is no edit that one may make now is refused."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    sort = find_sort(command.template_id)
    row = await find.whole(work, sort.table, "template", command.template_id, "template_id")
    was = await writes.version(work.db, sort.table, work.firm_id, row["id"], command.version)
    if was is None:
        raise missing("version", "version")
    edit_of, update = _EDITS[sort]
    edit = edit_of(was)
    named = edit if command.name is UNSET else replace(edit, name=command.name)
    try:
        await update(work, named)
    except Refused as refused:
        raise Refused([_of_version(problem) for problem in refused.problems]) from refused
    now = await find.of_firm(work, sort.table, sort.noun, row["id"], "template_id")
    if now["version"] != row["version"]:
        await writes.note_restored(work.db, work.firm_id, row["id"], now["version"], command.version)
    return command.template_id


def find_sort(template_id: str) -> Sort:
    """The sort of a template that is named. Raises Refused for the id of something else."""
    sort = sort_of(template_id)
    if sort is None:
        raise missing("template", "template_id")
    return sort


def _of_version(problem: Problem) -> Problem:
    """What is wrong with an edit, as what is wrong with the version that says it."""
    if problem.path == ("name",):
        return problem
    part = " ".join(step.replace("_", " ") for step in problem.path)
    message = f"In its {part}: {problem.message}" if part else problem.message
    return replace(problem, path=("version",), message=message)
