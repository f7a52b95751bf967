"""Conditions as clients write them."""

import strawberry

from engine.automating import conditions
from engine.enums import Priority
from gql.fields import given, optional
from gql.inputs.base import input_of

ID = strawberry.ID


@input_of(conditions.AssigneesTest, "A test of who works on the job.", one_of=True)
class AssigneesTestInput:
    """Members or nobody."""

    member_ids: list[ID] | None = optional("Any of these works on it.")
    nobody: bool | None = optional("Nobody works on it; false: anybody does.")


@input_of(
    conditions.FieldTest,
    "A test of what the account has in a custom field; everything given must hold. Without a value only "
    "`isSet: false` holds.",
)
class CustomFieldTestInput:
    """A custom field."""

    field_id: ID = given("The field.")
    is_set: bool | None = given("Whether there must be a value, or none.", default=None)
    is_one_of: list[str] | None = given("The value is one of these; texts whatever their case.", default=None)
    contains: str | None = given("The text has this in it, whatever its case.", default=None)
    at_least: str | None = given("The number or date is this or a later one.", default=None)
    at_most: str | None = given("The number or date is this or an earlier one.", default=None)


@input_of(
    conditions.Condition,
    "A condition on a job and its account: a tree of at most 10 levels, with at most 100 tests.",
    one_of=True,
)
class ConditionInput:
    """A node of the tree."""

    all_of: "list[ConditionInput] | None" = given("All of these hold.", name="all", default=strawberry.UNSET)
    any_of: "list[ConditionInput] | None" = given("Any of these holds.", name="any", default=strawberry.UNSET)
    none_of: "ConditionInput | None" = given("This does not hold.", name="not", default=strawberry.UNSET)
    tags: list[ID] | None = optional("The account has all of these tags.")
    priority: list[Priority] | None = optional("The job has one of these priorities.")
    assignees: AssigneesTestInput | None = optional("Who works on the job.")
    custom_field: CustomFieldTestInput | None = optional("What the account has in a custom field.")
