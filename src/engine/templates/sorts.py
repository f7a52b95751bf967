"""The sorts of templates: what jobs, tasks, e-mails and items for clients are made by."""

from dataclasses import dataclass
from typing import Final

from store import models
from store.ids import prefix_of
from store.models.base import Template


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of templates."""

    topic: str
    """As the log calls one."""
    noun: str
    """As people call one."""
    model: type[Template]

    @property
    def table(self) -> str:
        """Where they are."""
        return f"{self.topic}s"

    @property
    def prefix(self) -> str:
        """Of their ids."""
        return self.topic.replace("_", "")


JOB: Final = Sort("job_template", "job template", models.JobTemplate)
TASK: Final = Sort("task_template", "task template", models.TaskTemplate)
EMAIL: Final = Sort("email_template", "e-mail template", models.EmailTemplate)
ITEM: Final = Sort("item_template", "item template", models.ItemTemplate)
SORTS: Final = (JOB, TASK, EMAIL, ITEM)

_BY_PREFIX: Final = {sort.prefix: sort for sort in SORTS}


def sort_of(template_id: str) -> Sort | None:
    """The sort of a template by its id; None for what is none."""
    return _BY_PREFIX.get(prefix_of(template_id))
