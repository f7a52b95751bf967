"""Pipelines that go from one firm to another stay the same."""

from __future__ import annotations

from random import Random

from engine.automations import kinds
from store.database import Database
from tests.marketplace.kit import export, install, names, tried
from tests.marketplace.pipelines import Furnished, common, furnished, pipeline
from tests.support.api import Api, Json, Shop, open_shop

SEED = 20_261_123
MANY = 6


async def written(random: Random, firm: Furnished) -> list[tuple[str, Json]]:
    """Random pipelines, by their ids, as documents."""
    found = []
    for n in range(MANY):
        pipeline_id = await pipeline(random, firm, f"Pipeline {n}")
        document, left_out = await export(firm.owner, pipeline_id)
        assert left_out == []
        found.append((pipeline_id, document))
    return found


def kinds_of(document: Json) -> set[str]:
    """The kinds of its automations."""
    places = [*document["stages"], *document.get("statuses", ())]
    return {one["kind"] for place in places for one in place.get("automations", ())}


async def test_what_was_exported_and_installed_elsewhere_is_exported_alike(
    api: Api, shop: Shop, database: Database
) -> None:
    """PL1: settings, stages, automations of all kinds, conditions, delays, and all that they refer to."""
    firm, other = await furnished(database, shop), await open_shop(api)
    await common(database, other)
    documents = await written(Random(SEED), firm)  # noqa: S311
    assert set().union(*(kinds_of(document) for _, document in documents)) == set(kinds())
    before: set[str] = set()
    for _, document in documents:
        payload = await install(other.owner, document)
        report = payload["report"]
        assert report["missing"] == report["leftOut"] == report["renamed"] == []
        made = {f"{one['part']} {one['name']}" for one in report["made"]}
        assert made.isdisjoint(before), "what was there already is reused"
        before |= made
        assert (await export(other.owner, payload["pipeline"]["id"])) == (document, [])


async def test_what_is_installed_again_makes_nothing_but_the_pipeline(api: Api, shop: Shop, database: Database) -> None:
    """PL1: in the firm that it comes from all is there; the pipeline gets a free name."""
    firm = await furnished(database, shop)
    for pipeline_id, document in await written(Random(SEED + 1), firm):  # noqa: S311
        payload = await install(firm.owner, document)
        report = payload["report"]
        assert report["made"] == report["missing"] == report["leftOut"] == []
        assert payload["pipeline"]["name"] == f"{document['name']} (2)"
        assert len(set(names(report["reused"]))) == len(report["reused"])
        again, _ = await export(firm.owner, payload["pipeline"]["id"])
        assert plain(again) == plain(document)
        copy = await tried(firm.owner, "duplicatePipeline", pipelineId=pipeline_id)
        assert copy["errors"] == []
        assert copy["pipeline"]["name"] == f"{document['name']} (3)"
        assert copy["report"]["leftOut"] == copy["report"]["missing"] == []
        again, _ = await export(firm.owner, copy["pipeline"]["id"])
        assert plain(again) == plain(document)


def plain(document: Json) -> Json:
    """A document without what its pipeline is called."""
    text = str({**document, "name": ""})
    return {"text": text.replace(document["key"], "itself")}
