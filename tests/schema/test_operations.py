"""The documents in schema/operations: what clients send, and what the trusted-documents mode will allow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from gql.schema import build_schema
from tests.support.api import PASSWORD, Api, Shop

FOLDER = Path(__file__).parents[2] / "schema" / "operations"
OPERATIONS = sorted(path.stem for path in FOLDER.glob("*.graphql") if "fragment" not in path.read_text().split("{")[0])


def document(name: str) -> str:
    """An operation with the fragments that it needs, each from the file of its name."""
    parts: dict[str, str] = {}
    wanted = [name]
    while wanted:
        part = wanted.pop()
        if part not in parts:
            parts[part] = (FOLDER / f"{part}.graphql").read_text()
            wanted += [spread for spread in re.findall(r"\.\.\.(\w+)", parts[part]) if spread != "on"]
    return "\n".join(parts.values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_valid(name: str) -> None:
    """API7: documents and schema belong together; a file's operation has the file's name."""
    parsed = parse(document(name))
    assert validate(build_schema()._schema, parsed) == []
    assert f" {name}" in document(name).split("{")[0]


def test_every_fragment_belongs_to_an_operation() -> None:
    """API7: nobody keeps alive what nobody sends."""
    sent = {part for name in OPERATIONS for part in re.findall(r"^fragment (\w+)", document(name), re.MULTILINE)}
    assert sent == {path.stem for path in FOLDER.glob("*.graphql")} - set(OPERATIONS)


async def test_the_operations_carry_a_board_client_through_its_day(api: Api, shop: Shop) -> None:
    """LV1, MV1, MV5: log in, draw, move, see the change, finish the task, read the history; by the documents alone."""
    given = {"email": "owner1@firm.test", "password": PASSWORD}
    login = await api.nobody.query(document("Login"), input=given)
    assert login["login"]["viewer"]["member"]["role"] == "OWNER"
    pipelines = await shop.owner.query(document("Pipelines"))
    assert [one["id"] for one in pipelines["pipelines"]["nodes"]] == [shop.pipeline]
    choices = await shop.owner.query(document("Choices"), name="acm")
    account = choices["accounts"]["nodes"][0]["id"]
    board = await shop.owner.query(document("Board"), pipelineId=shop.pipeline)
    made = await shop.owner.query(
        document("CreateJob"), input={"name": "Return", "accountId": account, "pipelineId": shop.pipeline}
    )
    job = made["createJob"]["job"]
    task = await shop.owner.query(document("CreateTask"), input={"title": "Check", "jobId": job["id"]})
    move = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": job["version"]}}
    refused = await shop.owner.query(document("MoveJob"), input=move)
    assert [error["__typename"] for error in refused["moveJob"]["errors"]] == ["PendingItemsError"]
    done = await shop.owner.query(document("CompleteItem"), input={"itemId": task["createTask"]["task"]["id"]})
    assert done["completeItem"]["item"]["open"] is False
    moved = await shop.owner.query(document("MoveJob"), input=move)
    assert moved["moveJob"]["job"]["stage"] == {"id": shop.stages[1]}
    changes = await shop.owner.query(document("BoardChanges"), pipelineId=shop.pipeline, after=board["board"]["cursor"])
    shown = changes["changes"]["events"][0]["changes"][0]
    assert shown == {"__typename": "JobUpserted", "previousStageId": None, "job": moved["moveJob"]["job"]}
    asked = await shop.owner.query(document("RequestUpload"), input={"name": "a.pdf", "size": 9, "jobId": job["id"]})
    assert asked["requestUpload"]["document"]["uploadUrl"] is not None
    story = await shop.owner.query(document("Job"), id=job["id"])
    actions = [entry["action"] for entry in story["job"]["history"]["nodes"]]
    assert actions == ["MOVED", "TASK_CHANGED", "TASK_ADDED", "CREATED"]
