"""What members do with recurrences."""

import strawberry

from gql.fields import mutates
from gql.inputs import recurrences as inputs
from gql.payloads import DeletedPayload, RecurrencePayload, RecurrenceRunPayload
from resolvers import recurrences


@strawberry.type
class RecurrenceMutations:
    """The mutations of recurrences; a part of the root of mutations."""

    create_recurrence: RecurrencePayload = mutates(
        recurrences.create_recurrence, "Makes a recurrence.", inputs.CreateRecurrenceInput
    )
    update_recurrence: RecurrencePayload = mutates(
        recurrences.update_recurrence, "Changes a recurrence, for jobs to come.", inputs.UpdateRecurrenceInput
    )
    delete_recurrence: DeletedPayload = mutates(
        recurrences.delete_recurrence,
        "Deletes a recurrence. The jobs that it has made stay.",
        inputs.DeleteRecurrenceInput,
    )
    pause_recurrence: RecurrencePayload = mutates(
        recurrences.pause_recurrence, "Stops a recurrence until it is resumed.", inputs.PauseRecurrenceInput
    )
    resume_recurrence: RecurrencePayload = mutates(
        recurrences.resume_recurrence, "Lets a recurrence go on.", inputs.ResumeRecurrenceInput
    )
    skip_next_occurrence: RecurrencePayload = mutates(
        recurrences.skip_next_occurrence, "Leaves out the next occurrence.", inputs.SkipNextOccurrenceInput
    )
    retry_recurrence_run: RecurrenceRunPayload = mutates(
        recurrences.retry_recurrence_run,
        "Tries again to make the jobs of an occurrence that could not be made.",
        inputs.RetryRecurrenceRunInput,
    )
