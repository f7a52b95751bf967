"""What the tests of the marketplace share."""

from __future__ import annotations

import json
from typing import Any

from tests.support.api import Client, Json

THING = "part name wantedName thing { id __typename }"
LEFT = "place words reason"
REPORT = f"""report {{ made {{ {THING} }} reused {{ {THING} }} renamed {{ {THING} }}
    missing {{ part name places }} leftOut {{ {LEFT} }} }}"""
ERRORS = "errors { __typename code message path ... on ForbiddenError { right } }"


async def tried(client: Client, mutation: str, **given: Any) -> Json:
    """What installing or duplicating answers, errors included."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""mutation ($input: {name}Input!) {{ it: {mutation}(input: $input) {{
        pipeline {{ id name description }} {REPORT} {ERRORS} }} }}"""
    payload: Json = (await client.query(document, input=given))["it"]
    return payload


async def install(client: Client, document: Json | None = None, **given: Any) -> Json:
    """The payload of installing a document, or a template by its key, which must go well."""
    said = {} if document is None else {"document": json.dumps(document)}
    payload = await tried(client, "installPipelineTemplate", **said, **given)
    assert payload["errors"] == [], payload["errors"]
    return payload


async def export(client: Client, pipeline_id: str) -> tuple[Json, list[Json]]:
    """A pipeline as a document, and what was left out of that."""
    selection = f"document leftOut {{ {LEFT} }}"
    payload = await client.payload("exportPipeline", selection, pipelineId=pipeline_id)
    assert payload["errors"] == [], payload["errors"]
    return json.loads(payload["document"]), payload["leftOut"]


def names(some: list[Json]) -> list[str]:
    """The names of things in a report."""
    return [one["name"] for one in some]


def document(*automations: Json, **more: Any) -> Json:
    """A small pipeline, whose first stage has these automations."""
    return {
        "format": "stageline-pipeline/1",
        "key": "small",
        "name": "Small",
        "stages": [
            {"key": "first", "name": "First", "automations": list(automations)},
            {"key": "last", "name": "Last"},
        ],
        **more,
    }


def does(kind: str, **config: Any) -> Json:
    """An automation."""
    return {"kind": kind, "config": config}


async def automations(client: Client, pipeline_id: str) -> list[list[str]]:
    """The kinds of automations that a pipeline has, stage by stage."""
    query = "query ($id: ID!) { pipeline(id: $id) { stages { automations { kind } } } }"
    stages = (await client.query(query, id=pipeline_id))["pipeline"]["stages"]
    return [[one["kind"] for one in stage["automations"]] for stage in stages]
