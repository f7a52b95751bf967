"""What the demo firm has ready before its work begins: e-mail templates, statuses, custom fields, job templates."""

from typing import Final

from engine.demo.cast import PREPARER
from engine.demo.ids import all_known, known
from engine.enums import CustomFieldKind, DurationUnit
from engine.firm.client_statuses import CreateClientStatus
from engine.firm.custom_fields import CreateCustomField
from engine.job.job_templates import CreateJobTemplate
from engine.mail.email_templates import CreateEmailTemplate
from engine.pipeline.statuses import CreateJobStatus
from engine.time.duration import Duration

ON_HOLD: Final = "On hold"
WITH_CLIENT: Final = "With the client"
TRANSACTIONS: Final = "Monthly transactions"
SOFTWARE: Final = "Accounting software"
RETURN: Final = "Yearly return"
MONTH: Final = "Month of bookkeeping"
START: Final = "New client"


def _email(name: str, subject: str, *paragraphs: str) -> CreateEmailTemplate:
    """A letter in HTML; the text for programs that show none is made of it."""
    lines = ("Dear [CONTACT_FIRST_NAME],", *paragraphs, "Kind regards,<br>[FIRM_NAME]")
    html = "".join(f"<p>{line}</p>" for line in lines)
    return CreateEmailTemplate(name, subject, html=html, id=known("emailtemplate", name))


def _client_status(name: str, color: str, description: str) -> CreateClientStatus:
    return CreateClientStatus(name, color, description, known("clientstatus", name))


def _field(name: str, kind: CustomFieldKind, *choices: str) -> CreateCustomField:
    return CreateCustomField(name, kind, choices, known("field", name))


def _job_template(name: str, job_name: str, days: int) -> CreateJobTemplate:
    return CreateJobTemplate(
        name,
        job_name,
        assignee_role_ids=all_known("role", PREPARER),
        start_after=Duration(0, DurationUnit.DAYS),
        due_after=Duration(days, DurationUnit.WORKING_DAYS),
        id=known("jobtemplate", name),
    )


STATUSES: Final = (
    CreateJobStatus(ON_HOLD, "#9ca3af", id=known("status", ON_HOLD)),
    CreateJobStatus(WITH_CLIENT, "#f97316", pauses=False, id=known("status", WITH_CLIENT)),
)
CLIENT_STATUSES: Final = (
    _client_status("Waiting for you", "#f59e0b", "We need something from you, [CONTACT_FIRST_NAME]."),
    _client_status("In progress", "#3b82f6", "We are working on [JOB_NAME]."),
    _client_status("Done", "#10b981", "[JOB_NAME] is done."),
)
FIELDS: Final = (
    _field(TRANSACTIONS, CustomFieldKind.NUMBER),
    _field(SOFTWARE, CustomFieldKind.CHOICE, "DATEV", "Lexware", "Xero"),
)
JOB_TEMPLATES: Final = (
    _job_template(RETURN, "Tax return [LAST_YEAR]", 30),
    _job_template(MONTH, "Bookkeeping [LAST_MONTH_NAME] [LAST_MONTH_YEAR]", 15),
    _job_template(START, "Onboarding", 20),
)
EMAILS: Final = (
    _email(
        "A new return",
        "Your tax return for [LAST_YEAR]",
        "we are about to begin your <b>[JOB_NAME]</b>. You will get our engagement letter to sign.",
    ),
    _email(
        "Documents, please",
        "[JOB_NAME]: your documents",
        "please send us your wage statements, bank certificates and receipts of [LAST_YEAR].",
        "We are to file by <b>[JOB_DUE_DATE]</b>.",
    ),
    _email(
        "A reminder",
        "[JOB_NAME]: we still wait for your documents",
        "some of your documents are still missing. Without them we cannot go on.",
    ),
    _email(
        "Ready to sign",
        "[JOB_NAME]: ready for your signature",
        "your return is ready. Please look at it, sign it, and send it back to us.",
    ),
    _email("Filed", "[JOB_NAME] is filed", "your return has been filed. Thank you for working with us."),
    _email(
        "Statements, please",
        "Bank statements of [LAST_MONTH_NAME]",
        "please upload the bank statements of [LAST_MONTH_NAME] [LAST_MONTH_YEAR] for [ACCOUNT_NAME].",
    ),
    _email(
        "Welcome",
        "Welcome to [FIRM_NAME]",
        "we are glad to work for [ACCOUNT_NAME] from now on. Here is what we need to begin:",
        "a copy of your articles, last year's accounts, and access to your bank statements.",
    ),
)
