"""A server that speaks S3, as a process of its own on a loopback port, with one bucket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.redis import free_port
from tests.support.wait import eventually

BUCKET = "files"


@dataclass(frozen=True)
class Bucket:
    """The bucket."""

    http: httpx.AsyncClient

    @property
    def environment(self) -> dict[str, str]:
        """What lets an S3 client find it and in."""
        return {
            "AWS_ENDPOINT": str(self.http.base_url).rstrip("/"),
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    async def keys(self) -> list[str]:
        """What lies in it."""
        return _between((await self.http.get(f"/{BUCKET}?list-type=2")).text, "Key")

    async def unfinished(self) -> list[str]:
        """Uploads in parts that were neither finished nor aborted."""
        return _between((await self.http.get(f"/{BUCKET}?uploads")).text, "UploadId")


def _between(text: str, tag: str) -> list[str]:
    return [part.partition(f"</{tag}>")[0] for part in text.split(f"<{tag}>")[1:]]


@asynccontextmanager
async def running_bucket(folder: Path) -> AsyncIterator[Bucket]:
    """The server while the context is entered. What it says is a file in the folder."""
    port = free_port()
    with (folder / "s3.txt").open("wb") as log:
        command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
        process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            await eventually(lambda: _answers(http), "the S3 server answers", within=60.0)
            (await http.put(f"/{BUCKET}")).raise_for_status()
            yield Bucket(http)
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/moto-api/")).status_code < 500
    except httpx.TransportError:
        return False
