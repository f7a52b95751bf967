"""Accounts and what hangs on them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import CustomFieldKind, PortalAccess
from gql.fields import PAGE, Arg, batched, plain
from gql.types.documents import Document
from gql.types.node import Connection, Stored
from gql.types.people import Member
from resolvers import accounts, custom_fields, documents, firms, items

if TYPE_CHECKING:
    from gql.types.items import ClientItem

_Item = Annotated["ClientItem", strawberry.lazy("gql.types.items")]


@strawberry.type(description="A firm-wide label on accounts; conditions read it.")
class Tag(Stored):
    """A tag."""

    name: str = plain("The tag's name, unique in the firm.")
    color: str | None = plain("Its colour as #rrggbb.")


@strawberry.type(description="A role that members hold for accounts, e.g. Preparer.")
class AccountRoleKind(Stored):
    """An account role of the firm."""

    name: str = plain("The role's name, unique in the firm.")


@strawberry.type(description="A member who holds an account role for an account.")
class AccountRole:
    """An account role, held."""

    id: strawberry.ID = plain("The id of the account role.")
    name: str = plain("The role's name.")
    member: Member = batched(firms.of_roles, "Who holds it.")


@strawberry.type(description="A field of the firm's own on its accounts; conditions and shortcodes read it.")
class CustomField(Stored):
    """A custom field."""

    name: str = plain("The field's name, unique in the firm; shortcodes name it as it is written.")
    kind: CustomFieldKind = plain("What its values are.")
    choices: list[str] = plain("What may be chosen, in order; empty unless the kind is CHOICE.")


@strawberry.type(description="What an account has in a custom field.")
class CustomFieldValue:
    """A value."""

    field: CustomField = batched(custom_fields.of_values, "The field.")
    value: str = plain("The value, in the form that the field's kind asks for.")


@strawberry.type(description="A person on the client's side.")
class Contact(Stored):
    """A contact."""

    name: str = plain("The person's name.")
    email: str | None = plain("Their e-mail address.")
    phone: str | None = plain("Their telephone number.")
    notifications: bool = plain(
        "Whether they want to be written to about what is asked of them. Letters that open the portal come in any case."
    )
    time_zone: str | None = plain("The IANA time zone in which they live; null for the firm's.")
    portal_access: PortalAccess = batched(accounts.portal_access, "Whether they may come into the client portal.")
    joined_at: datetime | None = plain("When they first came into the client portal; null before.")
    accounts: Connection[Annotated["Account", strawberry.lazy("gql.types.accounts")]] = batched(
        accounts.of_contacts, "Accounts they belong to, as far as one has access.", **PAGE
    )


@strawberry.type(
    description="A client of the firm. Who sees a job of it sees its name and tags; the rest needs access to it."
)
class Account(Stored):
    """An account."""

    name: str = plain("The client's name.")
    tags: list[Tag] = batched(accounts.tags_of, "Its tags by name.")
    roles: list[AccountRole] | None = batched(accounts.roles_of, "Who is what to it; null without access.")
    contacts: Connection[Contact] | None = batched(
        accounts.contacts_of, "Its people by name; null without access.", **PAGE
    )
    custom_fields: list[CustomFieldValue] | None = batched(
        custom_fields.of_accounts, "What it has in custom fields, by the fields' names; null without access."
    )
    items: Connection[_Item] | None = batched(
        items.of_accounts,
        "The items for its clients, newest first; null without access.",
        open=Arg(bool | None, "Only open ones, or only closed ones.", None),
        **PAGE,
    )
    documents: Connection[Document] | None = batched(
        documents.of_accounts, "Its files, those of its jobs included, newest first; null without access.", **PAGE
    )
