"""Whether a form can be asked as it is written: its bounds, its keys, and conditions that only look back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from engine.checks import Checks
from engine.enums import ErrorCode, QuestionKind
from engine.errors import Path
from engine.items import form_texts
from engine.items.forms import AnswerCondition, AnswerTest, OrganizerContent, Question, Section

MOST_SECTIONS: Final = 50
MOST_QUESTIONS: Final = 200  # in all sections
MOST_OPTIONS: Final = 100  # of one question
MOST_TESTS: Final = 50  # in one condition, each option counted
MOST_CHARACTERS: Final = 100_000  # in all texts
DEPTH: Final = 5  # nodes of a condition below one another
QUESTION_LENGTH: Final = 500  # characters
HELP_LENGTH: Final = 2_000  # characters
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,49}")
_CHOOSING: Final = (QuestionKind.CHOICE, QuestionKind.CHOICES)


@dataclass
class _Form:
    """What is known of a form while it is looked through from its beginning."""

    checks: Checks
    keys: Iterator[str]
    """For questions without one."""
    earlier: dict[str, Question] = field(default_factory=dict)


def checked(checks: Checks, content: OrganizerContent, path: Path) -> OrganizerContent:
    """The form as it is stored: every question has a key. Notes what is wrong, with its place below a path."""
    asked = content.questions
    if not asked:
        checks.add(ErrorCode.TOO_FEW, "Ask at least one question.", *path, "sections")
    for number, most, what in (
        (len(content.sections), MOST_SECTIONS, "sections"),
        (len(asked), MOST_QUESTIONS, "questions"),
        (sum(map(len, form_texts.texts(content))), MOST_CHARACTERS, "characters in all"),
    ):
        if number > most:
            checks.add(ErrorCode.TOO_MANY, f"At most {most:,} {what}.", *path, "sections")
            return content
    given = {question.key for question in asked}
    form = _Form(checks, (key for n in count(1) if (key := f"q{n}") not in given))
    sections = [_section(form, section, (*path, "sections", str(n))) for n, section in enumerate(content.sections)]
    return OrganizerContent(tuple(sections))


def _section(form: _Form, section: Section, path: Path) -> Section:
    condition = _condition(form, section.condition, (*path, "condition"))
    return Section(
        form.checks.name(section.title, *path, "title"),
        tuple(_question(form, one, (*path, "questions", str(n))) for n, one in enumerate(section.questions)),
        form.checks.text(section.text, *path, "text"),
        condition,
    )


def _question(form: _Form, question: Question, path: Path) -> Question:
    checks = form.checks
    text = checks.text(question.text, *path, "text", length=QUESTION_LENGTH)
    if not text:
        checks.add(ErrorCode.REQUIRED, "Ask something.", *path, "text")
    found = Question(
        question.kind,
        text or "",
        _key(form, question.key, *path, "key"),
        checks.text(question.help, *path, "help", length=HELP_LENGTH),
        _options(checks, question, *path, "options"),
        question.required,
        _condition(form, question.condition, (*path, "condition")),
    )
    form.earlier[found.key] = found
    return found


def _key(form: _Form, key: str, *path: str) -> str:
    if not key:
        return next(form.keys)
    if not _KEY.fullmatch(key):
        form.checks.add(ErrorCode.INVALID, "A key has up to 50 letters and digits, and begins with a letter.", *path)
    if key in form.earlier:
        form.checks.add(ErrorCode.INVALID, "Another question has this key.", *path)
    return key


def _options(checks: Checks, question: Question, *path: str) -> tuple[str, ...]:
    given = question.options[:MOST_OPTIONS]
    if question.kind not in _CHOOSING:
        if given:
            checks.add(ErrorCode.INVALID, "Only questions to choose an answer have options.", *path)
        return ()
    if not given:
        checks.add(ErrorCode.TOO_FEW, "Give at least one option.", *path)
    if len(question.options) > MOST_OPTIONS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_OPTIONS} options.", *path)
    found = tuple(checks.name(option, *path, str(n)) for n, option in enumerate(given))
    if len(set(found)) < len(found):
        checks.add(ErrorCode.INVALID, "Two options are the same.", *path)
    return found


def _condition(form: _Form, condition: AnswerCondition | None, path: Path) -> AnswerCondition | None:
    if condition is None:
        return None
    if _depth(condition) > DEPTH:
        form.checks.add(ErrorCode.TOO_MANY, f"At most {DEPTH} levels.", *path)
        return condition
    if _weight(condition) > MOST_TESTS:
        form.checks.add(ErrorCode.TOO_MANY, f"At most {MOST_TESTS} tests, each option counted.", *path)
        return condition
    return _node(form.checks, condition, form.earlier, path)


def _depth(condition: AnswerCondition) -> int:
    return 1 + max(map(_depth, condition.parts), default=0)


def _weight(condition: AnswerCondition) -> int:
    named = condition.answer.is_one_of if condition.answer else None
    return max(1, len(named or ()), sum(map(_weight, condition.parts)))


def _node(checks: Checks, node: AnswerCondition, earlier: Mapping[str, Question], path: Path) -> AnswerCondition:
    """The node with its options as they are stored."""

    def below(name: str, parts: tuple[AnswerCondition, ...] | None) -> tuple[AnswerCondition, ...] | None:
        if parts == ():
            checks.add(ErrorCode.TOO_FEW, "Name at least one.", *path, name)
        return parts and tuple(_node(checks, part, earlier, (*path, name, str(n))) for n, part in enumerate(parts))

    return AnswerCondition(
        all_of=below("all", node.all_of),
        any_of=below("any", node.any_of),
        none_of=node.none_of and _node(checks, node.none_of, earlier, (*path, "not")),
        answer=node.answer and _test(checks, node.answer, earlier, (*path, "answer")),
    )


def _test(checks: Checks, test: AnswerTest, earlier: Mapping[str, Question], path: Path) -> AnswerTest:
    question = earlier.get(test.question_key)
    if question is None:
        checks.add(ErrorCode.INVALID, "A condition can name an earlier question only.", *path, "question_key")
    if (test.is_set is None) == (test.is_one_of is None):
        checks.add(ErrorCode.REQUIRED, "Say what its answer must be: one of the two.", *path)
    if question is None or test.is_one_of is None:
        return test
    wanted = tuple(dict.fromkeys(option.strip() for option in test.is_one_of))
    if not wanted:
        checks.add(ErrorCode.TOO_FEW, "Name at least one.", *path, "is_one_of")
    if not set(wanted) <= set(question.options):
        checks.add(ErrorCode.INVALID, "These are not all options of that question.", *path, "is_one_of")
    return replace(test, is_one_of=wanted)
