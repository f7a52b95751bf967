"""Where the bytes of files lie: a folder, or a bucket of S3 and its kin. They are written and read in pieces."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

if TYPE_CHECKING:
    from obstore.store import RetryConfig

PIECE: Final = 1024 * 1024
"""Bytes that are read at once."""
PART: Final = 5 * 1024 * 1024
"""Bytes of a part of an object that is written: buckets take no smaller ones, but as the last."""
PARTS_AT_ONCE: Final = 2
"""Of one object, beside the one that is being filled."""
_RETRIES: Final[RetryConfig] = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
"""How long a bucket that fails is asked again, while a client waits."""
BUCKETS: Final = frozenset({"s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss"})
"""Schemes of URLs, beside ``file``."""


class StorageError(Exception):
    """The storage cannot be read or written now, or has not what it should have."""


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise StorageError(f"{type(error).__name__}: {error}") from error


class Objects:
    """A storage of objects. Each has a key of its own and never changes."""

    def __init__(self, connect: Callable[[], ObjectStore], folder: Path | None = None) -> None:
        self._connect = connect
        self.folder = folder
        """Where the objects are files; None in a bucket."""

    @classmethod
    def of(cls, url: str) -> Self:
        """The storage of a URL: ``file:///folder``, or a bucket such as ``s3://bucket/prefix``. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
            return cls.in_folder(Path(unquote(parts.path)))
        if parts.scheme not in BUCKETS or not parts.netloc:
            raise ValueError("must look like s3://bucket/prefix, gs://bucket, az://container or file:///folder")
        return cls(lambda: from_url(url, retry_config=_RETRIES))  # which finds credentials in the environment

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Files in a folder. It is made when it is first needed, for nobody else's eyes."""

        def connect() -> ObjectStore:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(folder)

        return cls(connect, folder)

    @cached_property
    def _store(self) -> ObjectStore:
        return self._connect()

    async def write(self, key: str, content: AsyncIterator[bytes]) -> None:
        """Writes an object whole or, where ``content`` raises, not at all; raises what it raised, or StorageError.

        Where a process dies amid this, something may be left under the key: ``delete`` takes that away, too.
        """
        with _told():
            await obstore.put_async(
                self._store, key, content, use_multipart=True, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
            )
            if self.folder is not None:
                await asyncio.to_thread(_settle, self.folder / key)

    async def read(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes from ``start`` to before ``end``, a piece at a time. Raises StorageError.

        Each piece is asked for by itself: however slow the reader is, no request to a bucket gets old.
        """
        for first in range(start, end, PIECE):
            with _told():
                piece = await obstore.get_range_async(self._store, key, start=first, end=min(first + PIECE, end))
            yield bytes(piece)

    async def delete(self, key: str) -> None:
        """Deletes an object, and what was left of one that was not written to its end. What is not there is gone.

        Raises StorageError.
        """
        with _told():
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)
            if self.folder is not None:
                await asyncio.to_thread(_forget_parts, self.folder / key)


def _settle(path: Path) -> None:
    """Has the system write a file, its name and its folder's to the disk, as the database does with what it knows."""
    for place in (path, path.parent, path.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _forget_parts(path: Path) -> None:
    """Deletes what obstore has named like the file and a number, until it would have been whole."""
    for part in path.parent.glob(f"{path.name}#*"):
        part.unlink(missing_ok=True)
