"""Check that every rule which docs/rules.md calls built, wholly or in part, is named by a test that proves it.

A test names a rule by its number (`MV4`, or `AU1 to AU3` for several) in its docstring. Tests are functions whose names
begin with `test`, and the rules and invariants of hypothesis' state machines. Exits with a list where one is missing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULE = re.compile(r"^- \*\*([A-Z]+\d+)\*\*(?: \((built|in part|to come)\b)?", re.MULTILINE)
NUMBER = re.compile(r"\b([A-Z]{2,})(\d+)(?: to \1(\d+))?\b")
BUILT = frozenset({"built", "in part"})
STEPS = frozenset({"rule", "invariant", "initialize"})
"""What makes a method of a state machine a part of its test."""


def main() -> None:
    """Exit with a list of the rules of which nothing is said, or nothing is proven."""
    states = dict(RULE.findall((ROOT / "docs" / "rules.md").read_text()))
    paths = [path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]
    texts = [text for path in paths for text in docstrings(path)]
    proven = {number for text in texts for number in numbers(text)}
    unsaid = [number for number, state in states.items() if not state]
    missing = [number for number, state in states.items() if state in BUILT and number not in proven]
    if unsaid or not states:
        sys.exit(f"docs/rules.md does not say whether these are built: {', '.join(unsaid) or 'it has no rules'}.")
    if missing:
        sys.exit(f"Built by docs/rules.md, and named by no test in its docstring: {', '.join(missing)}.")


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of the tests in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_test(node):
            yield ast.get_docstring(node) or ""


def is_test(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a test or a step of one."""
    calls = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return node.name.startswith("test") or any(isinstance(one, ast.Name) and one.id in STEPS for one in calls)


def numbers(text: str) -> Iterator[str]:
    """The rules that a text names."""
    for prefix, first, last in NUMBER.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{prefix}{number}"


if __name__ == "__main__":
    main()
