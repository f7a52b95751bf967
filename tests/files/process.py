"""A web process of its own, as an operator starts it, that can be killed and whose memory can be measured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.files.kit import FIELDS
from tests.support.api import Json, Remote, Shop, open_shop, remote_api
from tests.support.processes import Running, running
from tests.support.redis import free_port

MEBIBYTE = 1024 * 1024


@dataclass
class Process:
    """The process, a firm on it, and its folder of files."""

    running: Running
    api: Remote
    shop: Shop
    folder: Path
    port: int

    async def request(self, name: str, size: int) -> Json:
        """A document that waits for its content."""
        given = {"name": name, "size": size, "accountId": self.shop.account}
        asked: Json = await self.shop.owner.do("requestUpload", f"document {{ {FIELDS} }}", **given)
        return asked

    async def seen(self, document_id: str) -> Json:
        """A document as the owner sees it."""
        query = f"query ($id: ID!) {{ document(id: $id) {{ {FIELDS} }} }}"
        found: Json = (await self.shop.owner.query(query, id=document_id))["document"]
        return found

    def stored(self) -> list[Path]:
        """All that lies in the folder."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def forget_peak(self) -> int:
        """From here on ``peak`` counts anew; answers the memory that the process has now, in bytes."""
        self._of_process("clear_refs").write_text("5")
        return self.peak()

    def peak(self) -> int:
        """The most memory that the process has had since then, in bytes."""
        [line] = [one for one in self._of_process("status").read_text().splitlines() if one.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def _of_process(self, name: str) -> Path:
        return Path(f"/proc/{self.running.process.pid}/{name}")


@asynccontextmanager
async def web_process(database_url: str, folder: Path, *, shop: Shop | None = None) -> AsyncIterator[Process]:
    """``stageline web`` while the context is entered, with a new firm unless there is one."""
    port, at = free_port(), folder / f"web-{len(list(folder.iterdir()))}"
    at.mkdir()
    settings = {"DATABASE_URL": database_url, "PORT": str(port), "DATA_DIR": str(folder / "data")}
    async with (
        running("web", folder=at, **settings) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=120) as http,
        remote_api(database_url, http) as api,
    ):
        await process.says("Stageline runs on")
        found = await open_shop(api)
        yield Process(process, api, found, folder / "data" / "files", port)
