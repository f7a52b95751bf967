"""The roll of those who look at something, kept in Redis for all processes, with an expiry for each entry."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from live.redis_backend import ANSWER_SECONDS, client

AT_ONCE: Final = 8
"""Exchanges at the same time; each takes a connection."""

_PREFIX: Final = "stageline:"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# A sorted set for each thing that is looked at: an entry is a process, since when, and a member; its score is the time
# at which it expires, by the clock of Redis alone.
_EXCHANGE: Final = """
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local expiry, left = tonumber(ARGV[1]), tonumber(ARGV[2])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
    for n = 3, #ARGV do
        if n < 3 + left then
            redis.call('ZREM', KEYS[1], ARGV[n])
        else
            redis.call('ZADD', KEYS[1], now + expiry, ARGV[n])
        end
    end
    redis.call('PEXPIRE', KEYS[1], expiry)
    local found = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
    for n = 2, #found, 2 do
        found[n] = tonumber(found[n]) - now
    end
    return found
"""


@dataclass(frozen=True, order=True, slots=True)
class Present:
    """A member who looks, and since when without a pause."""

    since: datetime
    member_id: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody who looks through another process, as long as that has not expired (by this process's timer)."""

    present: Present
    until: float


class Roll:
    """One process's way to the roll. ``timer`` counts seconds, as ``time.monotonic`` does."""

    def __init__(self, url: str, expiry_seconds: float, timer: Callable[[], float]) -> None:
        self._redis = client(url, Retry(NoBackoff(), 1))  # one retry: a pooled connection may have died unseen
        self._exchange = self._redis.register_script(_EXCHANGE)
        self._expiry = round(expiry_seconds * 1000)
        self._timer = timer
        self._process = secrets.token_hex(8)
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def exchange(self, topic: str, here: Iterable[Present], left: Collection[Present]) -> list[Elsewhere]:
        """Enters who is here anew, strikes out who has left, and answers who is elsewhere.

        Raises RedisError, OSError or TimeoutError in an outage.
        """
        said: list[str | int | bytes] = [self._expiry, len(left), *map(self._entry, left), *map(self._entry, here)]
        async with asyncio.timeout(ANSWER_SECONDS), self._turns:
            found = await self._exchange(keys=[_PREFIX + topic], args=said)
        heard = [self._read(entry.decode(), left) for entry, left in zip(found[::2], found[1::2], strict=True)]
        return [one for one in heard if one is not None]

    async def close(self) -> None:
        """Closes its connections."""
        await self._redis.aclose()

    def _entry(self, present: Present) -> str:
        return f"{self._process} {(present.since - _EPOCH) // _MILLISECOND} {present.member_id}"

    def _read(self, entry: str, left: int) -> Elsewhere | None:
        """What another process has entered, with the milliseconds until it expires."""
        process, since, member_id = entry.split(" ", 2)
        if process == self._process:
            return None
        return Elsewhere(Present(_EPOCH + int(since) * _MILLISECOND, member_id), self._timer() + left / 1000)
