"""What documents bring along: which sorts of things, how each is made, and what a stored one says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final

from engine.enums import AccessRight, CustomFieldKind, ItemKind, JobState, TemplatePart
from engine.firm.client_statuses import CreateClientStatus, create_client_status
from engine.firm.custom_fields import CreateCustomField, create_custom_field
from engine.firm.roles import CreateAccountRole, create_account_role
from engine.firm.tags import CreateTag, create_tag
from engine.items import task_templates
from engine.items.making import due_of_template, of_template
from engine.items.rules import kinds
from engine.items.task_templates import CreateTaskTemplate, create_task_template
from engine.items.templates import CreateItemTemplate, create_item_template
from engine.items.wording import Wording
from engine.job.job_templates import CreateJobTemplate, Template, create_job_template
from engine.mail.email_templates import CreateEmailTemplate, create_email_template, own_text
from engine.marketplace.blueprint import Elsewhere, Paper, Person
from engine.pipeline.statuses import CreateJobStatus, create_job_status
from engine.work import Work
from store.database import Row

Create = Callable[[Work, Any], Awaitable[str]]
Load = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of things. What is made has a command that makes it; the others are looked for in the firm."""

    part: TemplatePart
    name: str
    """Of its section in a document."""
    noun: str
    kind: type
    """What a document says of one."""
    table: str = ""
    right: AccessRight | None = None
    """What making one takes."""
    create: Create | None = None
    load: Load | None = None
    """What a document would say of a stored one, its references by ids."""


def _plain(kind: type) -> Load:
    """For things whose columns are what the command says."""
    names = [part.name for part in fields(kind) if part.name != "id"]
    return lambda row: kind(**{name: row[name] for name in names})


def _job_status(row: Row) -> CreateJobStatus | None:
    """None for a built-in one: no other is the same."""
    if row["state"] != JobState.CUSTOM:
        return None
    return CreateJobStatus(row["name"], row["color"], row["pauses"], row["on_board"])


def _custom_field(row: Row) -> CreateCustomField:
    return CreateCustomField(row["name"], CustomFieldKind(row["kind"]), tuple(row["choices"]))


def _email_template(row: Row) -> CreateEmailTemplate:
    return CreateEmailTemplate(row["name"], row["subject"], own_text(row), row["html"])


def _task_template(row: Row) -> CreateTaskTemplate:
    template = task_templates.Template.of(row)
    return CreateTaskTemplate(**{part.name: getattr(template, part.name) for part in fields(template)})


def _job_template(row: Row) -> CreateJobTemplate:
    template = Template.of(row)
    return CreateJobTemplate(**{part.name: getattr(template, part.name) for part in fields(Template)})


def _item_template(row: Row) -> CreateItemTemplate:
    words = Wording.of(kinds()[ItemKind(row["kind"])], row)
    due = due_of_template(row)
    return CreateItemTemplate(row["name"], words.title, words.content, words.message, of_template(row), due)


_ALL: Final = {
    "member": Sort(TemplatePart.MEMBER, "members", "member", Person),
    "pipeline": Sort(TemplatePart.PIPELINE, "pipelines", "pipeline", Elsewhere),
    "role": Sort(
        TemplatePart.ACCOUNT_ROLE,
        "accountRoles",
        "account role",
        CreateAccountRole,
        "account_roles",
        AccessRight.MANAGE_ACCOUNTS,
        create_account_role,
        _plain(CreateAccountRole),
    ),
    "tag": Sort(
        TemplatePart.TAG,
        "tags",
        "tag",
        CreateTag,
        "tags",
        AccessRight.MANAGE_TAGS,
        create_tag,
        _plain(CreateTag),
    ),
    "field": Sort(
        TemplatePart.CUSTOM_FIELD,
        "customFields",
        "custom field",
        CreateCustomField,
        "custom_fields",
        AccessRight.MANAGE_ACCOUNTS,
        create_custom_field,
        _custom_field,
    ),
    "status": Sort(
        TemplatePart.JOB_STATUS,
        "jobStatuses",
        "job status",
        CreateJobStatus,
        "job_statuses",
        AccessRight.MANAGE_PIPELINES,
        create_job_status,
        _job_status,
    ),
    "clientstatus": Sort(
        TemplatePart.CLIENT_STATUS,
        "clientStatuses",
        "client-facing status",
        CreateClientStatus,
        "client_statuses",
        AccessRight.MANAGE_PIPELINES,
        create_client_status,
        _plain(CreateClientStatus),
    ),
    "doc": Sort(TemplatePart.DOCUMENT, "documents", "document", Paper, "documents", AccessRight.MANAGE_DOCUMENTS),
    "emailtemplate": Sort(
        TemplatePart.EMAIL_TEMPLATE,
        "emailTemplates",
        "e-mail template",
        CreateEmailTemplate,
        "email_templates",
        AccessRight.MANAGE_TEMPLATES,
        create_email_template,
        _email_template,
    ),
    "tasktemplate": Sort(
        TemplatePart.TASK_TEMPLATE,
        "taskTemplates",
        "task template",
        CreateTaskTemplate,
        "task_templates",
        AccessRight.MANAGE_TEMPLATES,
        create_task_template,
        _task_template,
    ),
    "jobtemplate": Sort(
        TemplatePart.JOB_TEMPLATE,
        "jobTemplates",
        "job template",
        CreateJobTemplate,
        "job_templates",
        AccessRight.MANAGE_TEMPLATES,
        create_job_template,
        _job_template,
    ),
    "itemtemplate": Sort(
        TemplatePart.ITEM_TEMPLATE,
        "itemTemplates",
        "item template",
        CreateItemTemplate,
        "item_templates",
        AccessRight.MANAGE_TEMPLATES,
        create_item_template,
        _item_template,
    ),
}
SORTS: Final[Mapping[str, Sort]] = MappingProxyType(_ALL)
"""By the prefixes of ids, in an order in which each refers only to those before it."""

STAGE: Final = Sort(TemplatePart.STAGE, "stages", "stage", str)


def sort_of(prefix: str) -> Sort:
    """The sort of a prefix; stages are one, too, though they are no section."""
    return STAGE if prefix == "stage" else SORTS[prefix]
