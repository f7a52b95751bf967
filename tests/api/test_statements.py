"""How many SQL statements an operation takes: a number that does not grow with what it shows."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import Saved, pipeline, task
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.documents import stored_document
from tests.support.statements import counting

MEMBER = "id name email role joinedAt"
CARD = f"""id name description version createdAt updatedAt rank priority startDate dueDate overdue enteredStageAt
    account {{ id name tags {{ id name color }} roles {{ name member {{ {MEMBER} }} }}
        contacts(first: 2) {{ nodes {{ id name }} totalCount }} }}
    pipeline {{ id name }} stage {{ id name position }} status {{ id name state color pauses }} assignees {{ {MEMBER} }}
    clientStatus {{ id name color }}
    comments(first: 5) {{ totalCount nodes {{ id text author {{ id name }} mentions {{ id name }} job {{ id }} }} }}
    documents(first: 5) {{ totalCount nodes {{ id name downloadUrl account {{ id }} job {{ id }}
        uploadedBy {{ id name }} }} }}
    items(first: 5) {{ totalCount nodes {{ id title open dueDate links {{ blocking job {{ id name }}
        visit {{ id enteredAt stage {{ id name }} }} }} }} }}
    open: items(open: true, first: 5) {{ totalCount }}
    tasks(first: 5) {{ totalCount nodes {{ id status job {{ id }} assignees {{ id }} subtasks {{ id title done }} }} }}
    visits(first: 5) {{ totalCount nodes {{ id number stage {{ id name }} enteredAt leftAt }} }}
    history(first: 5) {{ totalCount nodes {{ id at action cause {{ kind clientMutationId
        actor {{ ... on Member {{ id name }} }} }}
        changes {{ field fromValue toValue fromNodes {{ id }} toNodes {{ id }} }} }} }}"""
BOARD = f"""query ($id: ID!, $first: Int) {{ board(pipelineId: $id) {{ cursor
    pipeline {{ id name description jobCount archivedAt stages {{ id name position jobCount pipeline {{ id }} }}
        statuses {{ id name state }} availableTo {{ totalCount nodes {{ id name }} }} }}
    columns {{ jobCount overdueCount stage {{ id name position jobCount }}
        jobs(first: $first) {{ totalCount edges {{ cursor }} pageInfo {{ hasNextPage endCursor }}
            nodes {{ {CARD} }} }} }} }} }}"""
JOBS = f"query ($n: Int) {{ jobs(first: $n) {{ totalCount nodes {{ {CARD} }} }} }}"
TASKS = """query ($n: Int) { tasks(first: $n) { totalCount nodes { id title open status assignees { id name }
    subtasks { id } job { id name stage { name } account { name } } links { visit { id } job { id } } } } }"""
ACCOUNTS = """query ($n: Int) { accounts(first: $n) { totalCount nodes { id name tags { id }
    customFields { value field { id name } }
    roles { name member { id } }
    documents(first: 5) { totalCount nodes { id downloadUrl } }
    contacts(first: 5) { totalCount nodes { id accounts(first: 5) { totalCount nodes { id tags { name } } } } } } } }"""
PIPELINES = """query ($n: Int) { pipelines(first: $n) { totalCount nodes { id jobCount stages { id jobCount }
    statuses { id } availableTo(first: 5) { totalCount nodes { id rights accounts(first: 5) { totalCount } } } } } }"""
NODES = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Job { name account { name } assignees { name }
    items { totalCount } } ... on Stage { pipeline { name } jobCount } ... on Task { job { id } subtasks { id } }
    ... on Account { tags { id } roles { name } } ... on Pipeline { stages { id } jobCount } } }"""
CLONES = {
    "items": ("id", []),
    "tasks": ("id", []),
    "subtasks": ("id", ["task_id"]),
    "jobs": ("id", []),
    "stage_visits": ("id", ["job_id"]),
    "history": ("id", ["job_id"]),
    "item_links": (None, ["job_id", "item_id", "visit_id"]),
    "job_assignees": (None, ["job_id"]),
    "task_assignees": (None, ["task_id"]),
    "comments": ("id", ["job_id"]),
    "comment_mentions": (None, ["comment_id"]),
    "documents": ("id", ["job_id", "object_key"]),
}


async def multiply(database: Database, jobs: list[str], copies: int) -> None:
    """Copies jobs with all that hangs on them, each so many times."""
    theirs = {
        "jobs": "t.id = ANY($1)",
        "stage_visits": "t.job_id = ANY($1)",
        "history": "t.job_id = ANY($1)",
        "item_links": "t.job_id = ANY($1)",
        "job_assignees": "t.job_id = ANY($1)",
        "items": "t.id IN (SELECT item_id FROM item_links WHERE job_id = ANY($1))",
        "tasks": "t.id IN (SELECT item_id FROM item_links WHERE job_id = ANY($1))",
        "subtasks": "t.task_id IN (SELECT item_id FROM item_links WHERE job_id = ANY($1))",
        "task_assignees": "t.task_id IN (SELECT item_id FROM item_links WHERE job_id = ANY($1))",
        "comments": "t.job_id = ANY($1)",
        "documents": "t.job_id = ANY($1)",
        "comment_mentions": "t.comment_id IN (SELECT id FROM comments WHERE job_id = ANY($1))",
    }
    async with database.transaction() as db:
        await db.rows("SET LOCAL session_replication_role = replica")
        made = {}
        for table, (own, others) in CLONES.items():
            renamed = {
                column: f"left(t.{column}, -15) || left(md5(t.{column} || copy), 15)"
                for column in [*others, *([own] if own else [])]
            }
            if table == "jobs":
                renamed["rank"] = "t.rank || copy || 'x'"
            columns = [
                row["column_name"]
                for row in await db.rows(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = $1 AND table_schema = 'public'",
                    table,
                )
                if not (table == "history" and row["column_name"] == "n")
            ]
            values = ", ".join(renamed.get(column, f't."{column}"') for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            source = f"{table} t, generate_series(1, {copies}) AS copy"
            made[table] = f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} WHERE {theirs[table]}"
        for sql in made.values():
            await db.rows(sql, jobs)


async def work(
    database: Database, shop: Shop, pipeline_id: str, stages: list[str], helper: str, others: list[str]
) -> list[str]:
    """One job in each stage, with everything that a card shows."""
    jobs = []
    name = f"Shown {pipeline_id}"
    shown = (await shop.owner.do("createClientStatus", "clientStatus { id }", name=name))["id"]
    for n, stage in enumerate(stages):
        given: Json = {"assigneeIds": [shop.owner.member_id, helper], "dueDate": "2020-01-01"}
        account = others[n % len(others)]
        job = await shop.job(f"Job {n}", accountId=account, pipelineId=pipeline_id, stageId=stage, **given)
        for _ in range(2):
            await task(shop.owner, jobId=job["id"], assigneeIds=[helper], subtasks=["A", "B"])
        await shop.owner.do("updateJob", jobId=job["id"], description="Why")
        await shop.owner.do("createComment", jobId=job["id"], text="Look.", mentionIds=[shop.owner.member_id])
        await stored_document(database, account, job["id"], uploader=shop.owner.member_id)
        await shop.owner.do("setClientStatus", jobId=job["id"], clientStatusId=shown)
        jobs.append(job["id"])
    return jobs


Boards = tuple[Shop, Client, str, str]
_boards: Saved[Boards] = Saved()


@pytest.fixture
async def boards(api: Api, database: Database) -> Boards:
    """A small and a large board, and two who look at them."""

    async def make(api: Api) -> Boards:
        return await open_boards(api, await open_shop(api), database)

    return await _boards.get(api, database, make, lambda made: [made[0].owner, made[1]])


async def open_boards(api: Api, shop: Shop, database: Database) -> Boards:
    """A firm with a board of 2 stages and 2 jobs, and one of 8 stages and 240 jobs; an owner and an employee."""
    owner = shop.owner
    tag = (await owner.do("createTag", "tag { id }", name="VIP"))["id"]
    role = (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    employee = await api.member(owner, rights=["MANAGE_ACCOUNTS"])
    field = (await owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"]
    values = [{"fieldId": field, "value": "Rome"}]
    accounts = []
    for n in range(5):
        account = (await owner.do("createAccount", "account { id }", name=f"Account {n}", tagIds=[tag]))["id"]
        await owner.do("updateAccount", accountId=account, setCustomFields=values)
        holder = {"accountRoleId": role, "memberId": employee.member_id}
        await owner.do("updateAccount", accountId=account, addRoles=[holder])
        await owner.do("createContact", name="Ann", accountIds=[account])
        accounts.append(account)
    await owner.do("updateMemberAccess", memberId=employee.member_id, addAccountIds=accounts)
    small, two = await pipeline(owner, "One", "Two", availableToIds=[employee.member_id])
    large, eight = await pipeline(owner, *(f"Stage {n}" for n in range(8)), availableToIds=[employee.member_id])
    await work(database, shop, small, two, employee.member_id, accounts)
    await multiply(database, await work(database, shop, large, eight, employee.member_id, accounts), 29)
    return shop, employee, small, large


async def taken(database: Database, client: Client, document: str, **given: Any) -> tuple[int, Json]:
    """How many statements a query takes, and its answer."""
    with counting(database) as statements:
        data: Json = await client.query(document, **given)
        return len(statements), data


async def test_a_board_takes_the_same_statements_whatever_its_size(boards: Boards, database: Database) -> None:
    """2 stages with 2 jobs and 8 stages with 240 jobs, with every field of a card, for owner and employee."""
    shop, employee, small, large = boards
    for name, client in (("owner", shop.owner), ("employee", employee)):
        first = 60 if client is shop.owner else 6  # once with all of them
        await taken(database, client, BOARD, id=small, first=first)  # from here on the token is known
        few, board = await taken(database, client, BOARD, id=small, first=first)
        assert [len(column["jobs"]["nodes"]) for column in board["board"]["columns"]] == [1, 1]
        many, board = await taken(database, client, BOARD, id=large, first=first)
        assert [len(column["jobs"]["nodes"]) for column in board["board"]["columns"]] == [min(first, 30)] * 8
        assert {column["jobs"]["totalCount"] for column in board["board"]["columns"]} == {30}
        card = board["board"]["columns"][7]["jobs"]["nodes"][-1]
        assert (card["items"]["totalCount"], card["tasks"]["totalCount"], len(card["assignees"])) == (2, 2, 2)
        assert card["items"]["nodes"][0]["links"][0]["visit"]["stage"] == card["visits"]["nodes"][0]["stage"]
        print(f"board for the {name}: {few} statements")  # noqa: T201  # a number to keep an eye on
        assert many == few
        assert few <= 70


@pytest.mark.parametrize(
    ("name", "document", "most"),
    [("jobs", JOBS, 55), ("tasks", TASKS, 15), ("accounts", ACCOUNTS, 20), ("pipelines", PIPELINES, 14)],
)
async def test_a_list_takes_the_same_statements_whatever_its_length(
    boards: Boards, database: Database, name: str, document: str, most: int
) -> None:
    """A page of one and a page of all there are."""
    shop, employee, *_ = boards
    for who, client in (("owner", shop.owner), ("employee", employee)):
        few, short = await taken(database, client, document, n=1)
        many, long = await taken(database, client, document, n=60)
        assert len(short[name]["nodes"]) < len(long[name]["nodes"])
        print(f"{name} for the {who}: {few} statements")  # noqa: T201  # a number to keep an eye on
        assert many == few
        assert few <= most


async def test_nodes_take_a_statement_per_type_and_not_per_id(boards: Boards, database: Database) -> None:
    """API2: one id of each type, and many."""
    shop, employee, small, large = boards
    where = {
        "jobs": "pipeline_id = ANY($1)",
        "stages": "pipeline_id = ANY($1)",
        "pipelines": "id = ANY($1)",
        "accounts": "name LIKE 'Account %' AND cardinality($1::text[]) = 2",
        "tasks": "id IN (SELECT item_id FROM item_links l JOIN jobs j ON j.id = job_id WHERE pipeline_id = ANY($1))",
    }
    ids = [
        [row["id"] for row in await database.rows(f"SELECT id FROM {table} WHERE {test} LIMIT 30", [small, large])]
        for table, test in where.items()
    ]
    for client in (shop.owner, employee):
        few, _ = await taken(database, client, NODES, ids=[some[0] for some in ids])
        many, found = await taken(database, client, NODES, ids=[one for some in ids for one in some])
        assert len(found["nodes"]) == 77
        assert None not in found["nodes"]
        print(f"nodes: {few} statements")  # noqa: T201  # a number to keep an eye on
        assert many == few
        assert few <= 25


async def test_a_move_takes_few_statements_whatever_stands_in_the_column(boards: Boards, database: Database) -> None:
    """A mutation is one transaction; its cost depends neither on the column nor on the jobs around it."""
    shop, employee, small, large = boards
    document = """mutation ($input: MoveJobInput!) { moveJob(input: $input) {
        job { id version rank stage { id } } errors { code } } }"""
    counts = {}
    await database.rows("DELETE FROM job_followers")  # whom to tell takes some more, whatever their number (tests/jobs)
    for client in (shop.owner, employee):
        for pipeline_id in (small, large):
            stages = await database.rows("SELECT id FROM stages WHERE pipeline_id = $1 ORDER BY position", pipeline_id)
            job = await database.row("SELECT id, stage_id FROM jobs WHERE pipeline_id = $1 ORDER BY id", pipeline_id)
            assert job is not None
            target = next(stage["id"] for stage in stages if stage["id"] != job["stage_id"])
            given = {"jobId": job["id"], "stageId": target, "pendingItems": "KEEP"}
            given["expect"] = {"stageId": job["stage_id"]}
            count, data = await taken(database, client, document, input=given)
            assert data["moveJob"]["errors"] == []
            counts[client.member_id, pipeline_id] = count
    print(f"moveJob: {sorted(counts.values())} statements")  # noqa: T201  # a number to keep an eye on
    assert len(set(counts.values())) == 1
    assert max(counts.values()) <= 25


async def test_a_refused_move_stops_at_once(boards: Boards, database: Database) -> None:
    """A conflict costs less than a move."""
    shop, _, small, _ = boards
    rows = await database.rows("SELECT id, stage_id FROM jobs WHERE pipeline_id = $1", small)
    with counting(database) as statements:
        [error] = await shop.owner.refused(
            "moveJob", jobId=rows[0]["id"], stageId=rows[1]["stage_id"], expect={"version": 99}
        )
        assert error["code"] == "CONFLICT"
        print(f"refused moveJob: {len(statements)} statements")  # noqa: T201  # a number to keep an eye on
        assert len(statements) <= 15
