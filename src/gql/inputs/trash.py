"""Deleting jobs and accounts, and getting them back."""

import strawberry

from engine.trash import commands
from gql.fields import given, optional
from gql.inputs.base import MutationInput, input_of
from gql.inputs.jobs import ExpectInput

ID = strawberry.ID


@input_of(commands.DeleteJob, "Which job to delete.")
class DeleteJobInput(MutationInput):
    """A job to delete."""

    job_id: ID = given("Which job.")
    expect: ExpectInput | None = optional("What the caller believes.")


@input_of(commands.RestoreJob, "Which job to get back.")
class RestoreJobInput(MutationInput):
    """A job to restore."""

    job_id: ID = given("Which job.")


@input_of(commands.DeleteAccount, "Which account to delete.")
class DeleteAccountInput(MutationInput):
    """An account to delete."""

    account_id: ID = given("Which account.")


@input_of(commands.RestoreAccount, "Which account to get back.")
class RestoreAccountInput(MutationInput):
    """An account to restore."""

    account_id: ID = given("Which account.")


@input_of(commands.EmptyTrash, "What is to wait no longer: some of it, or the oldest 200 of all.")
class EmptyTrashInput(MutationInput):
    """Entries to delete for good."""

    trash_ids: list[ID] | None = optional("These entries.")
    all: bool = given("The oldest of all.", default=False)
