"""What the demo firm has asked for whom of its clients comes into the portal: there is something to do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.demo.cast import GUEST
from engine.demo.ids import known
from engine.demo.pipelines import TAX
from engine.enums import QuestionKind
from engine.items.forms import AnswerCondition, AnswerTest, OrganizerContent, Question, Section
from engine.items.invoices import InvoiceContent, InvoiceLine
from engine.items.making import CreateItem
from engine.items.proposals import ProposalContent, Service
from engine.items.requests import DocumentRequestContent, WantedDocument
from engine.items.rules import rules_of_content
from engine.items.threads import ThreadContent


@dataclass(frozen=True, slots=True)
class Requested:
    """The owner asked the client for something."""

    days: int
    title: str
    content: Any
    message: str | None = None

    @property
    def command(self) -> CreateItem:
        """The same as she said it: it belongs to the client's return, which does not wait for it."""
        return CreateItem(
            job_id=known("job", f"{TAX}/{GUEST[0]}"),
            title=self.title,
            content=self.content,
            message=self.message,
            blocking=False,
            id=known(rules_of_content(self.content).prefix, self.title),
        )


_MOVED: Final = AnswerCondition(answer=AnswerTest("moved", is_one_of=("Yes",)))

REQUESTS: Final = (
    Requested(
        5,
        "About your last year",
        OrganizerContent(
            (
                Section(
                    "Your home",
                    (
                        Question(QuestionKind.CHOICE, "Have you moved?", "moved", options=("Yes", "No"), required=True),
                        Question(QuestionKind.DATE, "When?", "day", required=True, condition=_MOVED),
                        Question(QuestionKind.TEXT, "Where to?", "address", required=True, condition=_MOVED),
                    ),
                ),
                Section(
                    "Your work",
                    (
                        Question(
                            QuestionKind.NUMBER, "On how many days did you work at home?", "days", help="About will do."
                        ),
                        Question(QuestionKind.FILE, "What you paid for your desk", "desk"),
                        Question(QuestionKind.CONFIRMATION, "All of this is true.", "true", required=True),
                    ),
                ),
            )
        ),
        "Five minutes, and we can go on.",
    ),
    Requested(
        4,
        "Papers of your second bank",
        DocumentRequestContent(
            (
                WantedDocument("Certificate of interest", "The bank sends it in January."),
                WantedDocument("Receipts of donations", required=False),
            )
        ),
    ),
    Requested(
        3,
        "Advice on your rental income",
        ProposalContent(
            "You asked us to look after the flat as well.",
            (Service("Rental income", Decimal("180.00"), tax_rate=Decimal(19), description="Each year's return"),),
            "Either side ends it by letter.",
        ),
    ),
    Requested(
        2,
        "Your donation to the museum",
        ThreadContent("Was it for the museum, or for its friends? Only one of them counts.", ("Look at the receipt",)),
    ),
    Requested(
        1,
        "Your return: first half",
        InvoiceContent((InvoiceLine("Return, half of it", Decimal("210.00"), tax_rate=Decimal(19)),), "Thank you!"),
    ),
)
