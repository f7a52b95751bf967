"""Links between jobs, and who follows them."""

import strawberry

from engine.enums import JobLinkKind
from engine.job import following, job_links
from gql.fields import given, optional
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(job_links.LinkJobs, "Two jobs that have to do with each other, and what the first is to the other.")
class LinkJobsInput(MutationInput):
    """A link."""

    job_id: ID = given("The first job, archived or not.")
    other_job_id: ID = given("The other job, likewise.")
    kind: JobLinkKind = given("What the first is to the other.", default=JobLinkKind.RELATED)


@input_of(job_links.UnlinkJobs, "Two jobs that are linked, in whichever order.")
class UnlinkJobsInput(MutationInput):
    """A link to be taken away."""

    job_id: ID = given("One of them.")
    other_job_id: ID = given("The other.")


@input_of(following.FollowJob, "Who is to follow a job.")
class FollowJobInput(MutationInput):
    """Followers to come."""

    job_id: ID = given("Which job, archived or not.")
    member_ids: list[ID] | None = optional("Which members, all of whom see the job; oneself by default.")


@input_of(following.UnfollowJob, "Who is to follow a job no more.")
class UnfollowJobInput(MutationInput):
    """Followers to go."""

    job_id: ID = given("Which job.")
    member_ids: list[ID] | None = optional("Which members; oneself by default.")
