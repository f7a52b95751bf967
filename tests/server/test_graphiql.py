from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server import graphiql
from server.graphiql import FILES
from store.database import Database
from tests.server.door import Door, code_of, opened

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NAMES = ["react.production.min.js", "react-dom.production.min.js", "graphiql.min.js", "graphiql.min.css"]


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
