from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import parse, validate

from gql.schema import build_schema
from server import graphiql
from server.graphiql import FILES
from store.database import Database
from tests.clients.player import needs_node
from tests.server.door import Door, code_of, opened
from tests.support.api import Json, open_shop
from tests.support.served import Served, served_api
from tests.support.wait import eventually

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NAMES = ["react.production.min.js", "react-dom.production.min.js", "graphiql.min.js", "graphiql.min.css"]
WITHIN = 20.0
"""How long the page's script may take to tell the next thing, or to end, in seconds."""
NAMELESS = "subscription ($pipelineId: ID!) { boardEvents(pipelineId: $pipelineId) { changes { __typename } } }"
PAGE = """
const window = {};
const {origin, operation, options} = JSON.parse(process.argv[1]);
let fetch = (path, init) => globalThis.fetch(origin + path, init);
const tell = (value) => console.log(JSON.stringify(value));
"""
"""What the page's script finds in Node, where there is no page."""
ASK = "tell(await fetcher(operation, options));"
"""What GraphiQL does to run a query."""
FOLLOW = "for await (const result of fetcher(operation, options)) tell(result);"
"""What it does to run a subscription."""
FOLLOW_AND_STOP = """
const results = fetcher(operation, options);
tell((await results.next()).value);
tell((await results.next()).value);
const waiting = results.next();
tell([await results.return(), await waiting]);
process.stdin.resume();
"""
"""What it does when somebody presses stop while nothing happens. The page stays open."""
IN_BYTES = """
fetch = async () => new Response(new ReadableStream({start(stream) {
  for (const byte of new TextEncoder().encode(text)) stream.enqueue(Uint8Array.of(byte));
  stream.close();
}}));
"""
"""A network that delivers a text byte by byte."""
BROKEN_OFF = {"errors": [{"message": "The stream broke off. Run it again."}]}


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """A server that shows GraphiQL."""
    async with opened(database, graphiql=True) as door:
        yield door


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty `.ide/`."""
    monkeypatch.setattr(graphiql, "FOLDER", tmp_path)
    return tmp_path


async def page(door: Door) -> str:
    """The page that a browser gets."""
    response = await door.client.get("/graphql", headers=BROWSER)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return response.text


async def test_a_browser_gets_the_page_and_a_client_its_answer(door: Door) -> None:
    """Delivers 4: GraphiQL is served at the endpoint; queries by GET still work there, in browsers too."""
    assert "<title>Stageline · GraphiQL</title>" in await page(door)
    for headers in ({"accept": "application/json"}, BROWSER):
        response = await door.client.get("/graphql", params={"query": "{ echo }"}, headers=headers)
        assert response.json() == {"data": {"echo": "0"}}
    response = await door.ask("{ echo }", **BROWSER)
    assert response.json() == {"data": {"echo": "0"}}


async def test_the_root_leads_to_the_page(door: Door) -> None:
    """Delivers 4: whoever opens the server's address lands in GraphiQL."""
    response = await door.client.get("/", headers=BROWSER)
    assert (response.status_code, response.headers["location"]) == (303, "/graphql")


async def test_without_the_setting_there_is_no_page(database: Database) -> None:
    """Delivers 7: GraphiQL by setting, off by default; its files and the redirect go with it."""
    async with opened(database) as door:
        response = await door.client.get("/graphql", headers=BROWSER)
        assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
        assert (await door.client.get("/", headers=BROWSER)).status_code == 404
        assert (await door.client.get("/ide/graphiql.min.js")).status_code == 404


async def test_without_files_of_its_own_the_page_takes_them_from_the_cdn_by_hash(door: Door, no_files: Path) -> None:
    """Delivers 4: the very same versions, which the browser checks."""
    html = await page(door)
    assert re.findall(r'(?:src|href)="(https?:[^"]+)" integrity="(sha384-[^"]{64})" crossorigin="anonymous"', html) == [
        (f"https://unpkg.com/{file.package}@{file.version}/{file.path}", f"sha384-{file.sha384}") for file in FILES
    ]
    assert (await door.client.get("/ide/graphiql.min.js")).status_code == 404
    assert not list(no_files.iterdir())


@pytest.mark.parametrize("flat", [True, False])
async def test_with_files_of_its_own_the_page_needs_no_internet(door: Door, no_files: Path, *, flat: bool) -> None:
    """Delivers 4: what `make ide` installed is served from here, wherever in `.ide/` it lies."""
    for file in FILES:
        place = no_files / (file.name if flat else f"node_modules/{file.package}/{file.path}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"content of {file.name}")
    html = await page(door)
    assert "unpkg" not in html
    assert re.findall(r'(?:src|href)="/ide/([^"]+)"', html) == NAMES
    for name in NAMES:
        response = await door.client.get(f"/ide/{name}")
        assert (response.status_code, response.text) == (200, f"content of {name}")
        kind = "text/css" if name.endswith("css") else "text/javascript"
        assert response.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "..%2fpyproject.toml", "%2e%2e/pyproject.toml", "secret.txt", ""]
)
async def test_only_the_files_of_the_page_are_served(door: Door, no_files: Path, path: str) -> None:
    """Bad input: no path leads out of the list of files."""
    (no_files / "secret.txt").write_text("secret")
    assert (await door.client.get(f"/ide/{path}")).status_code == 404


async def test_the_page_runs_no_script_but_its_own(door: Door) -> None:
    """Delivers 7: a content security policy with a fresh nonce; nobody may frame the page."""
    nonces = set()
    for _ in range(2):
        response = await door.client.get("/graphql", headers=BROWSER)
        policy = response.headers["content-security-policy"]
        [nonce] = re.findall(r"'nonce-([^']+)'", policy)
        assert response.text.count(f'nonce="{nonce}"') == response.text.count("nonce=")
        assert response.text.count("<script") == 4
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self' 'nonce-" in policy
        assert "{{" not in response.text
        assert response.headers["cache-control"] == "no-store"
        nonces.add(nonce)
    assert len(nonces) == 2


async def test_the_page_sends_the_csrf_header(door: Door) -> None:
    """API5: a session by cookie works in GraphiQL."""
    assert '"X-Stageline-CSRF": "1"' in await page(door)


@pytest.mark.skipif(not graphiql.FILES[0].local(graphiql.FOLDER), reason="`make ide` was not run here")
def test_what_npm_delivers_has_the_pinned_hashes() -> None:
    """Delivers 4: or the browser would refuse the files."""
    for file in FILES:
        place = file.local(graphiql.FOLDER)
        assert place is not None
        assert base64.b64encode(hashlib.sha384(place.read_bytes()).digest()).decode() == file.sha384


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """A server that shows GraphiQL and answers Node."""
    async with served_api(database, graphiql=True) as served:
        yield served


def first_document() -> str:
    """What is in the editor of a new page."""
    [document] = re.findall(r"const firstQuery = `([^`]+)`", graphiql._PAGE)
    return str(document)


def test_what_the_page_proposes_is_valid() -> None:
    """Delivers 4: the operations in the editor of a new page fit the schema."""
    assert validate(build_schema()._schema, parse(first_document())) == []


@asynccontextmanager
async def played(program: str, origin: str, token: str | None, **operation: Any) -> AsyncIterator[Process]:
    """The script of the page in Node, and a program after it. It must end by itself and complain of nothing."""
    [script] = re.findall(r"<script nonce=[^>]+>(.+?)</script>", graphiql._PAGE, re.DOTALL)
    tree = parse(operation["query"], no_location=True).to_dict()
    options = {"headers": {"Authorization": f"Bearer {token}"}, "documentAST": tree}
    given = orjson.dumps({"origin": origin, "operation": operation, "options": options}).decode()
    command = ["node", "--input-type=module", "--eval", PAGE + script + program, given]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        yield process
        rest = await asyncio.wait_for(process.communicate(b""), WITHIN)
        assert (process.returncode, *rest) == (0, b"", b"")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def told(process: Process) -> Any:
    """What the program tells next, or None at its end."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), WITHIN)
    return orjson.loads(line) if line else None


async def answer(program: str, served: Served, token: str | None, **operation: Any) -> Json:
    """The one answer to an operation that ends by itself."""
    async with played(program, served.origin, token, **operation) as process:
        found: Json = await told(process)
        assert await told(process) is None
    return found


@needs_node
async def test_the_page_follows_a_board_until_somebody_presses_stop(served: Served) -> None:
    """LV6: then the server lets go of the stream, though the page stays open; and it can be followed again."""
    shop = await open_shop(served)
    follow = {"query": first_document(), "operationName": "Follow", "variables": {"pipelineId": shop.pipeline}}
    before = asyncio.all_tasks()
    for _ in range(2):
        async with played(FOLLOW_AND_STOP, served.origin, shop.owner.token, **follow) as process:
            assert (await told(process))["data"]["boardEvents"]["changes"] == []
            await shop.job("Live")
            changes = (await told(process))["data"]["boardEvents"]["changes"]
            assert {"__typename": "JobUpserted", "job": {"name": "Live", "stage": {"name": "First"}}} in changes
            assert await told(process) == [{"done": True}, {"done": True}]
            await eventually(lambda: asyncio.all_tasks() <= before, "the server lets go of the stream")
            assert process.returncode is None


@needs_node
@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
async def test_the_page_shows_why_there_is_no_stream(served: Served, *, named: bool) -> None:
    """LV6, API5: a board that is not there, a bad token; whether the subscription has a name or not."""
    shop, other = await open_shop(served), await open_shop(served)
    document = {"query": first_document(), "operationName": "Follow"} if named else {"query": NAMELESS}
    for token, code in [(shop.owner.token, "NOT_FOUND"), ("sl_unknown", "UNAUTHENTICATED")]:
        found = await answer(FOLLOW, served, token, **document, variables={"pipelineId": other.pipeline})
        assert [error["extensions"]["code"] for error in found["errors"]] == [code]


@needs_node
@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
async def test_the_page_runs_queries_beside_subscriptions(served: Served, *, named: bool) -> None:
    """Delivers 4: what is no subscription has one answer, also where the document holds one."""
    shop = await open_shop(served)
    nameless = {"query": "{ pipelines { nodes { name } } }"}
    document = {"query": first_document(), "operationName": "Pipelines"} if named else nameless
    found = await answer(ASK, served, shop.owner.token, **document)
    assert [node["name"] for node in found["data"]["pipelines"]["nodes"]] == ["Tax"]


@needs_node
@pytest.mark.parametrize(
    ("end", "last"),
    [("event: complete\ndata:\n\n", []), ("", [BROKEN_OFF]), ("id: 3\nevent: ne", [BROKEN_OFF])],
    ids=["complete", "cut", "cut within an event"],
)
async def test_the_page_reads_a_stream_however_the_network_cuts_it(end: str, last: list[Json]) -> None:
    """LV6: events cut into pieces, pings between them; what ends without ``complete`` broke off."""
    events = ':\n\nid: 1\nevent: next\ndata: {"data":"\u00fc"}\n\n:\n\nevent: next\ndata: {"data":2}\n\n'
    program = f"const text = {orjson.dumps(events + end).decode()};" + IN_BYTES + FOLLOW
    async with played(program, "", None, query=NAMELESS) as process:
        for result in [{"data": "\u00fc"}, {"data": 2}, *last, None]:
            assert await told(process) == result
