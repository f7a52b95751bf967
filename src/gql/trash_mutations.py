"""Mutations that delete jobs and accounts, and get them back (JB3)."""

import strawberry

from gql.fields import mutates
from gql.inputs import trash as inputs
from gql.payloads import AccountPayload, EmptyTrashPayload, JobPayload, TrashPayload
from resolvers import trash


@strawberry.type
class TrashMutations:
    """Mutations of the trash."""

    delete_job: TrashPayload = mutates(
        trash.delete_job, "Puts a job into the trash, with its tasks and all of it that is open.", inputs.DeleteJobInput
    )
    restore_job: JobPayload = mutates(
        trash.restore_job,
        "Takes a job out of the trash: it stands where it stood, runs nothing, and goes on from there.",
        inputs.RestoreJobInput,
    )
    delete_account: TrashPayload = mutates(
        trash.delete_account,
        "Puts an account into the trash, with its jobs and all else of it; its contacts do not come into the portal "
        "for it any more.",
        inputs.DeleteAccountInput,
    )
    restore_account: AccountPayload = mutates(
        trash.restore_account,
        "Takes an account out of the trash, with all that went there with it.",
        inputs.RestoreAccountInput,
    )
    empty_trash: EmptyTrashPayload = mutates(
        trash.empty_trash,
        "Has what waits in the trash deleted for good, soon and without a way back. For owners and admins.",
        inputs.EmptyTrashInput,
    )
