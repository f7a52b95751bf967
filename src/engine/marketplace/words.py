"""Automations, conditions and delays of a blueprint in words, for people who look at it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from engine.automating import setting
from engine.automating.conditions import AssigneesTest, Condition, FieldTest
from engine.automating.configuring import NewAutomation
from engine.automating.delays import Delay, JobDate
from engine.automations import kind_of
from engine.marketplace.shapes import Part, parts
from engine.time.duration import Duration

Name = Callable[[str, str], str]
"""What a thing is called, by its prefix and local key."""

_LONGEST: Final = 80  # characters of one text
_DATES: Final = {JobDate.START_DATE: "start date", JobDate.DUE_DATE: "due date"}


def named(given: NewAutomation) -> str:
    """What sort of thing an automation does, without anything that it names."""
    return kind_of(given.config).description.removesuffix(".")


def automation(given: NewAutomation, name: Name) -> str:
    """What an automation does: ``Gives the job a priority: HIGH``."""
    kind = kind_of(given.config)
    first, *_ = parts(kind.config)
    said = [
        _setting(part, getattr(given.config, part.attribute), name, bare=part is first and _is_text(part))
        for part in parts(kind.config)
    ]
    settings = "; ".join(one for one in said if one)
    return kind.description.removesuffix(".") + (f": {settings}" if settings else "")


def _is_text(part: Part) -> bool:
    return isinstance(part.setting, setting.Text)


def _setting(part: Part, value: Any, name: Name, *, bare: bool) -> str:
    """A setting that is not as it is by default; what is required speaks for itself, and so does the text of a kind."""
    if not part.required and value == part.default:
        return ""
    if isinstance(part.setting, setting.Flag):
        return _spaced(part.attribute) if value else f"not {_spaced(part.attribute)}"
    said = _value(part, value, name)
    return said if part.required or bare else f"{_spaced(part.attribute)} {said}"


def _value(part: Part, value: Any, name: Name) -> str:
    match part.setting:
        case setting.Reference(prefix=prefix, many=many):
            return _listed([name(prefix, one) for one in (value if many else [value])], "and")
        case setting.Choice():
            return str(value.name)
        case setting.Span():
            return span(value)
        case setting.Text(guarded=True):
            return "an address of the firm's own"
        case _:
            return _cut(str(value))


def _spaced(attribute: str) -> str:
    plain = attribute[:-4] + "s" if attribute.endswith("_ids") else attribute.removesuffix("_id")
    return plain.replace("_", " ")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def span(given: Duration) -> str:
    """A span of time: 3 working days."""
    unit = given.unit.value.lower().replace("_", " ")
    return f"{given.amount} {unit.removesuffix('s') if given.amount == 1 else unit}"


def delay(given: Delay) -> str:
    """How long an automation waits."""
    if given.span is not None:
        return f"after {span(given.span)}"
    assert given.until is not None  # a delay is either
    days, date = given.until.days, _DATES[given.until.date]
    if days == 0:
        return f"on the {date}"
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'after' if days > 0 else 'before'} the {date}"


def condition(given: Condition, name: Name) -> str:
    """What must hold of a job."""
    if given.none_of is not None:
        return f"not ({condition(given.none_of, name)})"
    if given.parts:
        word = " and " if given.all_of is not None else " or "
        said = (condition(part, name) for part in given.parts)
        return word.join(f"({one})" if part.parts else one for part, one in zip(given.parts, said, strict=True))
    if given.tags is not None:
        return f"the account has the tag {_listed([name('tag', one) for one in given.tags], 'and')}"
    if given.priority is not None:
        return f"the priority is {_listed([one.name for one in given.priority], 'or')}"
    if given.assignees is not None:
        return _assignees(given.assignees, name)
    return _field(given.custom_field, name) if given.custom_field else ""


def _assignees(test: AssigneesTest, name: Name) -> str:
    if test.nobody is not None:
        return f"{'nobody' if test.nobody else 'somebody'} is assigned"
    return f"{_listed([name('member', one) for one in test.member_ids or ()], 'or')} is assigned"


def _field(test: FieldTest, name: Name) -> str:
    said = [
        test.is_set is not None and ("filled in" if test.is_set else "empty"),
        test.is_one_of and _listed(test.is_one_of, "or"),
        test.contains and f"a text with {test.contains}",
        test.at_least and f"at least {test.at_least}",
        test.at_most and f"at most {test.at_most}",
    ]
    return f"the account's {name('field', test.field_id)} is {' and '.join(one for one in said if one)}"


def _listed(given: Sequence[str], word: str) -> str:
    *most, last = given or ("nothing",)
    return f"{', '.join(most)} {word} {last}" if most else last
