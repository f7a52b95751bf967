"""Documents are read strictly: what is wrong is told with its place, and nothing is done."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.marketplace import documents, formats, places, shelf
from store.database import Database
from tests.access.digest import Unchanged
from tests.marketplace.bad import BAD, REFUSED_LATER, Bad, put, whole
from tests.marketplace.kit import automations, document, does, install, tried
from tests.support.api import Json, Shop

SEED = 20_261_123


@pytest.mark.parametrize("bad", BAD, ids=[f"{n}: {bad.told}" for n, bad in enumerate(BAD)])
def test_what_is_wrong_in_a_document_is_told_with_its_place(bad: Bad) -> None:
    """API1: by words, and by a path for programs."""
    with pytest.raises(Refused) as refused:
        documents.of_json(json.dumps(bad.document))
    told = places.told(refused.value.problems, "document")
    found = [one for one in told if one.message.startswith(f"{bad.told}: {bad.message}")]
    assert found, [one.message for one in told]
    assert list(found[0].path) == bad.path


async def test_what_only_the_firm_can_tell_is_told_with_its_place_too(shop: Shop, database: Database) -> None:
    """API1: as it is being installed; nothing of it stays in any table."""
    for bad in REFUSED_LATER:
        async with Unchanged(database):
            given = json.dumps(bad.document)
            [error, *_] = (await tried(shop.owner, "installPipelineTemplate", document=given))["errors"]
        assert error["message"].startswith(f"{bad.told}: {bad.message}"), error
        assert error["path"] == ["input", *bad.path]


async def test_a_document_that_is_none_is_refused(shop: Shop, database: Database) -> None:
    """API1: what is no JSON, what is too large, what is nested without end, what says a thing twice."""
    tries = {
        "": "This is not JSON",
        "nothing": "This is not JSON",
        "[]": "It must be an object.",
        "[" * 100_000: "This is not JSON: it is nested too deeply.",
        '{"format": "stageline-pipeline/1", "format": "x"}': "This is not JSON: an object has a field twice",
        '{"format": NaN}': "This is not JSON: NaN is no number.",
        '{"stages": [' + "{}," * 200_000 + "{}]}": "A document has at most 500,000 bytes.",
        json.dumps({**whole(), "x\ud800": 1}): "x?: There is no such field here.",
        json.dumps({**whole(), "description": "\ud800"}): "description: It holds a character that cannot be stored.",
    }
    async with Unchanged(database):
        for text, message in tries.items():
            errors = (await tried(shop.owner, "installPipelineTemplate", document=text))["errors"]
            assert any(error["message"].startswith(message) for error in errors), (text[:80], errors)
            assert {error["path"][1] for error in errors} == {"document"}
        for given, path in (({}, "key"), ({"key": "payroll", "document": "{}"}, "document")):
            [error] = (await tried(shop.owner, "installPipelineTemplate", **given))["errors"]
            assert (error["code"], error["path"]) == ("REQUIRED", ["input", path])


def test_names_that_there_are_not_are_refused_at_once() -> None:
    """API4: which are meant is looked for only where it is told."""
    stage = {"name": "A", **{f"automaton{n}": 0 for n in range(240)}}
    given = document(stages=[{"key": f"s{n}", **stage} for n in range(100)])
    started = process_time()
    with pytest.raises(Refused) as refused:
        documents.of_json(json.dumps(given))
    assert process_time() - started < 0.6
    assert len(refused.value.problems) == 20
    assert refused.value.problems[0].message == "There is no such field here. Is automations meant?"


def test_a_million_of_anything_is_refused_at_once() -> None:
    """API4: before any of it is read."""
    for name in ("stages", "statuses", "allowedMoves", "tags"):
        with pytest.raises(Refused) as refused:
            documents.of_value({**whole(), name: [{}] * 1_000_000})
        assert any(problem.path == (name,) for problem in refused.value.problems)
    nested: Json = {"tags": ["vip"]}
    for _ in range(200):
        nested = {"not": nested}
    with pytest.raises(Refused) as refused:
        documents.of_value(put("stages.1.condition", nested))
    assert refused.value.problems[0].path == ("stages", "1", "condition")


async def test_jobs_that_would_make_jobs_without_end_are_refused(shop: Shop) -> None:
    """AU6: a circle that nobody's doing interrupts; with a delay, a condition or somebody's work in it, it is none."""
    again = does("CREATE_JOB", pipeline="small", name="Again")

    def circle(**more: Any) -> Json:
        given = document({**again, **more})
        return given | {"stages": [{**given["stages"][0], "automove": "WHEN_ITEMS_DONE_OR_NONE"}, *given["stages"][1:]]}

    def moved(*between: Json) -> Json:
        given = document(*between)
        given["stages"][0]["automove"] = "WHEN_ITEMS_DONE_OR_NONE"
        given["stages"][1]["automations"] = [again]
        return given

    for bad, place in ((circle(), 0), (moved(), 1), (moved(does("ADD_COMMENT", text="Hi")), 1)):
        [error] = (await tried(shop.owner, "installPipelineTemplate", document=json.dumps(bad)))["errors"]
        assert error["path"] == ["input", "document", "stages", str(place), "automations"]
        assert "without end" in error["message"]
    delay, condition = {"span": {"amount": 1, "unit": "DAYS"}}, {"priority": ["HIGH"]}
    for good in (circle(delay=delay), circle(condition=condition), moved(does("CREATE_TASK", title="Work"))):
        payload = await install(shop.owner, good)
        assert any("CREATE_JOB" in kinds for kinds in await automations(shop.owner, payload["pipeline"]["id"]))


def test_yaml_says_what_json_would() -> None:
    """PL1: no date, no yes, no octal number of its own; nothing twice, nothing by reference."""
    base = "format: stageline-pipeline/1\nkey: small\nstages: [{key: a, name: A}, {key: b, name: B}]\n"
    found = documents.of_yaml(base + "name: 2026-01-31\ndescription: yes\ntags: [off, 012, '1']\n")
    assert (found.pipeline.name, found.pipeline.description, found.tags) == ("2026-01-31", "yes", ("off", "012", "1"))
    for text, message in {
        "name: A\nname: B\n": "This is not YAML: an object has a field twice",
        "name: &a A\ndescription: *a\n": "References to other parts",
        "name: [A\n": "This is not YAML",
        "name: !!python/object/apply:os.getcwd []\n": "This is not YAML",
    }.items():
        with pytest.raises(Refused) as refused:
            documents.of_yaml(base + text)
        assert message in refused.value.words


def test_every_shipped_template_is_the_same_as_json() -> None:
    """PL1: written down and read again, nothing is lost; its file is called as it is."""
    for path in sorted(shelf.FOLDER.glob("*.yaml")):
        found = documents.of_yaml(path.read_text(encoding="utf-8"))
        assert found.key == path.stem
        assert documents.of_json(documents.text_of(found)) == found
        assert json.loads(documents.text_of(found)) == formats.write(found)


def test_what_was_read_can_be_written_down_however_large() -> None:
    """PL1: spaces that make it easy to read do not make it too large."""
    condition = {"all": [{"all": [{"tags": ["vip"]}] * 60}]}
    noted = [{**does("ADD_COMMENT", text="Hi"), "condition": condition}] * 2
    stages = [{"key": f"s{n}", "name": "A", "automations": noted} for n in range(90)]
    text = json.dumps(document(stages=stages, brings={"tags": {"vip": {"name": "VIP"}}}))
    found = documents.of_json(text)
    assert documents.of_json(documents.text_of(found)) == found


# --- anything at all ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all values in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return (
        [before, *(path for step, one in inner for path in paths(one, (*before, step)))]
        if before
        else [path for step, one in inner for path in paths(one, (step,))]
    )


def changed(base: Json, path: tuple[Any, ...], change: str, value: Any) -> Json:
    """A document with one value taken away, said twice, or replaced."""
    found = deepcopy(base)
    inner: Any = found
    for step in path[:-1]:
        inner = inner[step]
    if change == "remove":
        del inner[path[-1]]
    elif change == "double" and isinstance(inner, list):
        inner.append(inner[path[-1]])
    elif change == "rename" and isinstance(inner, dict):
        inner[str(value)] = inner.pop(path[-1])
    else:
        inner[path[-1]] = value
    return found


PLACES = paths(whole())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), st.sampled_from(["remove", "double", "rename", "replace"]), JSON)
def test_whatever_is_done_to_a_document_it_is_refused_with_a_place_or_read(
    path: tuple[Any, ...], change: str, value: Any
) -> None:
    """API1: never anything else; and what is read can be written down and read again."""
    text, problems = json.dumps(changed(whole(), path, change, value)), []
    try:
        found = documents.of_json(text)
    except Refused as refused:
        problems = places.told(refused.problems, "document")
    else:
        assert documents.of_json(documents.text_of(found)) == found
    for problem in problems:
        assert problem.path[0] == "document"
        assert "\n" not in f"{problem.path} {problem.message}".encode().decode()


async def test_whatever_is_done_to_a_document_it_is_installed_or_nothing_is_done(
    shop: Shop, database: Database
) -> None:
    """PL1, API1: no failure of ours, and nothing of what is refused stays in any table."""
    random = Random(SEED)  # noqa: S311
    done = 0
    values: list[Any] = [None, 0, -1, "", "x", "first", "vip", [], {}, "x" * 300, [""], True, "[ACCOUNT_NAME]", "#"]
    for _ in range(120):
        given = whole()
        for _ in range(random.randint(1, 2)):
            place = random.choice(paths(given))
            given = changed(given, place, random.choice(["remove", "double", "replace"]), random.choice(values))
        before = await database.value("SELECT count(*) FROM audit")
        payload = await tried(shop.owner, "installPipelineTemplate", document=json.dumps(given))
        if payload["errors"]:
            assert {error["path"][:2] == ["input", "document"] for error in payload["errors"]} == {True}
            assert await database.value("SELECT count(*) FROM audit") == before
        else:
            done += 1
    assert 5 < done < 60
