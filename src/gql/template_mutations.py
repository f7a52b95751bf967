"""What is done with task templates, and with templates of every sort."""

import strawberry

from gql.fields import mutates
from gql.inputs import task_templates as task_template_inputs
from gql.inputs import templates as inputs
from gql.payloads import DeletedPayload, TaskTemplatePayload, TemplatePayload
from resolvers import task_templates, templates


@strawberry.type
class TemplateMutations:
    """The mutations of templates; a part of the root of mutations."""

    create_task_template: TaskTemplatePayload = mutates(
        task_templates.create_task_template, "Makes a task template.", task_template_inputs.CreateTaskTemplateInput
    )
    update_task_template: TaskTemplatePayload = mutates(
        task_templates.update_task_template, "Changes a task template.", task_template_inputs.UpdateTaskTemplateInput
    )
    delete_task_template: DeletedPayload = mutates(
        task_templates.delete_task_template,
        "Deletes a task template that nothing uses.",
        task_template_inputs.DeleteTaskTemplateInput,
    )
    restore_template_version: TemplatePayload = mutates(
        templates.restore_template_version,
        "Makes a template what it was in an earlier version, which becomes its newest. It is an edit like others: what "
        "is named there and gone since, or not to be named any more, is refused.",
        inputs.RestoreTemplateVersionInput,
    )
    duplicate_template: TemplatePayload = mutates(
        templates.duplicate_template,
        "Makes a copy of a template, which has versions of its own from 1 on.",
        inputs.DuplicateTemplateInput,
    )
