"""Whether answers are well-formed, each for the question that it is given to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.checks import Checks
from engine.enums import ErrorCode, QuestionKind
from engine.errors import Path
from engine.items.forms import PARTS, OrganizerContent, Question, Value

MOST_DOCUMENTS: Final = 20  # in one answer
_DIGITS: Final = 15  # of a number, before its point
_PLACES: Final = 10  # of a number, behind it

_BY: Final[Mapping[str, str]] = {
    "text": "a text",
    "number": "a number",
    "date": "a date",
    "choices": "one or several of its options",
    "confirmed": "whether one confirms it",
    "document_ids": "documents",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question; None takes the answer back."""

    question_key: str
    value: Value | None = None


def checked(
    checks: Checks, content: OrganizerContent, answers: Sequence[Answer], *path: str
) -> dict[str, Value | None]:
    """The answers as they are stored, by question; None for those that say nothing. Notes what is wrong with them."""
    asked = {question.key: question for question in content.questions}
    found: dict[str, Value | None] = {}
    if len(answers) > len(asked):
        checks.add(ErrorCode.TOO_MANY, f"It asks no more than {len(asked)} questions.", *path)
        return found
    for n, answer in enumerate(answers):
        place, question = (*path, str(n)), asked.get(answer.question_key)
        if question is None:
            checks.add(ErrorCode.NOT_FOUND, "There is no such question.", *place, "question_key")
        elif question.key in found:
            checks.add(ErrorCode.INVALID, "This question is answered twice.", *place, "question_key")
        else:
            found[question.key] = answer.value and _settled(checks, question, answer.value, (*place, "value"))
    return found


def _settled(checks: Checks, question: Question, value: Value, path: Path) -> Value | None:
    part = PARTS[question.kind]
    if value.part != part:
        checks.add(ErrorCode.INVALID, f"This question is answered by {_BY[part]}.", *path, value.part)
        return None
    settled = _part(checks, question, value, (*path, part))
    return None if settled.is_empty else settled


def _part(checks: Checks, question: Question, value: Value, path: Path) -> Value:
    if value.text is not None:
        return Value(text=checks.text(value.text, *path) or "")
    if value.number is not None:
        _check_number(checks, value.number, path)
    if value.choices is not None:
        return Value(choices=_choices(checks, question, value.choices, path))
    if value.document_ids is not None:
        ids = tuple(dict.fromkeys(value.document_ids))
        if len(ids) > MOST_DOCUMENTS:
            checks.add(ErrorCode.TOO_MANY, f"At most {MOST_DOCUMENTS} documents.", *path)
        return Value(document_ids=ids)
    return value


def _check_number(checks: Checks, number: Decimal, path: Path) -> None:
    exponent = number.as_tuple().exponent
    if number.adjusted() >= _DIGITS or not isinstance(exponent, int) or exponent < -_PLACES:
        checks.add(ErrorCode.INVALID, f"At most {_DIGITS} digits, and {_PLACES} behind the point.", *path)


def _choices(checks: Checks, question: Question, given: Sequence[str], path: Path) -> tuple[str, ...]:
    """What is chosen, in the order of the options."""
    chosen = set(given)
    if not chosen <= set(question.options):
        checks.add(ErrorCode.INVALID, "These are not all options of the question.", *path)
    if question.kind is QuestionKind.CHOICE and len(chosen) > 1:
        checks.add(ErrorCode.TOO_MANY, "Choose one.", *path)
    return tuple(option for option in question.options if option in chosen)
