"""Forms without a database: what is shown, what is missing, what is well-formed; and the same by a plain definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checks import Checks
from engine.enums import QuestionKind
from engine.item_kinds.organizer import RULES
from engine.items import contents, form_answers, form_checks, form_texts, forms
from engine.items.form_answers import Answer
from engine.items.forms import AnswerCondition, AnswerTest, OrganizerContent, Question, Section, Value

OPTIONS = ("Red", "Green", "Blue")
CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)
VALUES: Mapping[QuestionKind, st.SearchStrategy[Value]] = {
    QuestionKind.TEXT: st.builds(Value, text=st.sampled_from(["Yes", "No"])),
    QuestionKind.NUMBER: st.builds(Value, number=st.sampled_from([Decimal(0), Decimal("-2.50")])),
    QuestionKind.DATE: st.builds(Value, date=st.just(date(2026, 1, 31))),
    QuestionKind.CHOICE: st.builds(Value, choices=st.sampled_from([(one,) for one in OPTIONS])),
    QuestionKind.CHOICES: st.builds(Value, choices=st.sampled_from([("Red",), ("Green", "Blue"), OPTIONS])),
    QuestionKind.CONFIRMATION: st.just(Value(confirmed=True)),
    QuestionKind.FILE: st.just(Value(document_ids=("doc_1",))),
}


@st.composite
def conditions(draw: st.DrawFn, earlier: list[Question], depth: int = 3) -> AnswerCondition:
    """A tree of tests of earlier questions."""
    shape = draw(st.sampled_from(["answer", "all", "any", "not"])) if depth else "answer"
    if shape == "not":
        return AnswerCondition(none_of=draw(conditions(earlier, depth - 1)))
    if shape in ("all", "any"):
        below = st.lists(conditions(earlier, depth - 1), min_size=1, max_size=2)
        parts: tuple[AnswerCondition, ...] = tuple(draw(below))
        return AnswerCondition(all_of=parts) if shape == "all" else AnswerCondition(any_of=parts)
    question: Question = draw(st.sampled_from(earlier))
    if question.kind in CHOOSING and draw(st.booleans()):
        some = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True))
        return AnswerCondition(answer=AnswerTest(question.key, is_one_of=tuple(some)))
    return AnswerCondition(answer=AnswerTest(question.key, is_set=draw(st.booleans())))


@st.composite
def organizers(draw: st.DrawFn) -> OrganizerContent:
    """A form that can be asked."""
    earlier: list[Question] = []
    sections = []
    for n in range(draw(st.integers(1, 3))):
        condition = draw(conditions(earlier)) if draw(st.booleans()) and earlier else None
        questions: list[Question] = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(QuestionKind))
            own = draw(conditions(earlier)) if draw(st.booleans()) and earlier else None
            options = OPTIONS if kind in CHOOSING else ()
            key = f"k{len(earlier)}"
            questions.append(Question(kind, key, key, None, options, draw(st.booleans()), own))
            earlier.append(questions[-1])
        sections.append(Section(f"Section {n}", tuple(questions), None, condition))
    return OrganizerContent(tuple(sections))


@st.composite
def answered(draw: st.DrawFn) -> tuple[OrganizerContent, dict[str, Value]]:
    """A form with answers to some of its questions, whether those are shown or not."""
    content = draw(organizers())
    some = [question for question in content.questions if draw(st.booleans())]
    return content, {question.key: draw(VALUES[question.kind]) for question in some}


def is_shown(content: OrganizerContent, answers: Mapping[str, Value], key: str) -> bool:
    """The same from the end: a question is shown if its section and itself have nothing against it."""
    [(section, question)] = [(part, one) for part in content.sections for one in part.questions if one.key == key]

    def true(node: AnswerCondition | None) -> bool:
        match node:
            case None:
                return True
            case AnswerCondition(all_of=tuple() as parts):
                return [true(part) for part in parts].count(False) == 0
            case AnswerCondition(any_of=tuple() as parts):
                return [true(part) for part in parts].count(True) > 0
            case AnswerCondition(none_of=AnswerCondition() as part):
                return not true(part)
            case AnswerCondition(answer=AnswerTest(question_key=named, is_set=is_set, is_one_of=options)):
                there = named in answers and is_shown(content, answers, named)
                if options is None:
                    return there is is_set
                return there and any(one in options for one in answers[named].choices or ())
        raise AssertionError(node)

    return true(section.condition) and true(question.condition)


@given(answered())
def test_what_is_shown_and_missing_is_what_the_conditions_say(case: tuple[OrganizerContent, dict[str, Value]]) -> None:
    """AI1: what is hidden is never asked for; what is shown and required is, unless it is answered."""
    content, answers = case
    keys = {one.key for one in content.questions if is_shown(content, answers, one.key)}
    assert forms.shown(content, answers).keys == keys
    lacking = [one for one in content.questions if one.key in keys and one.required and one.key not in answers]
    assert forms.missing(content, answers) == lacking


@given(answered(), st.data())
def test_answers_to_what_is_hidden_count_for_nothing(
    case: tuple[OrganizerContent, dict[str, Value]], data: st.DataObject
) -> None:
    """They may be there or not: the same is shown, and the same is missing."""
    content, answers = case
    keys = forms.shown(content, answers).keys
    kept = {key: value for key, value in answers.items() if key in keys or data.draw(st.booleans())}
    assert forms.shown(content, kept) == forms.shown(content, answers)
    assert forms.missing(content, kept) == forms.missing(content, answers)


@given(answered(), st.data())
def test_an_answer_decides_on_later_questions_only(
    case: tuple[OrganizerContent, dict[str, Value]], data: st.DataObject
) -> None:
    """So there is no circle."""
    content, answers = case
    asked = content.questions
    n = data.draw(st.integers(0, len(asked) - 1))
    other = {**answers, asked[n].key: data.draw(VALUES[asked[n].kind])}
    before = {one.key for one in asked[: n + 1]}
    assert forms.shown(content, answers).keys & before == forms.shown(content, other).keys & before


@given(organizers())
def test_a_form_is_kept_as_it_is(content: OrganizerContent) -> None:
    """Checked, stored and read again, its shortcodes filled in where there are none."""
    checks = Checks()
    assert form_checks.checked(checks, content, ()) == content
    assert checks.problems == []
    assert contents._adapter(OrganizerContent).validate_python(contents.stored(RULES, content)) == content
    assert form_texts.fill(content, lambda text: text) == content


@given(organizers(), st.dictionaries(st.sampled_from(OPTIONS), st.sampled_from(["Red", "Pink", ""])))
def test_conditions_name_options_still_once_shortcodes_are_filled_in(
    content: OrganizerContent, values: dict[str, str]
) -> None:
    """AU8: two options may become one; none becomes empty."""
    filled = form_texts.fill(content, lambda text: values.get(text, text))
    checks = Checks()
    assert form_checks.checked(checks, filled, ()) == filled
    assert checks.problems == []


@given(answered())
def test_answers_that_are_well_formed_are_kept_as_they_are(case: tuple[OrganizerContent, dict[str, Value]]) -> None:
    """Each for its question; what says nothing takes the answer back."""
    content, answers = case
    checks = Checks()
    said = [Answer(key, value) for key, value in answers.items()]
    assert form_answers.checked(checks, content, said) == answers
    assert checks.problems == []


def problems(content: OrganizerContent) -> list[tuple[str, str]]:
    """What is wrong with a form, and where."""
    checks = Checks()
    form_checks.checked(checks, content, ())
    return [(problem.code, ".".join(problem.path)) for problem in checks.problems]


def form(*questions: Question, **section: Any) -> OrganizerContent:
    """A form of one section."""
    return OrganizerContent((Section("You", questions, **section),))


def when(key: str = "first", **part: Any) -> AnswerCondition:
    """A test of the answer to a question."""
    return AnswerCondition(answer=AnswerTest(key, **part))


ASK = Question(QuestionKind.TEXT, "Who?", "first")
PICK = Question(QuestionKind.CHOICE, "Which?", "first", options=OPTIONS)
AT = "sections.0.questions.1"
BAD = {
    "no sections": (OrganizerContent(()), [("TOO_FEW", "sections")]),
    "no questions": (form(), [("TOO_FEW", "sections")]),
    "many sections": (OrganizerContent((Section("You", (ASK,)),) * 51), [("TOO_MANY", "sections")]),
    "many questions": (form(*[ASK] * 201), [("TOO_MANY", "sections")]),
    "much text": (form(ASK, text="a" * 100_001), [("TOO_MANY", "sections")]),
    "no title": (OrganizerContent((Section(" ", (ASK,)),)), [("REQUIRED", "sections.0.title")]),
    "no text": (form(Question(QuestionKind.TEXT, " ")), [("REQUIRED", "sections.0.questions.0.text")]),
    "long text": (form(Question(QuestionKind.TEXT, "a" * 501)), [("TOO_LONG", "sections.0.questions.0.text")]),
    "same key": (form(ASK, ASK), [("INVALID", f"{AT}.key")]),
    "odd key": (form(Question(QuestionKind.TEXT, "Who?", "a_b")), [("INVALID", "sections.0.questions.0.key")]),
    "no options": (form(Question(QuestionKind.CHOICE, "Which?")), [("TOO_FEW", "sections.0.questions.0.options")]),
    "many options": (
        form(Question(QuestionKind.CHOICES, "Which?", options=tuple(f"{n}" for n in range(101)))),
        [("TOO_MANY", "sections.0.questions.0.options")],
    ),
    "same options": (
        form(Question(QuestionKind.CHOICE, "Which?", options=("Red", " Red"))),
        [("INVALID", "sections.0.questions.0.options")],
    ),
    "options of a text": (
        form(Question(QuestionKind.TEXT, "Which?", options=OPTIONS)),
        [("INVALID", "sections.0.questions.0.options")],
    ),
    "a later question": (
        form(Question(QuestionKind.TEXT, "When?", condition=when("first", is_set=True)), ASK),
        [("INVALID", "sections.0.questions.0.condition.answer.question_key")],
    ),
    "itself": (
        form(Question(QuestionKind.TEXT, "When?", "me", condition=when("me", is_set=True))),
        [("INVALID", "sections.0.questions.0.condition.answer.question_key")],
    ),
    "a section on its own question": (
        form(ASK, condition=when(is_set=True)),
        [("INVALID", "sections.0.condition.answer.question_key")],
    ),
    "no test": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=when())),
        [("REQUIRED", f"{AT}.condition.answer")],
    ),
    "two tests": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=when(is_set=True, is_one_of=("Red",)))),
        [("REQUIRED", f"{AT}.condition.answer")],
    ),
    "another option": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=when(is_one_of=("Pink",)))),
        [("INVALID", f"{AT}.condition.answer.is_one_of")],
    ),
    "an option of a text": (
        form(ASK, Question(QuestionKind.TEXT, "When?", condition=when(is_one_of=("Red",)))),
        [("INVALID", f"{AT}.condition.answer.is_one_of")],
    ),
    "no option": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=when(is_one_of=()))),
        [("TOO_FEW", f"{AT}.condition.answer.is_one_of")],
    ),
    "nothing of all": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=AnswerCondition(all_of=()))),
        [("TOO_FEW", f"{AT}.condition.all")],
    ),
    "many tests": (
        form(PICK, Question(QuestionKind.TEXT, "When?", condition=AnswerCondition(any_of=(when(is_set=True),) * 51))),
        [("TOO_MANY", f"{AT}.condition")],
    ),
    "a deep condition": (
        form(
            PICK,
            Question(
                QuestionKind.TEXT,
                "When?",
                condition=AnswerCondition(
                    none_of=AnswerCondition(
                        none_of=AnswerCondition(
                            none_of=AnswerCondition(none_of=AnswerCondition(none_of=when(is_set=True)))
                        )
                    )
                ),
            ),
        ),
        [("TOO_MANY", f"{AT}.condition")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_form_that_cannot_be_asked_is_refused_where_it_is_wrong(name: str) -> None:
    """Its bounds, its keys, its options, and conditions that look back at what is there."""
    content, expected = BAD[name]
    assert problems(content) == expected


def test_questions_without_a_key_get_one_that_is_free() -> None:
    """By their place, past those that the author has chosen."""
    content = form(*(Question(QuestionKind.TEXT, "Who?", key) for key in ("", "q2", "", "Q")))
    checked = form_checks.checked(Checks(), content, ())
    assert [question.key for question in checked.questions] == ["q1", "q2", "q3", "Q"]


ONE_OF_EACH = form(*(Question(kind, kind, kind, None, OPTIONS if kind in CHOOSING else ()) for kind in QuestionKind))
WRONG = {
    "no such question": (Answer("nobody", Value(text="Hi")), "NOT_FOUND", "0.question_key"),
    "another kind": (Answer("NUMBER", Value(text="Hi")), "INVALID", "0.value.text"),
    "a number for a text": (Answer("TEXT", Value(number=Decimal(0))), "INVALID", "0.value.number"),
    "long": (Answer("TEXT", Value(text="a" * 10_001)), "TOO_LONG", "0.value.text"),
    "a character": (Answer("TEXT", Value(text="a\x00b")), "INVALID", "0.value.text"),
    "large": (Answer("NUMBER", Value(number=Decimal("1E15"))), "INVALID", "0.value.number"),
    "fine": (Answer("NUMBER", Value(number=Decimal("1E-11"))), "INVALID", "0.value.number"),
    "no option": (Answer("CHOICE", Value(choices=("Pink",))), "INVALID", "0.value.choices"),
    "two": (Answer("CHOICE", Value(choices=("Red", "Blue"))), "TOO_MANY", "0.value.choices"),
    "documents": (Answer("FILE", Value(document_ids=tuple(map(str, range(21))))), "TOO_MANY", "0.value.document_ids"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_not_well_formed_is_refused_where_it_is_wrong(name: str) -> None:
    """API1: its code and its place."""
    answer, code, path = WRONG[name]
    checks = Checks()
    form_answers.checked(checks, ONE_OF_EACH, [answer])
    assert [(problem.code, ".".join(problem.path)) for problem in checks.problems] == [(code, path)]


def test_what_says_nothing_takes_the_answer_back() -> None:
    """An empty text or list, a box that is not ticked, null; nought is a number."""
    empty = {
        "TEXT": Value(text=" "),
        "NUMBER": None,
        "CHOICES": Value(choices=()),
        "CONFIRMATION": Value(confirmed=False),
        "FILE": Value(document_ids=()),
    }
    checks = Checks()
    said = [Answer(key, value) for key, value in empty.items()]
    assert form_answers.checked(checks, ONE_OF_EACH, said) == dict.fromkeys(empty)
    nought = Value(number=Decimal("0.00"))
    assert form_answers.checked(checks, ONE_OF_EACH, [Answer("NUMBER", nought)]) == {"NUMBER": nought}
    assert checks.problems == []
    form_answers.checked(checks, ONE_OF_EACH, [Answer("TEXT"), Answer("TEXT")])
    assert [problem.path for problem in checks.problems] == [("1", "question_key")]
