"""Accounts, tags, roles, contacts."""

import strawberry

from engine.enums import CustomFieldKind
from engine.firm import accounts, contacts, custom_fields, roles, tags
from gql.fields import given, optional, settable
from gql.inputs.base import MutationInput, input_of
from store.reads import filters

ID = strawberry.ID
CLIENT_ID = "An id made by the client: the same create again is answered with the same thing."


@input_of(accounts.RoleHolder, "A member in an account role.")
class RoleHolderInput:
    """Role and member."""

    account_role_id: ID = given("The account role.")
    member_id: ID = given("The member.")


@input_of(custom_fields.FieldValue, "A value for a custom field of an account.")
class CustomFieldValueInput:
    """Field and value."""

    field_id: ID = given("The field.")
    value: str | None = given("The value, in the form that the field's kind asks for; null for none.", default=None)


@input_of(accounts.CreateAccount, "A new client.")
class CreateAccountInput(MutationInput):
    """A new account."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The client's name.")
    tag_ids: list[ID] | None = optional("Its tags.")
    set_custom_fields: list[CustomFieldValueInput] | None = optional("What it has in custom fields.")


@input_of(accounts.UpdateAccount, "What to change of an account.")
class UpdateAccountInput(MutationInput):
    """Changes of an account."""

    account_id: ID = given("Which account.")
    name: str | None = settable("The new name.")
    add_tag_ids: list[ID] | None = optional("Tags to put on.")
    remove_tag_ids: list[ID] | None = optional("Tags to take off.")
    add_roles: list[RoleHolderInput] | None = optional("Members to put into account roles.")
    remove_roles: list[RoleHolderInput] | None = optional("Members to take out of account roles.")
    add_contact_ids: list[ID] | None = optional("Contacts to add.")
    remove_contact_ids: list[ID] | None = optional("Contacts to take away.")
    set_custom_fields: list[CustomFieldValueInput] | None = optional("What to put into custom fields.")


@input_of(custom_fields.CreateCustomField, "A new custom field of accounts.")
class CreateCustomFieldInput(MutationInput):
    """A new custom field."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The field's name, unique in the firm whatever its case, without square brackets.")
    kind: CustomFieldKind = given("What its values are; stays for good.")
    choices: list[str] = given("What may be chosen, for the kind CHOICE only.", default_factory=list)


@input_of(custom_fields.UpdateCustomField, "What to change of a custom field.")
class UpdateCustomFieldInput(MutationInput):
    """Changes of a custom field."""

    field_id: ID = given("Which field.")
    name: str | None = settable("The new name; refused while automations or templates name the field in texts.")
    choices: list[str] | None = settable(
        "All choices in their new order; refused where one goes that accounts have or conditions name."
    )


@input_of(custom_fields.DeleteCustomField, "Which custom field to delete, with its values; refused while in use.")
class DeleteCustomFieldInput(MutationInput):
    """A custom field."""

    field_id: ID = given("Which field.")


@input_of(tags.CreateTag, "A new tag.")
class CreateTagInput(MutationInput):
    """A new tag."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The tag's name, unique in the firm whatever its case.")
    color: str | None = given("Its colour as #rrggbb.", default=None)


@input_of(tags.UpdateTag, "What to change of a tag.")
class UpdateTagInput(MutationInput):
    """Changes of a tag."""

    tag_id: ID = given("Which tag.")
    name: str | None = settable("The new name.")
    color: str | None = optional("The new colour; null for none.")


@input_of(
    tags.DeleteTag,
    "Which tag to delete; it is taken off every account. Refused while conditions or automations name it.",
)
class DeleteTagInput(MutationInput):
    """A tag."""

    tag_id: ID = given("Which tag.")


@input_of(roles.CreateAccountRole, "A new account role.")
class CreateAccountRoleInput(MutationInput):
    """A new account role."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The role's name, unique in the firm whatever its case.")


@input_of(roles.UpdateAccountRole, "What to change of an account role.")
class UpdateAccountRoleInput(MutationInput):
    """Changes of an account role."""

    account_role_id: ID = given("Which role.")
    name: str | None = settable("The new name.")


@input_of(
    roles.DeleteAccountRole,
    "Which account role to delete; refused while somebody holds it, or automations or templates name it.",
)
class DeleteAccountRoleInput(MutationInput):
    """An account role."""

    account_role_id: ID = given("Which role.")


@input_of(contacts.CreateContact, "A new contact.")
class CreateContactInput(MutationInput):
    """A new contact."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The person's name.")
    email: str | None = given("Their e-mail address.", default=None)
    phone: str | None = given("Their telephone number.", default=None)
    account_ids: list[ID] | None = optional("Accounts they belong to.")
    notifications: bool = given("Whether they are written to about what is asked of them.", default=True)
    time_zone: str | None = given("The IANA time zone in which they live, where it is not the firm's.", default=None)


@input_of(contacts.UpdateContact, "What to change of a contact.")
class UpdateContactInput(MutationInput):
    """Changes of a contact."""

    contact_id: ID = given("Which contact.")
    name: str | None = settable("The new name.")
    email: str | None = optional("The new e-mail address; null for none.")
    phone: str | None = optional("The new telephone number; null for none.")
    notifications: bool | None = settable("Whether they are written to about what is asked of them.")
    time_zone: str | None = optional("The new IANA time zone in which they live; null for the firm's.")


@input_of(contacts.DeleteContact, "Which contact to delete.")
class DeleteContactInput(MutationInput):
    """A contact."""

    contact_id: ID = given("Which contact.")


@input_of(filters.AccountFilter, "Which accounts; all given parts must hold.")
class AccountFilter:
    """Accounts by traits."""

    ids: list[ID] | None = given("These.", default=None)
    tag_ids: list[ID] | None = given("With all of these tags.", default=None)
    name_contains: str | None = given("With this in the name, whatever its case.", default=None)
    all_of: "list[AccountFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[AccountFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "AccountFilter | None" = given("For which this does not hold.", name="not", default=None)
