"""Client-facing statuses."""

import strawberry

from engine.firm import client_statuses
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.jobs import ExpectInput

ID = strawberry.ID


@input_of(client_statuses.CreateClientStatus, "A new client-facing status.")
class CreateClientStatusInput(MutationInput):
    """A new status."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The status's name, unique in the firm whatever its case.")
    color: str | None = given("Its colour as #rrggbb.", default=None)
    description: str | None = given("More about it for the client; may hold shortcodes.", default=None)


@input_of(client_statuses.UpdateClientStatus, "What to change of a client-facing status.")
class UpdateClientStatusInput(MutationInput):
    """Changes of a status."""

    client_status_id: ID = given("Which status.")
    name: str | None = settable("The new name.")
    color: str | None = optional("The new colour; null for none.")
    description: str | None = optional("The new description, which may hold shortcodes; null for none.")


@input_of(
    client_statuses.DeleteClientStatus,
    "Which client-facing status to delete; refused while jobs have it or automations set it.",
)
class DeleteClientStatusInput(MutationInput):
    """A status."""

    client_status_id: ID = given("Which status.")


@input_of(client_statuses.SetClientStatus, "What a client may see of where a job stands.")
class SetClientStatusInput(MutationInput):
    """A client-facing status for a job."""

    job_id: ID = given("Which job.")
    client_status_id: ID | None = optional("The client-facing status; null for none. It must be said.")
    expect: ExpectInput | None = optional("What the caller believes.")
