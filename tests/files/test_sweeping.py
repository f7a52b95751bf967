"""What is nobody's is deleted, once, and nothing else ever (JB3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from engine.files import sweeping
from engine.files.sweeping import WAITS
from server import worker
from tests.files.kit import PDF, Office, code_of, sending
from tests.support.wait import eventually

LATER = timedelta(minutes=5)
"""After this an upload of a small file must have ended."""


async def test_the_worker_sweeps_without_being_asked(office: Office) -> None:
    """A deleted document's bytes are gone with its next round."""
    document = await office.file()
    stop = asyncio.Event()
    running = asyncio.create_task(
        worker.run(office.served.database, office.objects, lambda topic: None, stop, every=0.01)
    )
    await office.owner.do("deleteDocument", documentId=document["id"])
    await eventually(office.nothing_left, "the object is gone")
    stop.set()
    await asyncio.wait_for(running, 20)


async def test_many_sweep_at_the_same_time_and_each_object_goes_once(office: Office) -> None:
    """Of what is taken up by one, the others hear nothing."""
    for n in range(6):
        document = await office.file(f"{n}.pdf")
        await office.owner.do("deleteDocument", documentId=document["id"])
    kept = await office.file("kept.pdf")
    assert sum(await asyncio.gather(*(office.swept() for _ in range(4)))) == 6
    assert [path.read_bytes() for path in office.stored()] == [PDF]
    assert (await office.get(kept["downloadUrl"])).content == PDF


async def test_an_upload_that_takes_longer_than_it_may_has_not_happened(office: Office) -> None:
    """Its object was doomed meanwhile; the document never gets what is being deleted."""
    asked = await office.request()
    async with sending(office.served.port, asked["uploadUrl"], len(PDF)) as upload:
        await upload.write(PDF[:100])
        await eventually(lambda: office.begun(1), "the upload has begun")
        assert await office.swept(LATER) == 1
        await upload.write(PDF[100:])
        assert await upload.status() == 503  # what was being written went from under it
    assert await office.nothing_left()
    assert (await office.put(asked["uploadUrl"])).status_code == 201


async def test_what_a_document_has_taken_is_not_deleted_whoever_did_not_hear_of_it(office: Office) -> None:
    """The connection to the database may break just after the commit: the upload seems to have failed, and has not."""
    document = await office.file()
    key = str(await office.served.database.value("SELECT object_key FROM documents"))
    await sweeping.abandon(office.served.database, office.objects, key)
    assert await office.swept(WAITS + LATER) == 0
    assert (await office.get(document["downloadUrl"])).content == PDF


async def test_a_document_whose_content_never_came_goes_after_two_days(office: Office) -> None:
    """Its address is good for nothing then; what has its content stays."""
    kept, asked = await office.file(), await office.request("second.pdf")
    assert await office.swept(WAITS - LATER) == 0
    assert await office.swept(WAITS + LATER) == 1
    assert await office.seen(asked["id"]) is None
    assert code_of(await office.put(asked["uploadUrl"])) == (404, "NOT_FOUND")
    assert (await office.get(kept["downloadUrl"])).content == PDF
