"""Fair turns at something of which there is little."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Gate:
    """Lets a few in at a time, and of each owner one: who asks for much waits behind itself, not others behind it."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._owners: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """The owner's turn, while the context is entered."""
        own = self._owners.get(owner)
        if own is None:
            own = self._owners[owner] = asyncio.Lock()
        async with own, self._free:
            yield
