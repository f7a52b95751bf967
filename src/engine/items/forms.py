"""What an organizer asks: which of its questions are shown, given the answers, and which still lack one. Pure.

What is not shown is not asked: its answer is kept, but counts for nothing, neither in conditions nor in the end.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

from engine.enums import QuestionKind


@dataclass(frozen=True, slots=True)
class AnswerTest:
    """A test of the answer to one question; exactly one part is given."""

    question_key: str
    is_set: bool | None = None
    """Whether there is an answer; of a box to tick, whether it is ticked."""
    is_one_of: tuple[str, ...] | None = None
    """Any of these options is chosen."""


@dataclass(frozen=True, slots=True)
class AnswerCondition:
    """One node of a tree; exactly one part is given."""

    all_of: "tuple[AnswerCondition, ...] | None" = None
    any_of: "tuple[AnswerCondition, ...] | None" = None
    none_of: "AnswerCondition | None" = None
    answer: AnswerTest | None = None

    @property
    def parts(self) -> "tuple[AnswerCondition, ...]":
        """The nodes right below."""
        return self.all_of or self.any_of or ((self.none_of,) if self.none_of else ())


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Its key is the same in all items that are made by a template."""

    kind: QuestionKind
    text: str
    key: str = ""
    help: str | None = None
    options: tuple[str, ...] = ()
    required: bool = False
    condition: AnswerCondition | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together."""

    title: str
    questions: tuple[Question, ...] = ()
    text: str | None = None
    condition: AnswerCondition | None = None


@dataclass(frozen=True, slots=True)
class OrganizerContent:
    """All that an organizer asks."""

    sections: tuple[Section, ...]

    @property
    def questions(self) -> list[Question]:
        """All questions, in order."""
        return [question for section in self.sections for question in section.questions]


@dataclass(frozen=True, slots=True)
class Value:
    """An answer; exactly one part is given, by the kind of the question."""

    text: str | None = None
    number: Decimal | None = None
    date: dt.date | None = None
    choices: tuple[str, ...] | None = None
    confirmed: bool | None = None
    document_ids: tuple[str, ...] | None = None

    @property
    def part(self) -> str:
        """The name of the part that is given."""
        return next((part.name for part in fields(self) if getattr(self, part.name) is not None), "text")

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: an empty text or list, a box that is not ticked."""
        return not getattr(self, self.part) and self.number is None


PARTS: Final[Mapping[QuestionKind, str]] = {
    QuestionKind.TEXT: "text",
    QuestionKind.NUMBER: "number",
    QuestionKind.DATE: "date",
    QuestionKind.CHOICE: "choices",
    QuestionKind.CHOICES: "choices",
    QuestionKind.CONFIRMATION: "confirmed",
    QuestionKind.FILE: "document_ids",
}
"""By which part of a value the questions of a kind are answered."""

Answers = Mapping[str, Value]
"""Answers that say something, by the keys of their questions."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a form is shown: whether each section is, in order, and the keys of the questions."""

    sections: Sequence[bool]
    keys: frozenset[str]


def shown(content: OrganizerContent, answers: Answers) -> Shown:
    """What is shown given the answers. A question of a section that is not shown is not either."""
    counted: dict[str, Value] = {}
    keys: set[str] = set()
    sections: list[bool] = []
    for section in content.sections:
        sections.append(_holds(section.condition, counted))
        for question in section.questions if sections[-1] else ():
            if _holds(question.condition, counted):
                keys.add(question.key)
                if question.key in answers:
                    counted[question.key] = answers[question.key]
    return Shown(sections, frozenset(keys))


def missing(content: OrganizerContent, answers: Answers) -> list[Question]:
    """The questions that are shown, must be answered, and are not; in order."""
    keys = shown(content, answers).keys
    return [one for one in content.questions if one.required and one.key in keys and one.key not in answers]


def _holds(condition: AnswerCondition | None, answers: Answers) -> bool:
    if condition is None:
        return True
    if condition.all_of is not None:
        return all(_holds(part, answers) for part in condition.all_of)
    if condition.any_of is not None:
        return any(_holds(part, answers) for part in condition.any_of)
    if condition.none_of is not None:
        return not _holds(condition.none_of, answers)
    return condition.answer is None or _meets(condition.answer, answers)


def _meets(test: AnswerTest, answers: Answers) -> bool:
    said = answers.get(test.question_key)
    if test.is_one_of is not None:
        return said is not None and not set(test.is_one_of).isdisjoint(said.choices or ())
    return (said is not None) == test.is_set
