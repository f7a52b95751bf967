"""What an installed wheel must bring along, and the picture of it in the README."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from graphql import parse, validate

from gql.schema import build_schema
from server.watch.documents import FOLDER, document

ROOT = Path(__file__).parents[2]
SENT = ("Login", "Logout", "Viewer", "Pipelines", "Board", "BoardColumn", "BoardEvents")


def test_what_is_sent_is_valid() -> None:
    """API7: whole documents, with their fragments."""
    for name in SENT:
        assert validate(build_schema()._schema, parse(document(name))) == [], name


def test_the_documents_are_those_that_every_client_gets() -> None:
    """API7: there are no others for ourselves."""
    assert FOLDER.resolve() == ROOT / "schema" / "operations"
    code = "".join(path.read_text() for path in (ROOT / "src" / "server" / "watch").glob("*.py"))
    assert set(re.findall(r'(?:ask|document)\("(\w+)"', code)) == set(SENT)


def test_a_wheel_brings_the_documents(tmp_path: Path) -> None:
    """Installed from it, the command has no schema/ beside it."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.iterdir()
    held = {Path(name).name for name in zipfile.ZipFile(wheel).namelist() if "server/watch/operations/" in name}
    assert held == {path.name for path in FOLDER.iterdir()}


def test_the_picture_asks_nobody_for_anything() -> None:
    """Whoever reads the README tells no host about it; the namespace is a name."""
    picture = (ROOT / "docs" / "images" / "watch.svg").read_text()
    assert set(re.findall(r"\w+://[^\s\"<]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert "@font-face" not in picture
    assert "stageline" in picture
