"""Takes away what uploads that broke off, and documents that were deleted, have left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from engine.work import Clock, system_clock
from store.database import Database
from store.objects import Objects, StorageError
from store.writes import documents as writes

AT_ONCE: Final = 100
"""Objects that are taken up at once."""
AGAIN_AFTER: Final = timedelta(minutes=10)
"""When an object is tried again that could not be deleted, or whose worker died over it."""
WAITS: Final = timedelta(days=2)
"""How long a document waits for its content: longer than the slowest upload takes."""

_log = structlog.get_logger("stageline.files")


async def sweep(database: Database, objects: Objects, *, clock: Clock = system_clock) -> int:
    """Deletes objects that are nobody's, and documents whose content never came; answers how many. Safe anywhere."""
    done = await writes.forget_unfilled(database, clock() - WAITS)
    while keys := await writes.claim_strays(database, clock(), clock() + AGAIN_AFTER, AT_ONCE):
        gone = [key for key in keys if await _delete(objects, key)]
        await writes.forget_strays(database, gone)
        done += len(gone)
    return done


async def abandon(database: Database, objects: Objects, key: str) -> None:
    """Deletes an object that was announced and is to be nobody's: now, or soon where the storage fails.

    One that its document has taken stays: what failed was to hear of it.
    """
    if await writes.abandon(database, key, system_clock()) and await _delete(objects, key):
        await writes.forget_strays(database, [key])


async def _delete(objects: Objects, key: str) -> bool:
    try:
        await objects.delete(key)
    except StorageError as error:
        _log.warning("object_not_deleted", key=key, error=repr(error))
        return False
    return True
