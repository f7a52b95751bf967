"""A process that is killed amid an upload: no document without its bytes, no bytes without a document for ever."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from engine.files.sweeping import WAITS, sweep
from engine.work import system_clock
from store.objects import Objects
from tests.files.kit import PDF, Sending, sending
from tests.files.process import MEBIBYTE, Process, web_process
from tests.support.databases import value
from tests.support.wait import eventually

pytestmark = pytest.mark.slow

CONTENT = PDF + bytes(11 * MEBIBYTE)
LATER = timedelta(minutes=15)
"""After this an upload of so many bytes must have ended."""


async def strays(process: Process) -> int:
    """Objects that are nobody's, as far as the database knows."""
    return int(await process.api.database.value("SELECT count(*) FROM stray_objects"))


async def swept(process: Process, ahead: timedelta) -> int:
    """What a worker does some time later."""
    return await sweep(process.api.database, Objects.in_folder(process.folder), clock=lambda: system_clock() + ahead)


async def killed(process: Process) -> None:
    """Ends the process as a power cut would."""
    await process.running.send(signal.SIGKILL)


@asynccontextmanager
async def begun(process: Process, sent: int) -> AsyncIterator[tuple[str, Sending]]:
    """An upload of which so many bytes have been sent, and the id of its document."""
    asked = await process.request("report.pdf", len(CONTENT))
    async with sending(process.port, asked["uploadUrl"], len(CONTENT)) as upload:
        await upload.write(CONTENT[:sent])
        yield asked["id"], upload


async def waits(process: Process, document_id: str) -> bool:
    """Whether a document waits for its content."""
    sql = "SELECT state || coalesce(object_key, '') FROM documents WHERE id = $1"
    return bool(await process.api.database.value(sql, document_id) == "UPLOADING")


async def test_what_a_process_has_written_when_it_was_killed_is_swept(database_url: str, tmp_path: Path) -> None:
    """Parts of the object are in the storage. They stay until the upload must have ended, and then go."""
    async with (
        web_process(database_url, tmp_path) as process,
        begun(process, len(CONTENT) - 100) as (document_id, _),
    ):
        await eventually(process.stored, "parts of the object have been written")
        await killed(process)
        assert await waits(process, document_id)
        assert await swept(process, timedelta()) == 0
        assert (len(process.stored()), await strays(process)) == (1, 1)
        assert await swept(process, LATER) == 1
        assert (process.stored(), await strays(process)) == ([], 0)
        assert await waits(process, document_id)
        assert await swept(process, WAITS + LATER) == 1
        assert await process.api.database.value("SELECT count(*) FROM documents") == 0


async def test_an_object_that_was_written_whole_but_not_taken_is_swept(database_url: str, tmp_path: Path) -> None:
    """The process is killed after the last byte has been stored, and before its document says so."""
    async with (
        web_process(database_url, tmp_path) as process,
        begun(process, 100) as (document_id, upload),
    ):
        await eventually(lambda: strays(process), "the upload has begun")
        connection = await asyncpg.connect(database_url)
        async with connection.transaction():
            await connection.execute("SELECT FROM documents FOR UPDATE")  # which holds up whoever takes the object
            await upload.write(CONTENT[100:])
            await eventually(lambda: whole(process), "the object has been written")
            await killed(process)
        await connection.close()
        assert await waits(process, document_id)
        assert await swept(process, LATER) == 1
        assert (process.stored(), await strays(process)) == ([], 0)


def whole(process: Process) -> bool:
    """Whether an object stands under its own name, with all of its bytes."""
    return any("#" not in path.name and path.read_bytes() == CONTENT for path in process.stored())


async def test_a_deleted_document_is_gone_though_every_process_was_killed(database_url: str, tmp_path: Path) -> None:
    """Its bytes are nobody's from the very transaction that deletes it."""
    async with web_process(database_url, tmp_path) as process:
        asked = await process.request("report.pdf", len(CONTENT))
        assert (await process.api.http.put(asked["uploadUrl"], content=CONTENT)).status_code == 201
        await process.shop.owner.do("deleteDocument", documentId=asked["id"])
        await killed(process)
        assert (len(process.stored()), await strays(process)) == (1, 1)
        assert await swept(process, timedelta()) == 1
        assert (process.stored(), await strays(process)) == ([], 0)
        assert await value(database_url, "SELECT count(*) FROM documents") == 0
