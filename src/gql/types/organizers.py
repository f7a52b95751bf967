"""Organizers: questions for clients, and their answers."""

import datetime as dt
from decimal import Decimal

import strawberry

from engine.enums import QuestionKind
from gql.fields import batched, plain
from gql.types.accounts import Contact
from gql.types.documents import Document
from gql.types.items import OfClients
from resolvers import items, organizers


@strawberry.type(description="A test of the answer to an earlier question; exactly one of the two has a value.")
class AnswerTest:
    """A test."""

    question_key: str = plain("The key of the question. One that is not shown has no answer.")
    is_set: bool | None = plain("Whether there is an answer; of a box to tick, whether it is ticked.")
    is_one_of: list[str] | None = plain("Any of these options is chosen.")


@strawberry.type(
    description="A condition on the answers to earlier questions: a tree. Of each node exactly one field has a value."
)
class AnswerCondition:
    """A node of the tree."""

    all_of: "list[AnswerCondition] | None" = plain("All of these hold.", name="all")
    any_of: "list[AnswerCondition] | None" = plain("Any of these holds.", name="any")
    none_of: "AnswerCondition | None" = plain("This does not hold.", name="not")
    answer: AnswerTest | None = plain("What is answered.")


@strawberry.type
class QuestionWords:
    """What every question has; its fields are copied into the types of questions."""

    key: str = plain("What it is called in conditions and answers, once in the organizer.")
    kind: QuestionKind = plain("By what it is answered.")
    text: str = plain("What is asked.")
    help: str | None = plain("More about it.")
    options: list[str] = plain("What one can choose.")
    required: bool = plain("Whether it must be answered wherever it is shown.")


@strawberry.type(description="A question of an organizer, with its shortcodes as they were written.")
class OrganizerQuestion(QuestionWords):
    """A question of a template."""

    condition: AnswerCondition | None = plain("When it is shown; null for always.")


@strawberry.type(description="Questions of an organizer that belong together.")
class OrganizerSection:
    """A section of a template."""

    title: str = plain("What they are about.")
    text: str | None = plain("More about it.")
    questions: list[OrganizerQuestion] = plain("The questions, in order.")
    condition: AnswerCondition | None = plain("When it is shown; null for always.")


@strawberry.type(description="What an organizer asks.")
class OrganizerContent:
    """What a template of organizers holds."""

    sections: list[OrganizerSection] = plain("The questions, by sections, in order.")


@strawberry.type
class AnswerParts:
    """What every answer has; its fields are copied into the types of answers."""

    text: str | None = plain("The text, if the question asks for one.")
    number: Decimal | None = plain("The number, likewise.")
    date: dt.date | None = plain("The day, likewise.")
    choices: list[str] | None = plain("What is chosen, likewise.")
    confirmed: bool | None = plain("Whether the box is ticked, likewise.")


@strawberry.type(description="What a client has answered.")
class OrganizerAnswer(AnswerParts):
    """An answer."""

    documents: list[Document] = batched(
        organizers.documents_of, "The documents, as long as they are there, and as far as one sees them."
    )
    answered_at: dt.datetime = plain("When it was last changed.")
    answered_by: Contact | None = batched(organizers.authors, "By whom, as far as one sees them.")


@strawberry.type(description="A question that was asked, and what was answered.")
class AskedQuestion(QuestionWords):
    """A question of an item."""

    shown: bool = plain("Whether it is asked, as the others are answered.")
    missing: bool = plain("Whether it must be answered still.")
    answer: OrganizerAnswer | None = plain("The answer; null for none, and for what is not asked any more.")


@strawberry.type(description="Questions that belong together, and what was answered.")
class AskedSection:
    """A section of an item."""

    title: str = plain("What they are about.")
    text: str | None = plain("More about it.")
    shown: bool = plain("Whether it is shown, as the questions are answered.")
    questions: list[AskedQuestion] = plain("The questions, in order.")


@strawberry.type(description="What is asked, and what was answered.")
class OrganizerDetails:
    """What the right to manage organizers shows."""

    sections: list[AskedSection] = batched(organizers.sections, "The questions, by sections, in order.")


@strawberry.type(
    description="Questions for a client, who answers them as they go along. Done once it is submitted, or sealed."
)
class Organizer(OfClients):
    """An organizer."""

    details: OrganizerDetails | None = batched(items.details, "All of it; null without the right.")
