"""The blocks of the guide to whole pipelines, and the command that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.automations import kinds
from engine.marketplace import documents, formats
from engine.marketplace.shapes import parts
from engine.marketplace.shelf import FOLDER, shelf
from engine.marketplace.things import SORTS
from engine.pipeline.pipelines import CreatePipeline, NewStage
from server import templates
from server.trouble import Trouble
from tests.docs.pages import ROOT, Page
from tests.marketplace.kit import install
from tests.support.api import Shop
from tests.support.processes import stageline

GUIDE = Page(ROOT / "docs" / "guides" / "marketplace.md")
BLOCKS = {block.split()[1].partition("(")[0]: block for block in GUIDE.blocks("graphql")}
[EXAMPLE] = GUIDE.blocks("json")


async def test_every_block_of_the_guide_works(shop: Shop) -> None:
    """API7, PL1: whoever copies one gets no error, typed or not."""
    assert len(BLOCKS) == len(GUIDE.blocks("graphql"))
    owner, pipeline = shop.owner, {"pipeline": shop.pipeline}
    assert (await owner.query(BLOCKS["Browse"], search="1040"))["marketplace"]["totalCount"] == 1
    made = (await owner.query(BLOCKS["Install"]))["installPipelineTemplate"]
    assert (made["errors"], made["pipeline"]["name"]) == ([], "Individual tax return")
    written = (await owner.query(BLOCKS["WriteDown"], pipeline=made["pipeline"]["id"]))["exportPipeline"]
    assert written["errors"] == []
    for given in (written["document"], EXAMPLE):
        name = json.loads(given)["name"]
        found = await owner.post(BLOCKS["LookAt"], {"document": given})
        assert found.json()["data"]["pipelineTemplate"]["name"] == name
        answer = (await owner.post(BLOCKS["InstallDocument"], {"document": given})).json()
        payload = answer["data"]["installPipelineTemplate"]
        assert payload["errors"] == payload["report"]["leftOut"] == []
    copied = (await owner.query(BLOCKS["Copy"], **pipeline))["duplicatePipeline"]
    assert (copied["errors"], copied["pipeline"]["name"]) == ([], "For trusts")


def test_the_guide_names_every_field_of_the_format() -> None:
    """API7: nothing is in documents that is not explained."""
    fields = {name for cells in GUIDE.rows("field") for name in _named(cells[0])}
    assert fields == {*formats.OWN, *(part.name for part in parts(CreatePipeline))}
    stage = {part.name for part in parts(NewStage)}
    assert all(f"`{name}`" in GUIDE.text for name in stage)
    rows = {_named(cells[0])[0]: set(_named(cells[1])) for cells in GUIDE.rows("sort")}
    for sort in SORTS.values():
        said = {part.name for part in parts(sort.kind)}
        assert said <= rows[sort.name], sort.name
    assert f"settings of {len(kinds())} kinds" in Page(ROOT / "docs/decisions/0038-pipelines-as-documents.md").text


def _named(cell: str) -> list[str]:
    return [part for n, part in enumerate(cell.split("`")) if n % 2]


async def test_the_example_of_the_guide_makes_what_it_says(shop: Shop) -> None:
    """PL1: a role, a tag, a letter, and a pipeline that uses them."""
    report = (await install(shop.owner, json.loads(EXAMPLE)))["report"]
    assert [(one["part"], one["name"]) for one in report["made"]] == [
        ("ACCOUNT_ROLE", "Account manager"),
        ("TAG", "VIP"),
        ("EMAIL_TEMPLATE", "Welcome"),
    ]


async def test_the_command_lists_templates_and_checks_files(tmp_path: Path) -> None:
    """PL1: without a database; each problem is a line with its place, and the exit code says that there is one."""
    lines = list(templates.listed())
    assert [line.split()[0] for line in lines] == [blueprint.key for blueprint in shelf().blueprints]
    good = templates.checked(FOLDER / "payroll.yaml")
    assert "is a good document: Payroll run, 6 stages, 14 automations" in good
    (tmp_path / "good.json").write_text(EXAMPLE)
    assert "Welcome, 2 stages" in templates.checked(tmp_path / "good.json")
    (tmp_path / "bad.json").write_text(
        EXAMPLE.replace('"letter"]', '"x"]').replace('"template": "letter"', '"template": "x"')
    )
    result = await stageline("marketplace", "check", "bad.json", "good.json", folder=tmp_path)
    assert (result.code, result.out.split(":")[0]) == (1, "good.json is a good document")
    place = "stages[0].automations[0].config.template: There is no such e-mail template here: x."
    assert result.err.splitlines() == ["stageline: bad.json is no good document:", place]
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    for name in ("binary.yaml", "nowhere.yaml"):
        with pytest.raises(Trouble, match="cannot be read"):
            templates.checked(tmp_path / name)


def test_documents_of_json_are_yaml_as_well() -> None:
    """PL1: what was exported can be put among the shipped ones as it is."""
    assert documents.of_yaml(EXAMPLE) == documents.of_json(EXAMPLE)
