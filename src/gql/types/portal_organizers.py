"""Organizers, for clients. Nothing leads from here to what is for members (AC5)."""

import strawberry

from gql.fields import batched, plain
from gql.types.organizers import AnswerParts, QuestionWords
from gql.types.portal import PortalDocument
from gql.types.portal_items import PortalItem
from resolvers import portal_organizers


@strawberry.type(description="What one has answered.")
class PortalOrganizerAnswer(AnswerParts):
    """An answer, for clients."""

    documents: list[PortalDocument] = batched(
        portal_organizers.documents_of, "The documents, as long as they are shared with one."
    )


@strawberry.type(description="A question of the firm's.")
class PortalOrganizerQuestion(QuestionWords):
    """A question, for clients."""

    shown: bool = plain("Whether it is asked, as the others are answered now.")
    missing: bool = plain("Whether it must be answered still.")
    answer: PortalOrganizerAnswer | None = plain("The answer, kept while the question is not shown; null for none.")


@strawberry.type(description="Questions that belong together.")
class PortalOrganizerSection:
    """A section, for clients."""

    title: str = plain("What they are about.")
    text: str | None = plain("More about it.")
    shown: bool = plain("Whether it is shown, as the questions are answered now.")
    questions: list[PortalOrganizerQuestion] = plain("The questions, in order.")


@strawberry.type(description="Questions that the firm asks. What is saved is kept; it is done once it is submitted.")
class PortalOrganizer(PortalItem):
    """An organizer, for clients."""

    sections: list[PortalOrganizerSection] = batched(
        portal_organizers.sections, "The questions, by sections, in order."
    )
