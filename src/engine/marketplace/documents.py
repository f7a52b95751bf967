"""Documents from texts: JSON that users hand in, and YAML that is shipped, read alike."""

import json
import re
from collections.abc import Hashable
from typing import Any, Final

import orjson
import yaml

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.errors import Refused, invalid
from engine.marketplace import checking, formats, settling
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.reading import MOST_PROBLEMS, Reader

MOST_BYTES: Final = 500_000
"""Of a document, as UTF-8."""
_TOO_LARGE: Final = f"A document has at most {MOST_BYTES:,} bytes."


def of_json(text: str) -> Blueprint:
    """The blueprint that a document of JSON describes. Raises Refused with the places of what is wrong."""
    _measure(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise invalid(ErrorCode.INVALID, f"This is not JSON: {_reason(error)}.") from error
    return of_value(value)


def of_yaml(text: str) -> Blueprint:
    """The same for YAML, without its references inside of a document."""
    _measure(text)
    try:
        refers = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, yaml.CSafeLoader))
        value = None if refers else yaml.load(text, _Loader)  # noqa: S506  (a safe loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise invalid(ErrorCode.INVALID, f"This is not YAML: {_reason(error)}.") from error
    if refers:
        raise invalid(ErrorCode.INVALID, "References to other parts (*name) are not read: write it twice.")
    return of_value(value)


def of_value(value: Any) -> Blueprint:
    """The same for what has been read of either."""
    reader = Reader()
    found = formats.read(reader, value)
    _done(reader.checks)
    blueprint = settling.settled(reader.checks, found)
    _done(reader.checks)
    checking.check(reader.checks, blueprint, reader.refers)
    _done(reader.checks)
    return blueprint


def text_of(blueprint: Blueprint, *path: str) -> str:
    """A blueprint as a document of JSON. Raises Refused for one that could not be read again."""
    document = formats.write(blueprint)
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    if _is_large(text):  # people read what is indented, but it may take several times as much
        text = orjson.dumps(document).decode()
    _measure(text, *path)
    for what, number, most in formats.sizes(blueprint):
        if number > most:
            raise invalid(
                ErrorCode.TOO_MANY, f"A document has at most {most} {what}, and this would have {number}.", *path
            )
    return text


def _measure(text: str, *path: str) -> None:
    if _is_large(text):
        raise invalid(ErrorCode.TOO_LARGE, _TOO_LARGE, *path)


def _is_large(text: str) -> bool:
    return len(text) > MOST_BYTES or len(text.encode(errors="replace")) > MOST_BYTES


def _done(checks: Checks) -> None:
    if checks.problems:
        raise Refused(checks.problems[:MOST_PROBLEMS])


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return " ".join(str(error).split()).rstrip(".")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of two fields of one name nobody would know which counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"an object has a field twice, among {', '.join(found)}"[:200])
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


class _Loader(yaml.CSafeLoader):
    """YAML whose plain words mean what they mean in JSON: no dates, no yes and no, no numbers in base 60."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """An object, each field of which is there once."""
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            raise ValueError(f"an object has a field twice, line {node.start_mark.line + 1}")
        return found


def _plain_words() -> None:
    _Loader.yaml_implicit_resolvers = {}
    for tag, pattern, first in (
        ("bool", r"true|false", "tf"),
        ("null", r"null|~|", ["n", "~", ""]),
        ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ):
        _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first))


_plain_words()
