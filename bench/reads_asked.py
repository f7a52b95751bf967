"""What is asked in the benchmark of reads, of us and of the limit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CARD = """id name version rank priority dueDate overdue stage { id } status { id name }
  account { id name tags { id name color } } assignees { id name }"""
BOARD = (
    "query Board($pipeline: ID!, $first: Int!) { board(pipelineId: $pipeline) { cursor columns { stage { id name } "
    f"jobCount jobs(first: $first) {{ nodes {{ {CARD} }} }} }} }} }}"
)
JOB = """query Job($id: ID!) { job(id: $id) { id name version description priority startDate dueDate overdue
  stage { id name } status { id name } account { id name tags { id name color } } assignees { id name } } }"""
PAGE = f"""query Page($filter: JobFilter) {{ jobs(filter: $filter, first: 50) {{
  nodes {{ {CARD} }} pageInfo {{ hasNextPage }} }} }}"""
MOVE = """mutation Move($input: MoveJobInput!) { moveJob(input: $input) {
  job { id version rank stage { id } } errors { code message } } }"""
COLUMN = 60
"""Jobs that a column of the board shows."""


@dataclass(frozen=True)
class Kind:
    """One kind of request, as bodies for us and for the limit, which has none for moves."""

    name: str
    ours: Sequence[Sequence[str]]
    limit: Sequence[Sequence[str]] = ()
    expects: str = '{"data"'
    cycle: int = 1


def body(document: str, **variables: Any) -> str:
    """A request to us."""
    return json.dumps({"query": document, "variables": variables})


def bare(what: str, *given: str) -> str:
    """A request to the limit."""
    return json.dumps({"what": what, "given": given})


def board(firm_id: str, pipeline_ids: Sequence[str]) -> Kind:
    """Boards of eight columns with sixty jobs each."""
    return Kind(
        f"board, {8 * COLUMN} jobs",
        [[body(BOARD, pipeline=one, first=COLUMN) for one in pipeline_ids]],
        [[bare("board", firm_id, one, "") for one in pipeline_ids]],
    )


def job(firm_id: str, ids: Sequence[str]) -> Kind:
    """One job after the other."""
    return Kind("one job", [[body(JOB, id=one) for one in ids]], [[bare("job", firm_id, one) for one in ids]])


def page(firm_id: str, member_ids: Sequence[str]) -> Kind:
    """What is active and assigned to one member after the other."""
    wanted = [{"states": ["ACTIVE"], "assigneeIds": [one]} for one in member_ids]
    return Kind(
        "page of 50 jobs, filtered",
        [[body(PAGE, filter=one) for one in wanted]],
        [[bare("page", firm_id, one) for one in member_ids]],
    )


def move(columns: Sequence[Any]) -> Kind:
    """A job of a board's first column for each connection, into the second and back."""
    here, there = (column["stage"]["id"] for column in columns[:2])
    moves = [[_move(one["id"], here, there), _move(one["id"], there, here)] for one in columns[0]["jobs"]["nodes"]]
    return Kind("a move", moves, expects='"errors":[]', cycle=2)


def _move(job_id: str, here: str, there: str) -> str:
    given = {"jobId": job_id, "stageId": there, "expect": {"stageId": here}, "pendingItems": "KEEP"}
    return body(MOVE, input=given)
