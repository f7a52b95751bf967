"""The three pipelines of the demo, and what their stages do by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.automating.conditions import Condition, FieldTest
from engine.automating.delays import Delay, JobDate, Until
from engine.automations.add_comment import AddComment
from engine.automations.create_job import CreateJob
from engine.automations.create_task import CreateTask
from engine.automations.notify_members import NotifyMembers
from engine.automations.send_email import SendEmail
from engine.automations.set_client_status import SetClientStatus
from engine.automations.set_dates import SetDates
from engine.automations.set_job_status import SetJobStatus
from engine.automations.set_priority import SetPriority
from engine.automations.update_account_access import UpdateAccountAccess
from engine.automations.update_assignees import UpdateAssignees
from engine.automations.update_tags import UpdateTags
from engine.demo.cast import PREPARER, REVIEWER
from engine.demo.ids import all_known, known
from engine.demo.texts import MONTH, ON_HOLD, RETURN, SOFTWARE, START, TRANSACTIONS, WITH_CLIENT
from engine.enums import Automove, Completion, DurationUnit, Priority
from engine.pipeline.pipelines import NewStage
from engine.time.duration import Duration

TAX: Final = "Individual tax return"
BOOKS: Final = "Monthly bookkeeping"
ONBOARDING: Final = "Client onboarding"


@dataclass(frozen=True, slots=True)
class Does:
    """An automation."""

    config: Any
    condition: Condition | None = None
    delay: Delay | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A stage with its automations."""

    stage: NewStage
    does: Sequence[Does] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A pipeline with its stages, and what it does with jobs that are put into a status until they are Active again."""

    name: str
    description: str
    template: str
    steps: Sequence[Step]
    status: str
    waiting: Sequence[Does] = ()
    archive_after_days: int | None = None


def _days(amount: int) -> Duration:
    return Duration(amount, DurationUnit.WORKING_DAYS)


def _after(amount: int) -> Delay:
    return Delay(span=_days(amount))


def _tagged(*tags: str) -> Condition:
    return Condition(tags=all_known("tag", *tags))


def _many_transactions() -> Condition:
    return Condition(custom_field=FieldTest(known("field", TRANSACTIONS), at_least="500"))


def _email(name: str, **given: Any) -> SendEmail:
    return SendEmail(known("emailtemplate", name), **given)


def _shows(status: str) -> Does:
    return Does(SetClientStatus(known("clientstatus", status)))


def _task(title: str, *lines: str, role: str = PREPARER, days: int = 3, **given: Any) -> CreateTask:
    """A task for whoever has a role for the client."""
    return CreateTask(
        title,
        check_list="\n".join(lines) or None,
        assignee_role_ids=all_known("role", role),
        due_after=_days(days),
        **given,
    )


_ON: Final = Automove.WHEN_ITEMS_DONE

COURSES: Final = (
    Course(
        TAX,
        "From the engagement letter to the filed return.",
        RETURN,
        (
            Step(
                NewStage("Engagement letter", automove=_ON),
                (
                    Does(_email("A new return")),
                    Does(_task("Get the engagement letter signed", "Check last year's fee", "Send it", "File it")),
                    Does(SetPriority(Priority.HIGH), _tagged("VIP")),
                ),
            ),
            Step(
                NewStage("Collect documents", automove=_ON, time_limit=_days(6)),
                (
                    _shows("Waiting for you"),
                    Does(_email("Documents, please")),
                    Does(
                        _task(
                            "Get all documents of [CONTACT_NAME]",
                            "Wage statements",
                            "Bank certificates",
                            "Donations",
                            "Rental income",
                            days=6,
                        )
                    ),
                    Does(_email("A reminder"), delay=_after(3)),
                ),
            ),
            Step(
                NewStage("Extension filed", automove=_ON, condition=_tagged("Extension")),
                (
                    Does(SetDates(due_after=Duration(6, DurationUnit.MONTHS))),
                    Does(SetPriority(Priority.LOW)),
                    Does(AddComment("An extension is filed for [ACCOUNT_NAME]: now due on [JOB_DUE_DATE].")),
                    Does(_task("File the extension", "Estimate what is owed", "Send the form")),
                ),
            ),
            Step(
                NewStage("Prepare", automove=_ON, job_limit=4),
                (
                    _shows("In progress"),
                    Does(
                        _task("Prepare the return of [CONTACT_NAME]", "Enter all documents", "Compare with last year")
                    ),
                    Does(
                        NotifyMembers("[JOB_NAME] for [ACCOUNT_NAME] is due in a week.", assignees=True),
                        delay=Delay(until=Until(JobDate.DUE_DATE, -7)),
                    ),
                ),
            ),
            Step(
                NewStage("Review", automove=_ON, job_limit=3, time_limit=_days(2)),
                (
                    Does(UpdateAssignees(add_role_ids=all_known("role", REVIEWER))),
                    Does(
                        NotifyMembers(
                            "[JOB_NAME] for [ACCOUNT_NAME] is ready for review.",
                            role_ids=all_known("role", REVIEWER),
                        )
                    ),
                    Does(_task("Review the return", role=REVIEWER, days=2)),
                    Does(SetPriority(Priority.URGENT), _tagged("VIP")),
                ),
            ),
            Step(
                NewStage("Sign and file"),
                (
                    _shows("Waiting for you"),
                    Does(_email("Ready to sign")),
                    Does(_task("File the signed return", days=5)),
                    Does(_task("Call [CONTACT_NAME] about the signature", days=1, blocking=False), delay=_after(3)),
                ),
            ),
            Step(
                NewStage("Done", completion=Completion.ON_ENTRY),
                (
                    _shows("Done"),
                    Does(_email("Filed")),
                    Does(UpdateTags(remove_tag_ids=all_known("tag", "Extension"))),
                ),
            ),
        ),
        ON_HOLD,
        (
            _shows("Waiting for you"),
            Does(_task("Ask [CONTACT_NAME] for what is missing", days=1)),
        ),
        archive_after_days=60,
    ),
    Course(
        BOOKS,
        "Every month, for every company.",
        MONTH,
        (
            Step(
                NewStage("Statements", automove=_ON, time_limit=_days(5)),
                (
                    Does(_email("Statements, please")),
                    Does(_task(f"Import the statements into [ACCOUNT_CUSTOM_FIELD:{SOFTWARE}]", days=4)),
                ),
            ),
            Step(
                NewStage("Reconcile", automove=_ON, job_limit=5),
                (
                    Does(_task("Reconcile [LAST_MONTH_NAME]", "Bank", "Cash", "Cards")),
                    Does(_task("Have somebody else look at it", role=REVIEWER), _many_transactions()),
                ),
            ),
            Step(
                NewStage("Payroll", automove=_ON, condition=_tagged("S-Corp")),
                (Does(_task("Run the payroll", "Salaries", "Officer compensation")),),
            ),
            Step(
                NewStage("Questions", automove=Automove.WHEN_ITEMS_DONE_OR_NONE),
                (Does(SetJobStatus(known("status", WITH_CLIENT)), _many_transactions()),),
            ),
            Step(
                NewStage("Close the month", completion=Completion.WHEN_ITEMS_DONE),
                (Does(_task("Send the report for [LAST_MONTH_NAME]", days=2)),),
            ),
        ),
        WITH_CLIENT,
        (Does(_task("Clear up with [CONTACT_NAME] what is open", days=2)),),
        archive_after_days=60,
    ),
    Course(
        ONBOARDING,
        "From the first call to the first month of bookkeeping.",
        START,
        (
            Step(
                NewStage("Agreed", automove=_ON),
                (
                    Does(UpdateTags(add_tag_ids=all_known("tag", "New client"))),
                    Does(UpdateAccountAccess(add_role_ids=all_known("role", PREPARER))),
                    Does(_task("Call [CONTACT_NAME]", days=1)),
                ),
            ),
            Step(
                NewStage("Paperwork", automove=_ON, time_limit=_days(5)),
                (
                    Does(_email("Welcome")),
                    Does(_task("Get the papers of [ACCOUNT_NAME]", "Articles", "Last year's accounts", days=5)),
                ),
            ),
            Step(
                NewStage("Set up the books", automove=_ON),
                (
                    Does(_task("Set up the books in [ACCOUNT_CUSTOM_FIELD:Accounting software]")),
                    Does(_task("Register for payroll"), _tagged("S-Corp")),
                ),
            ),
            Step(
                NewStage("Up and running", completion=Completion.WHEN_ITEMS_DONE),
                (
                    Does(CreateJob(known("pipeline", BOOKS), template_id=known("jobtemplate", MONTH))),
                    Does(UpdateTags(remove_tag_ids=all_known("tag", "New client"))),
                    Does(NotifyMembers("[ACCOUNT_NAME] is up and running.", role_ids=all_known("role", REVIEWER))),
                    Does(_task("Ask [CONTACT_NAME] how it went", role=REVIEWER, days=10)),
                ),
            ),
        ),
        ON_HOLD,
    ),
)
