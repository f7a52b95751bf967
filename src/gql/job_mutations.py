"""What members do around jobs: links, following, time."""

import strawberry

from gql.fields import mutates
from gql.inputs import job_links as link_inputs
from gql.inputs import time_entries as time_inputs
from gql.payloads import DeletedPayload, JobPayload, StartTimerPayload, TimeEntryPayload
from resolvers import followers, job_links, time_entries


@strawberry.type
class JobMutations:
    """The mutations of links, followers and time; a part of the root of mutations. None changes a job's version."""

    link_jobs: JobPayload = mutates(
        job_links.link_jobs,
        "Links two jobs. The same link again changes nothing; another one is refused.",
        link_inputs.LinkJobsInput,
    )
    unlink_jobs: JobPayload = mutates(job_links.unlink_jobs, "Unlinks two jobs.", link_inputs.UnlinkJobsInput)
    follow_job: JobPayload = mutates(
        followers.follow_job, "Follows a job, or has others follow it.", link_inputs.FollowJobInput
    )
    unfollow_job: JobPayload = mutates(
        followers.unfollow_job,
        "Follows a job no more, or lets others: comments do not make followers of them again.",
        link_inputs.UnfollowJobInput,
    )
    start_timer: StartTimerPayload = mutates(
        time_entries.start_timer,
        "Starts a timer of one's own, and stops the one that ran. One that runs for the same goes on.",
        time_inputs.StartTimerInput,
    )
    stop_timer: TimeEntryPayload = mutates(
        time_entries.stop_timer,
        "Stops a timer. It counts whole minutes, rounded, at least one.",
        time_inputs.StopTimerInput,
    )
    create_time_entry: TimeEntryPayload = mutates(
        time_entries.create_time_entry, "Writes down time that was spent on a job.", time_inputs.CreateTimeEntryInput
    )
    update_time_entry: TimeEntryPayload = mutates(
        time_entries.update_time_entry, "Corrects an entry of time.", time_inputs.UpdateTimeEntryInput
    )
    delete_time_entry: DeletedPayload = mutates(
        time_entries.delete_time_entry, "Deletes an entry of time, or a timer.", time_inputs.DeleteTimeEntryInput
    )
