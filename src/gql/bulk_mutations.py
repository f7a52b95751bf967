"""What members do with many jobs at once."""

import strawberry

from gql.fields import mutates
from gql.inputs import bulk as inputs
from gql.payloads import BulkPayload
from resolvers import bulk


@strawberry.type
class BulkMutations:
    """The mutations of bulk operations; a part of the root of mutations. Up to 100 are done when the call answers."""

    create_jobs: BulkPayload = mutates(
        bulk.start, "Makes a job for each of many accounts, listed or by tag.", inputs.CreateJobsInput
    )
    move_jobs: BulkPayload = mutates(bulk.start, "Moves jobs to a stage.", inputs.MoveJobsInput)
    update_jobs: BulkPayload = mutates(
        bulk.start, "Changes priority, dates and assignees of jobs.", inputs.UpdateJobsInput
    )
    update_job_tags: BulkPayload = mutates(
        bulk.start_tagging, "Changes the tags of jobs' accounts.", inputs.UpdateJobTagsInput
    )
    set_job_statuses: BulkPayload = mutates(
        bulk.start, "Puts jobs into a status; archives and unarchives them.", inputs.SetJobStatusesInput
    )
    set_client_statuses: BulkPayload = mutates(
        bulk.start, "Gives jobs a client-facing status, or takes it away.", inputs.SetClientStatusesInput
    )
    archive_jobs: BulkPayload = mutates(bulk.start, "Archives jobs.", inputs.ArchiveJobsInput)
    delete_jobs: BulkPayload = mutates(bulk.start, "Puts jobs into the trash, each by itself.", inputs.DeleteJobsInput)
    restore_jobs: BulkPayload = mutates(
        bulk.start,
        "Takes jobs out of the trash, except those that went there with their accounts.",
        inputs.RestoreJobsInput,
    )
    cancel_bulk_operation: BulkPayload = mutates(
        bulk.cancel, "Stops a bulk operation before its next chunk.", inputs.CancelBulkOperationInput
    )
