"""What README and docs say must be so."""

from __future__ import annotations

import importlib
import re
from contextlib import suppress

import pytest
from graphql import parse, validate

from gql.schema import build_schema
from server.cli import app
from server.settings import Settings
from tests.docs.pages import DECISIONS, DOCS, PAGES, README, ROOT, Page

MACHINES = re.compile(r"(?<![\w.])/(?:home|root|work|Users|mnt|opt)/|[A-Z]:\\")
HOSTS = re.compile(r"pypi|pythonhosted|npmjs|unpkg|jsdelivr|registry\.|artifactory", re.IGNORECASE)
MODULE = re.compile(r"(?:server|gql|resolvers|live|engine|store)(?:\.\w+)+")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_every_link_into_the_repository_leads_somewhere(page: Page) -> None:
    """The file is there, and so is the heading."""
    for target in page.links:
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in Page(path).anchors, target


@every_page
def test_every_make_target_that_is_named_exists(page: Page) -> None:
    """Whoever copies it finds it."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for code in page.code for name in re.findall(r"\bmake ([a-z][a-z-]*)", code)}
    assert named - targets == set()


@every_page
def test_every_stageline_command_that_is_named_exists(page: Page) -> None:
    """Whoever copies it can run it."""
    callbacks = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    commands = {name.replace("_", "-") for name in callbacks} | {str(group.name) for group in app.registered_groups}
    named = {name for code in page.code for name in re.findall(r"(?<![\w=/.])stageline ([a-z][\w.-]*)", code)}
    assert named - commands == set()


def test_the_readme_names_every_setting_with_its_default() -> None:
    """The table and Settings say the same, in the same order."""
    told = [(name.strip("`"), default.strip("`")) for name, default, *_ in README.rows("setting")]
    held = [(name.upper(), field.default) for name, field in Settings.model_fields.items()]
    assert told == [(name, _shown(default)) for name, default in held]


def _shown(default: object) -> str:
    return "none" if default in (None, ()) else str(default).lower() if isinstance(default, bool) else str(default)


def test_the_readme_names_the_demo_logins_that_serve_prints() -> None:
    """A tour with a wrong password ends at once."""
    banner = importlib.import_module("server.banner")
    for said in (banner.DEMO_OWNER, banner.DEMO_EMPLOYEE, banner.DEMO_CLIENT, banner.DEMO_PASSWORD):
        assert f"`{said}`" in README.text


@every_page
def test_every_graphql_block_is_valid(page: Page) -> None:
    """API7: the documents shown belong to the schema."""
    for block in page.blocks("graphql"):
        assert validate(build_schema()._schema, parse(block)) == [], block


@every_page
def test_no_page_knows_a_machine_or_where_packages_come_from(page: Page) -> None:
    """Paths and hosts of one machine are of no use on another."""
    assert MACHINES.findall(page.text) == []
    assert HOSTS.findall(page.text) == []


@pytest.mark.parametrize("page", [README, *DOCS], ids=lambda page: page.name)
def test_every_module_and_name_in_code_that_is_named_exists(page: Page) -> None:
    """`engine.job.moves.enter_stage` is still there under this name."""
    for name in [span for span in re.findall(r"`([^`\n]+)`", page.prose) if MODULE.fullmatch(span)]:
        assert _exists(name), name


def _exists(name: str) -> bool:
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        with suppress(ModuleNotFoundError):
            found: object = importlib.import_module(".".join(parts[:size]))
            for part in parts[size:]:
                found = getattr(found, part, None)
            return found is not None
    return False


def test_every_rule_that_the_code_names_is_explained() -> None:
    """A number in a docstring leads to its rule."""
    rules = Page(ROOT / "docs" / "rules.md").text
    explained = set(re.findall(r"^- \*\*([A-Z]+\d+)\*\*", rules, re.MULTILINE))
    code = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    prefixes = "|".join(sorted({re.sub(r"\d", "", number) for number in explained}))
    named = {number for path in code for number in re.findall(rf"\b(?:{prefixes})\d+\b", path.read_text())}
    assert named - explained == set()


def test_the_index_leads_to_every_page() -> None:
    """What is not in the index is not found."""
    index = Page(ROOT / "docs" / "README.md")
    linked = {(index.path.parent / target.partition("#")[0]).resolve() for target in index.links}
    assert {page.path for page in DOCS} - linked == {index.path}


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.path.stem)
def test_every_decision_has_its_number_and_its_four_parts(page: Page) -> None:
    """Context, decision, consequences, what was rejected; on one page."""
    assert page.text.startswith(f"# {page.path.name[:4]} ")
    headings = re.findall(r"^## (.+)$", page.text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Rejected"]
    assert len(page.text.splitlines()) < 60


def test_decisions_are_numbered_without_a_gap() -> None:
    """A number means one record for ever."""
    assert [int(page.path.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
