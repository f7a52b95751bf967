"""What servers answer, one answer at a time: PostgreSQL, a mail server, a web server."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

HEAD: Final = struct.Struct("!cI")
"""With which each message of PostgreSQL begins: its type, and its length without the type."""
IDLE: Final = b"I"
"""How PostgreSQL says that no transaction is open."""


@dataclass(frozen=True)
class Part:
    """Bytes of an answer."""

    data: bytes
    whole: bool = False
    """Whether the answer is complete with it: before that the client waits on."""
    step: str = ""
    """What has been done for the client, if it is a step of its work and not a look around."""


Answers = Callable[[asyncio.StreamReader], AsyncIterator[Part]]


async def postgres(reader: asyncio.StreamReader) -> AsyncIterator[Part]:
    """PostgreSQL's, over a connection without TLS. Steps are all statements of transactions, and all that write."""
    tag = ""
    while True:
        head = await reader.readexactly(HEAD.size)
        kind, length = HEAD.unpack(head)
        body = await reader.readexactly(length - 4)
        if kind == b"C":
            tag = body.rstrip(b"\0").decode()
        ready = kind == b"Z"
        yield Part(head + body, whole=ready, step=tag if ready and _is_step(tag, body) else "")
        tag = "" if ready else tag


def _is_step(tag: str, status: bytes) -> bool:
    word, _, rest = tag.partition(" ")
    wrote = word in {"INSERT", "UPDATE", "DELETE"} and not f" {rest}".endswith(" 0")
    return bool(tag) and (status != IDLE or word in {"COMMIT", "ROLLBACK"} or wrote)


async def smtp(reader: asyncio.StreamReader) -> AsyncIterator[Part]:
    """A mail server's. All of them are steps."""
    while line := await reader.readline():
        last = line[3:4] == b" "  # others go on with a hyphen
        yield Part(line, whole=last, step=line.decode().rstrip() if last else "")


async def http(reader: asyncio.StreamReader) -> AsyncIterator[Part]:
    """A web server's, short ones. All of them are steps."""
    while data := await reader.read(65536):
        yield Part(data, whole=True, step=data.partition(b"\r\n")[0].decode())
