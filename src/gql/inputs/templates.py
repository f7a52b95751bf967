"""What is done with templates of every sort."""

import strawberry

from engine.templates import copying, restoring
from gql.fields import given, optional
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, certain, input_of

ID = strawberry.ID


@input_of(restoring.RestoreTemplateVersion, "Which template is to say again what it said in which version.")
class RestoreTemplateVersionInput(MutationInput):
    """A template and a version."""

    template_id: ID = given("Which template, of whatever sort.")
    version: int = given("Which of its versions.")
    name: str | None = certain("Its name from now on, if not the one that it had then.")


@input_of(copying.DuplicateTemplate, "Which template to make a copy of.")
class DuplicateTemplateInput(MutationInput):
    """A template."""

    id: ID | None = optional(CLIENT_ID)
    template_id: ID = given("Which template, of whatever sort.")
    name: str | None = certain("The name of the copy; one of its own, such as Welcome (copy), if left out.")
