"""Organizers: what they ask, and how clients answer."""

import datetime as dt
from decimal import Decimal

import strawberry

from engine.enums import QuestionKind
from engine.items import form_answers, forms, organizers
from gql.fields import given, optional
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(forms.AnswerTest, "A test of the answer to an earlier question: give `isSet` or `isOneOf`.")
class AnswerTestInput:
    """A test."""

    question_key: str = given("The key of the question. One that is not shown has no answer.")
    is_set: bool | None = given("Whether there is an answer; of a box to tick, whether it is ticked.", default=None)
    is_one_of: list[str] | None = given("Any of these options is chosen.", default=None)


@input_of(
    forms.AnswerCondition,
    "A condition on the answers to earlier questions: a tree of at most 5 levels, with at most 50 tests.",
    one_of=True,
)
class AnswerConditionInput:
    """A node of the tree."""

    all_of: "list[AnswerConditionInput] | None" = given("All of these hold.", name="all", default=strawberry.UNSET)
    any_of: "list[AnswerConditionInput] | None" = given("Any of these holds.", name="any", default=strawberry.UNSET)
    none_of: "AnswerConditionInput | None" = given("This does not hold.", name="not", default=strawberry.UNSET)
    answer: AnswerTestInput | None = optional("What is answered.")


_CONDITION = "When it is shown; always where left out."


@input_of(forms.Question, "A question of an organizer.")
class OrganizerQuestionInput:
    """A question."""

    key: str = given(
        "Its name in conditions and answers: up to 50 letters and digits, once in the organizer. Made if empty.",
        default="",
    )
    kind: QuestionKind = given("By what it is answered.")
    text: str = given("What is asked, with shortcodes.")
    help: str | None = given("More about it, with shortcodes.", default=None)
    options: list[str] = given("What one can choose, with shortcodes.", default_factory=list)
    required: bool = given("Whether it must be answered, and a box ticked, wherever it is shown.", default=False)
    condition: AnswerConditionInput | None = given(_CONDITION, default=None)


@input_of(forms.Section, "Questions of an organizer that belong together.")
class OrganizerSectionInput:
    """A section."""

    title: str = given("What they are about, with shortcodes.")
    text: str | None = given("More about it, with shortcodes.", default=None)
    questions: list[OrganizerQuestionInput] = given("The questions, in order.")
    condition: AnswerConditionInput | None = given(_CONDITION, default=None)


@input_of(forms.OrganizerContent, "What an organizer asks: at most 200 questions.")
class OrganizerContentInput:
    """A questionnaire."""

    sections: list[OrganizerSectionInput] = given("The questions, by sections, in order.")


@input_of(forms.Value, "An answer, by the kind of its question. What says nothing takes the answer back.", one_of=True)
class AnswerValueInput:
    """A value."""

    text: str | None = optional("A text.")
    number: Decimal | None = optional("A number.")
    date: dt.date | None = optional("A day.")
    choices: list[str] | None = optional("What is chosen of the options; of some questions one alone.")
    confirmed: bool | None = optional("Whether the box is ticked.")
    document_ids: list[ID] | None = optional("Documents of the account that clients have uploaded.")


@input_of(form_answers.Answer, "The answer to one question.")
class AnswerInput:
    """An answer."""

    question_key: str = given("The key of the question.")
    value: AnswerValueInput | None = given("The answer; null takes it back.", default=None)


@input_of(organizers.SaveAnswers, "Answers to keep. Other questions stay as they are answered.")
class SaveAnswersInput(MutationInput):
    """Answers."""

    item_id: ID = given("Which organizer.")
    answers: list[AnswerInput] = given("The answers, to each question once.")


@input_of(organizers.SubmitOrganizer, "Which organizer is answered.")
class SubmitOrganizerInput(MutationInput):
    """An organizer."""

    item_id: ID = given("Which organizer.")


@input_of(organizers.SealOrganizer, "Which organizer to take as it is answered so far.")
class SealOrganizerInput(MutationInput):
    """An organizer."""

    item_id: ID = given("Which organizer.")
