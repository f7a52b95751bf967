"""Letters as files in a folder, where no mail server is set: to try Stageline, and to look at what it would send."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.errands import Undelivered
from engine.mail.letters import Letter
from server.delivery.message import message

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9@._-]+")


class Mailbox:
    """Writes each letter to a file named by its Message-ID: the same letter again is the same file again (AU1)."""

    def __init__(self, folder: Path, mail_from: str) -> None:
        self._folder = folder
        self._mail_from = mail_from

    async def __call__(self, letter: Letter) -> str:
        """Writes a letter; answers the name of its file. Raises Undelivered."""
        content = message(letter, self._mail_from)
        path = self._folder / f"{_UNSAFE.sub('', letter.message_id)}.eml"
        try:
            await asyncio.to_thread(_write, path, content)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            text = f"The folder {self._folder} cannot be written to ({reason}). Correct DATA_DIR."
            raise Undelivered(text, permanent=False) from error
        return path.name


def _write(path: Path, content: bytes) -> None:
    """Puts a file there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
