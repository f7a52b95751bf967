"""What tests of files work with: uploads and downloads as clients do them, and what lies where afterwards."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from engine.files.sweeping import sweep
from engine.work import system_clock
from store.database import Database
from store.objects import Objects
from tests.support.api import Client, Json, Shop
from tests.support.served import Served, served_api

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
FIELDS = """id name mediaType size sha256 state sharedAt version downloadUrl uploadUrl
  account { id } job { id } uploadedBy { id }"""


@dataclass
class Office:
    """A firm on a server whose files lie in a folder."""

    served: Served
    shop: Shop
    folder: Path

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    @property
    def objects(self) -> Objects:
        """What the server keeps files in."""
        return Objects.in_folder(self.folder)

    async def request(
        self, name: str = "report.pdf", content: bytes = PDF, by: Client | None = None, **given: str
    ) -> Json:
        """A document that waits for its content."""
        about = given or {"accountId": self.shop.account}
        size = {"size": len(content)} | about
        asked: Json = await (by or self.owner).do("requestUpload", f"document {{ {FIELDS} }}", name=name, **size)
        return asked

    async def put(self, url: str, content: bytes = PDF, **headers: str) -> httpx.Response:
        """Uploads a content."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.served.http.put(url, content=content, headers=named)

    async def get(self, url: str, **headers: str) -> httpx.Response:
        """Downloads."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.served.http.get(url, headers=named)

    async def file(
        self, name: str = "report.pdf", content: bytes = PDF, by: Client | None = None, **given: str
    ) -> Json:
        """A document with its content."""
        asked = await self.request(name, content, by, **given)
        answer = await self.put(asked["uploadUrl"], content)
        assert answer.status_code == 201, answer.text
        found = await self.seen(asked["id"], by)
        assert found is not None
        return found

    async def seen(self, document_id: str, by: Client | None = None) -> Json | None:
        """A document as a member sees it."""
        document = f"query ($id: ID!) {{ document(id: $id) {{ {FIELDS} }} }}"
        found: Json | None = (await (by or self.owner).query(document, id=document_id))["document"]
        return found

    def stored(self) -> list[Path]:
        """All that lies in the folder."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    async def strays(self) -> int:
        """How many objects are nobody's, as far as the database knows."""
        return int(await self.served.database.value("SELECT count(*) FROM stray_objects"))

    async def nothing_left(self) -> bool:
        """Whether there is neither a file nor an object that is still to be deleted."""
        return not self.stored() and await self.strays() == 0

    async def begun(self, number: int) -> bool:
        """Whether so many uploads are under way."""
        return await self.strays() == number

    async def swept(self, ahead: timedelta = timedelta()) -> int:
        """What the worker does, now or when some time has passed."""
        return await sweep(self.served.database, self.objects, clock=lambda: system_clock() + ahead)

    def beside(self, database: Database, **settings: Any) -> AbstractAsyncContextManager[Served]:
        """Another server with other settings."""
        return served_api(database, data_dir=self.folder.parent, **settings)


@dataclass(frozen=True)
class Sending:
    """A request whose body is written by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, content: bytes) -> None:
        """Sends a part of the body, all of which the system has taken when this returns."""
        self.writer.write(content)
        await self.writer.drain()

    async def status(self) -> int:
        """The status of the answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)
        return int(head.split()[1])


@asynccontextmanager
async def sending(port: int, url: str, length: int) -> AsyncIterator[Sending]:
    """The head of an upload, whose body is to follow. The connection is cut in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = urlsplit(url).path
    writer.write(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n".encode())
    try:
        yield Sending(reader, writer)
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def sha256(content: bytes) -> str:
    """The hash as documents show it."""
    return hashlib.sha256(content).hexdigest()


def token_of(url: str) -> str:
    """The pass at the end of an address."""
    return urlsplit(url).path.rpartition("/")[2]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]
