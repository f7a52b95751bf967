"""Conditions of stages and automations, as trees."""

import strawberry

from engine.enums import Priority
from gql.fields import plain
from gql.types.accounts import CustomField, Tag
from gql.types.people import Member


@strawberry.type(description="A test of who works on the job; exactly one field has a value.")
class AssigneesTest:
    """Who works on it."""

    members: list[Member] | None = plain("Any of these works on it.")
    nobody: bool | None = plain("Nobody works on it; where it is false, anybody does.")


@strawberry.type(description="A test of what the account has in a custom field; everything that is not null must hold.")
class CustomFieldTest:
    """A custom field."""

    field: CustomField | None = plain("The field; null once it was deleted.")
    is_set: bool | None = plain("Whether there must be a value, or none.")
    is_one_of: list[str] | None = plain("The value is one of these; texts whatever their case.")
    contains: str | None = plain("The text has this in it, whatever its case.")
    at_least: str | None = plain("The number or date is this or a later one.")
    at_most: str | None = plain("The number or date is this or an earlier one.")


@strawberry.type(
    description="A condition on a job and its account: a tree. Of each node exactly one field has a value. "
    "What was deleted since is left out."
)
class Condition:
    """A node of the tree."""

    all_of: "list[Condition] | None" = plain("All of these hold.", name="all")
    any_of: "list[Condition] | None" = plain("Any of these holds.", name="any")
    none_of: "Condition | None" = plain("This does not hold.", name="not")
    tags: list[Tag] | None = plain("The account has all of these tags.")
    priority: list[Priority] | None = plain("The job has one of these priorities.")
    assignees: AssigneesTest | None = plain("Who works on the job.")
    custom_field: CustomFieldTest | None = plain("What the account has in a custom field.")
