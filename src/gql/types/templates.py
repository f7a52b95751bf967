"""What templates of every sort share."""

from datetime import datetime

import strawberry

from gql.fields import batched, plain
from gql.types.node import Node
from gql.types.people import Member
from resolvers import templates


@strawberry.interface(description="What jobs, tasks, e-mails or items for clients are made by.")
class Template(Node):
    """A template."""

    name: str = plain("The template's name, unique in the firm among those of its sort.")
    version: int = plain("Counts the changes of the thing, from 1.")
    changed_by: Member | None = batched(templates.changers, "Who has made it what it is; null where that is not known.")


@strawberry.interface(
    description="A template as it was, from one change to the next. What was made by it was made by a version, and "
    "no later one changes it."
)
class TemplateVersion:
    """A version."""

    version: int = plain("Which version of the template it is.")
    template: Template | None = batched(templates.templates_of, "The template as it is now; null once it was deleted.")
    name: str = plain("The template's name then.")
    changed_by: Member | None = batched(templates.changers, "Who made it; null where that is not known.")
    changed_at: datetime = plain("When.")
    restored_from: int | None = plain("The version whose content it brought back; null for any other edit.")
