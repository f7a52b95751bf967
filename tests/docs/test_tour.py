"""The shell blocks of the README's tour and of the client guide, pasted one after the other."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import README, ROOT, Page
from tests.support.processes import running
from tests.support.redis import free_port

TOUR = README.blocks("sh", "Three minutes with curl")
STORY = README.blocks("sh", "A whole engagement in ten calls")
MANY = README.blocks("sh", "Two hundred clients in seven calls")
CLIENTS = Page(ROOT / "docs" / "guides" / "clients.md").blocks("sh")


def answers(text: str) -> list[dict[str, Any]]:
    """The JSON values that stand one after the other in ``text``."""
    found = []
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


EVENT = re.compile(r"id: (.*)\nevent: next\ndata: (.*)\n\n")


@pytest.mark.slow
async def test_the_tour_works_as_pasted(tmp_path: Path) -> None:
    """Log in, list, be refused, move, see what came of it, and the changes; then a cookie, and an id of one's own."""
    port = str(free_port())
    script = "\n".join(["set -eu", *TOUR, *CLIENTS]).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    async with running("serve", "--demo", folder=tmp_path, PORT=port) as server:
        await server.says("Stageline runs on")
        done = await asyncio.to_thread(subprocess.run, ["sh"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    [(cursor, event)] = EVENT.findall(done.stdout)
    viewer, pipelines, board, refused, moved, conflict, log, changes, cookie, by_cookie, made, again = (
        answer["data"] for answer in answers(EVENT.sub("", done.stdout))
    )
    assert viewer["viewer"]["member"]["role"] == "OWNER"
    assert [one["name"] for one in pipelines["pipelines"]["nodes"]] == [
        "Client onboarding",
        "Individual tax return",
        "Monthly bookkeeping",
    ]
    assert board["board"]["cursor"]
    assert [error["code"] for error in refused["moveJob"]["errors"]] == ["PENDING_ITEMS"]
    assert moved["moveJob"]["errors"] == []
    assert [error["code"] for error in conflict["moveJob"]["errors"]] == ["CONFLICT"]
    runs = log["job"]["runs"]["nodes"]
    turns = {run["automation"]["kind"]: run["state"] for run in runs}
    assert [*turns] == ["SET_CLIENT_STATUS", "SEND_EMAIL", "CREATE_TASK"]
    assert turns["SEND_EMAIL"] == "SCHEDULED"  # the reminder, which is the last
    [column, *_] = board["board"]["columns"]
    [shown] = [
        change
        for event in changes["changes"]["events"]
        for change in event["changes"]
        if change["__typename"] == "JobUpserted" and change["job"]["id"] == column["jobs"]["nodes"][0]["id"]
    ]
    assert shown["previousStageId"] == column["stage"]["id"]
    assert shown["job"]["stage"] == moved["moveJob"]["job"]["stage"]
    assert cookie["login"]["token"] is None
    assert by_cookie["viewer"]["user"] == {"email": "owner@demo.test"}
    assert made == again
    assert made["createTask"]["errors"] == []
    assert json.loads(event)["data"]["boardEvents"] == {"cursor": cursor, "changes": []}


@pytest.mark.slow
async def test_a_whole_engagement_goes_its_way_as_pasted(tmp_path: Path) -> None:
    """The client signs, answers and pays; each time the job goes on by itself, to its end. Then there are many."""
    port = str(free_port())
    setting_out = TOUR[:2]  # the functions, and the login
    script = "\n".join(["set -eu", *setting_out, *STORY, *MANY]).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    async with running("serve", "--demo", folder=tmp_path, PORT=port) as server:
        await server.says("Stageline runs on")
        done = await asyncio.to_thread(subprocess.run, ["sh"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    _, set_up, made, letter, signed, questions, answered, invoice, paid, journey, *many = (
        answer["data"] for answer in answers(done.stdout)
    )
    assert {name: one["errors"] for name, one in set_up.items()} == {name: [] for name in set_up}
    assert made["createJob"]["job"]["items"]["nodes"] == [
        {"kind": "PROPOSAL", "title": "Engagement letter", "state": "SENT"}
    ]
    assert [total["total"] for total in letter["portal"]["item"]["totals"]] == ["476.00"]
    assert signed["signProposal"]["item"]["state"] == "DONE"
    asked = questions["portal"]["item"]["sections"][0]["questions"]
    assert [(one["key"], one["shown"]) for one in asked] == [("married", True), ("spouse", False)]
    assert answered["submitOrganizer"] == {"item": {"state": "DONE"}, "errors": []}
    assert invoice["node"]["details"] == {"number": 2, "currency": "EUR", "total": "476.00", "left": "476.00"}
    assert paid["recordPayment"] == {"item": {"state": "DONE"}, "errors": []}
    assert journey["job"]["stage"] == {"name": "Invoice"}
    assert [item["state"] for item in journey["job"]["items"]["nodes"]] == ["DONE"] * 3
    moves = [entry["cause"]["kind"] for entry in journey["job"]["history"]["nodes"] if entry["action"] == "MOVED"]
    assert moves == ["AUTOMOVE", "AUTOMOVE"]
    shelf, installed, begun, again, moved, preview, recurring, deleted, trash, restored = many
    assert len(shelf["marketplace"]["nodes"]) == 10
    assert installed["installPipelineTemplate"]["errors"] == []
    results = begun["createJobs"]["operation"]["results"]["nodes"]
    assert ([one["state"] for one in results], begun["createJobs"]["errors"]) == (["DONE"] * 6, [])
    twice = again["createJobs"]["operation"]["results"]["nodes"]
    assert [[error["code"] for error in one["errors"]] for one in twice] == [["DUPLICATE"]] * 6
    assert moved["moveJobs"]["operation"] == {
        "state": "COMPLETED",
        "total": 6,
        "done": 6,
        "failed": 0,
        "results": {"nodes": []},
    }
    assert next(one["date"] for one in preview["previewRecurrence"]["occurrences"]) == "2027-01-15"
    assert recurring["createRecurrence"]["errors"] == []
    assert deleted["deleteJob"]["errors"] == []
    assert [one["jobCount"] for one in trash["trash"]["nodes"]] == [1]
    stages = installed["installPipelineTemplate"]["pipeline"]["stages"]
    assert restored["restoreJob"]["job"]["stage"] == {"name": stages[1]["name"]}
