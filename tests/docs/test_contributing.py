"""The code in the guide for contributors is code that one may copy."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from engine.automating.kinds import Batch, Kind, Turn
from engine.enums import CauseKind
from engine.work import Caller, Work, perform, system_of
from store.database import Database
from store.ids import new_id
from store.writes import entries
from tests.docs.pages import ROOT, Page
from tests.support.api import Shop

GUIDE = Page(ROOT / "docs" / "guides" / "contributing.md")
PYTHON = GUIDE.blocks("python")
RUFF = (sys.executable, "-m", "ruff")
KIND = "set_description"


def ruff(code: str, *options: str) -> str:
    """What ruff has to say of code that stands in the folder of the kinds."""
    place = f"src/engine/automations/{KIND}.py"
    asked = [*RUFF, *options, "--no-cache", "--stdin-filename", place, "-"]
    return subprocess.run(asked, input=code, capture_output=True, text=True, cwd=ROOT, check=False).stdout


def copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The kind of the guide, as a module of its own."""
    path = folder / f"{KIND}.py"
    path.write_text(PYTHON[0], encoding="utf-8")
    spec = spec_from_file_location(KIND, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, KIND, module)
    spec.loader.exec_module(module)
    kind: Kind = module.KIND
    return kind


def test_the_code_passes_the_checks_of_the_project() -> None:
    """The kind as a whole; of the tests, which stand without their imports, how they are written."""
    assert ruff(PYTHON[0], "check", "--quiet") == ""
    for code in PYTHON:
        assert ruff(code, "format") == code


async def test_the_kind_does_what_the_guide_says(
    shop: Shop, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AU7: it is imported as it stands there, and gives every job the description, filled in for it."""
    kind = copied(tmp_path, monkeypatch)
    assert kind.name == KIND.upper()
    ids = [(await shop.job(name))["id"] for name in ("Return", "Books")]
    config = kind.config(text="[JOB_NAME] for [ACCOUNT_NAME]")

    async def do(work: Work, job_ids: list[str]) -> None:
        visits = await entries.visits(work.db, work.firm_id, job_ids)
        jobs = await work.lock_jobs(job_ids)
        turns = [Turn(new_id("run"), job, visits[job["id"]]["id"], 1, 1) for job in jobs]
        await kind.run(Batch(work, config, turns, new_id("automation")))

    firm_id = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    await perform(database, Caller(system_of(firm_id), CauseKind.AUTOMATION), do, ids)
    document = "query ($id: ID!) { job(id: $id) { description } }"
    said = [(await shop.owner.query(document, id=one))["job"]["description"] for one in ids]
    assert said == ["Return for Acme", "Books for Acme"]
