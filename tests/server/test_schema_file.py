"""The exported schema: no drift, no break that nobody has accepted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from server import schema_file
from server.trouble import Trouble

BEFORE = "type Query {\n  board: Int\n  job: Int\n}\n"
WIDER = "type Query {\n  board: Int\n  job: Int\n  task: Int\n}\n"
NARROWER = "type Query {\n  board: Int\n}\n"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A schema file, committed as ``BEFORE``."""
    monkeypatch.delenv(schema_file.BASE_VARIABLE, raising=False)  # CI names a revision of the project's own
    file = tmp_path / "schema" / "stageline.graphql"
    schema_file.write(BEFORE, file)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "schema")):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True, capture_output=True)
    return file


def test_an_export_tells_whether_it_changed_the_file(tmp_path: Path) -> None:
    """So that nobody commits a file that only looks new."""
    file = tmp_path / "schema" / "stageline.graphql"
    assert schema_file.write(BEFORE, file)
    assert not schema_file.write(BEFORE, file)
    assert schema_file.write(WIDER, file)


def test_drift_is_shown_line_by_line_and_refused(target: Path) -> None:
    """The file is the contract; the code must not say something else."""
    with pytest.raises(Trouble, match=r"(?s)\+  task: Int.*make schema"):
        schema_file.check(WIDER, target)
    assert target.read_text() == BEFORE


def test_an_addition_breaks_nobody(target: Path) -> None:
    """Clients do not ask for what they do not know."""
    schema_file.write(WIDER, target)
    schema_file.check(WIDER, target)


def test_a_removal_is_named_and_refused_until_it_is_accepted(target: Path) -> None:
    """The committed schema is what clients rely on; accepting a break is a line in a file, seen in review."""
    schema_file.write(NARROWER, target)
    with pytest.raises(Trouble, match=r"FIELD_REMOVED: Field Query\.job was removed") as refused:
        schema_file.check(NARROWER, target)
    line = next(line.strip() for line in str(refused.value).splitlines() if line.startswith("  "))
    target.with_name(schema_file.ACCEPTED.name).write_text(f"{line}\n")
    schema_file.check(NARROWER, target)


def test_the_base_may_be_another_revision(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI the break is already in HEAD."""
    schema_file.write(NARROWER, target)
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t.test", "commit", "-qam", "break"],
        cwd=target.parent,
        check=True,
    )
    schema_file.check(NARROWER, target)
    monkeypatch.setenv("SCHEMA_BASE", "HEAD~1")
    with pytest.raises(Trouble, match="breaks clients"):
        schema_file.check(NARROWER, target)


def test_without_git_there_is_nothing_to_break(tmp_path: Path) -> None:
    """An unpacked archive can be checked for drift all the same."""
    file = tmp_path / "stageline.graphql"
    schema_file.write(BEFORE, file)
    schema_file.check(BEFORE, file)
