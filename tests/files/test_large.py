"""Large files: a gibibyte goes through a process in both ways without its memory growing with it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.files.process import MEBIBYTE, web_process

pytestmark = pytest.mark.slow

SIZE = 1024 * MEBIBYTE
GROWS = 64 * MEBIBYTE
"""What the process may take more than before: some parts of a few mebibytes, and what the allocator keeps of them."""


async def content(digest: hashlib._Hash) -> AsyncIterator[bytes]:
    """A gibibyte that is nowhere as a whole."""
    for n in range(SIZE // MEBIBYTE):
        piece = b"PK\x03\x04" * (MEBIBYTE // 4) if n == 0 else n.to_bytes(4, "big") * (MEBIBYTE // 4)
        digest.update(piece)
        yield piece


async def test_a_gibibyte_comes_and_goes_in_constant_memory(database_url: str, tmp_path: Path) -> None:
    """JB3: the most that the process ever took is some tens of mebibytes more than before."""
    async with web_process(database_url, tmp_path) as process:
        asked = await process.request("archive.zip", SIZE)
        before = process.forget_peak()
        sent = hashlib.sha256()
        answer = await process.api.http.put(asked["uploadUrl"], content=content(sent))
        assert answer.status_code == 201, answer.text
        assert process.peak() - before < GROWS
        print(f"up: {(process.peak() - before) >> 20} MiB more than {before >> 20}")  # noqa: T201
        process.forget_peak()
        document = await process.seen(asked["id"])
        assert (document["state"], document["sha256"]) == ("READY", sent.hexdigest())
        got, count = hashlib.sha256(), 0
        async with process.api.http.stream("GET", document["downloadUrl"]) as answer:
            async for piece in answer.aiter_raw():
                got.update(piece)
                count += len(piece)
        assert (count, got.hexdigest()) == (SIZE, sent.hexdigest())
        assert process.peak() - before < GROWS
        for path in process.stored():
            path.unlink()  # pytest would keep it
