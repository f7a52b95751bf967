"""The texts of a form, and the same with their shortcodes filled in (AU8)."""

from collections.abc import Sequence
from dataclasses import replace

from engine.checks import NAME_LENGTH, TEXT_LENGTH
from engine.items.forms import AnswerCondition, AnswerTest, OrganizerContent, Question, Section
from engine.items.rules import Fill


def texts(content: OrganizerContent) -> Sequence[str]:
    """All that people read of a form, and in which shortcodes may stand."""
    found: list[str | None] = []
    for section in content.sections:
        found += [section.title, section.text]
        for question in section.questions:
            found += [question.text, question.help, *question.options]
    return [text for text in found if text]


def fill(content: OrganizerContent, filled: Fill) -> OrganizerContent:
    """The same with shortcodes filled in. Of options that have become the same one stays."""
    return OrganizerContent(tuple(_section(section, filled) for section in content.sections))


def _section(section: Section, filled: Fill) -> Section:
    return Section(
        _line(section.title, filled),
        tuple(_question(question, filled) for question in section.questions),
        section.text and filled(section.text)[:TEXT_LENGTH],
        section.condition and _condition(section.condition, filled),
    )


def _question(question: Question, filled: Fill) -> Question:
    return replace(
        question,
        text=filled(question.text).strip() or question.text,
        help=question.help and filled(question.help),
        options=_options(question.options, filled),
        condition=question.condition and _condition(question.condition, filled),
    )


def _condition(node: AnswerCondition, filled: Fill) -> AnswerCondition:
    return AnswerCondition(
        all_of=node.all_of and tuple(_condition(part, filled) for part in node.all_of),
        any_of=node.any_of and tuple(_condition(part, filled) for part in node.any_of),
        none_of=node.none_of and _condition(node.none_of, filled),
        answer=node.answer and _test(node.answer, filled),
    )


def _test(test: AnswerTest, filled: Fill) -> AnswerTest:
    return replace(test, is_one_of=test.is_one_of and _options(test.is_one_of, filled))


def _options(options: Sequence[str], filled: Fill) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_line(option, filled) for option in options))


def _line(text: str, filled: Fill) -> str:
    """One line. Where shortcodes leave nothing of it, it stays as it was written: something has to be chosen by."""
    return " ".join(filled(text).split())[:NAME_LENGTH].rstrip() or text
