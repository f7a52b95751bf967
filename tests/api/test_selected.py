"""What is not asked for is not read: columns, cursors, and what a job has brought along already."""

from __future__ import annotations

import pytest
from graphql import get_named_type, is_leaf_type

from gql.schema import build_schema
from store.database import Database
from tests.support.api import Shop
from tests.support.statements import counting

LEFT_OUT = ("description", "completed_at", "cursor_values", "j.*")
BOARD = """query ($id: ID!) { board(pipelineId: $id) { columns { jobs { nodes { id name stage { id } } %s } } } }"""


async def statements_of_jobs(database: Database, shop: Shop, document: str, **variables: str) -> list[str]:
    """The statements that list or find jobs; the token is known before."""
    await shop.owner.query(document, **variables)
    with counting(database) as statements:
        await shop.owner.query(document, **variables)
    return [one for one in statements if " jobs j" in one]


@pytest.mark.parametrize(
    "document",
    [
        "query ($id: ID!) { job(id: $id) { name stage { name } } }",
        BOARD % "",
        BOARD % "pageInfo { hasNextPage }",
        "{ jobs { nodes { name overdue assignees { name } } } }",
    ],
    ids=["job", "board", "with page info", "page"],
)
async def test_columns_that_are_not_selected_are_not_read(shop: Shop, database: Database, document: str) -> None:
    """No text of a job but those that are wanted, and no cursors."""
    job = await shop.job()
    given = {"id": shop.pipeline if "board" in document else job["id"]} if "$id" in document else {}
    [sql] = await statements_of_jobs(database, shop, document, **given)
    assert not [word for word in LEFT_OUT if word in sql]


@pytest.mark.parametrize(
    "more", ["pageInfo { endCursor }", "edges { cursor node { name } }", "more: pageInfo { startCursor }"]
)
async def test_cursors_are_there_where_they_are_selected(shop: Shop, more: str) -> None:
    """API2: also beside nodes that are selected otherwise."""
    await shop.job()
    board = (await shop.owner.query(BOARD % more, id=shop.pipeline))["board"]
    said = board["columns"][0]["jobs"]
    [shown] = [value for name, value in said.items() if name != "nodes"]
    cursor = shown[0]["cursor"] if isinstance(shown, list) else next(iter(shown.values()))
    assert isinstance(cursor, str)


SELECTIONS = {
    "little": "stage { name }",
    "under other names": "s: stage { n: name i: id } who: assignees { name }",
    "twice": "stage { name } other: stage { id }",
    "more than is brought": "stage { id name createdAt } account { name contacts { totalCount } } assignees { email }",
    "by a fragment": "... on Job { account { ...A } } status { __typename name }",
    "tags": "account { tags { color name } t: tags { id } }",
    "resolvers that may look at anything": "stage { id } items { totalCount } comments { totalCount } stageDueAt",
    "pipeline": "pipeline { name } clientStatus { name } account { id }",
}


@pytest.mark.parametrize("selection", SELECTIONS.values(), ids=SELECTIONS)
async def test_what_a_job_brings_along_is_what_a_list_shows_of_it(shop: Shop, selection: str) -> None:
    """The same selection, of one job by its id, and of the job in a list, which brings nothing along."""
    tags = [(await shop.owner.do("createTag", "tag { id }", name=name))["id"] for name in ("b", "a")]
    await shop.owner.do("updateAccount", accountId=shop.account, addTagIds=tags)
    job = await shop.job(assigneeIds=[shop.owner.member_id])
    fragment = "fragment A on Account { name id tags { name } }" if "...A" in selection else ""
    one = await shop.owner.query(f"query ($id: ID!) {{ job(id: $id) {{ {selection} }} }} {fragment}", id=job["id"])
    listed = await shop.owner.query(f"{{ jobs {{ nodes {{ {selection} }} }} }} {fragment}")
    assert listed["jobs"]["nodes"] == [one["job"]]
    assert list(listed["jobs"]["nodes"][0]) == list(one["job"])


JOB_FIELDS = build_schema()._schema.type_map["Job"].fields  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", JOB_FIELDS)
async def test_each_field_of_a_job_finds_what_it_needs(shop: Shop, name: str) -> None:
    """Alone, nothing else has its columns read: in a list, on a board, and of one job."""
    job = await shop.job(assigneeIds=[shop.owner.member_id])
    field = name if is_leaf_type(get_named_type(JOB_FIELDS[name].type)) else f"{name} {{ __typename }}"
    one = (await shop.owner.query(f"query ($id: ID!) {{ job(id: $id) {{ {field} }} }}", id=job["id"]))["job"]
    listed = (await shop.owner.query(f"{{ jobs {{ nodes {{ {field} }} }} }}"))["jobs"]["nodes"]
    board = f"query ($id: ID!) {{ board(pipelineId: $id) {{ columns {{ jobs {{ nodes {{ {field} }} }} }} }} }}"
    columns = (await shop.owner.query(board, id=shop.pipeline))["board"]["columns"]
    assert [one] == listed == columns[0]["jobs"]["nodes"]
