"""broadcaster's hub, with a bound: a subscriber holds at most one event that it has not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from broadcaster import Broadcast, Event

from live.tasks import end

Queue = asyncio.Queue[Event]


class CoalescingBroadcast(Broadcast):
    """A ``Broadcast`` for messages that all say the same, so that many unread ones are as good as one.

    What it changes of broadcaster 0.3.1: queues hold one event; two first subscribers of a channel may come at once;
    a subscription that fails leaves nothing behind; closing waits for the end.
    """

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Queue]:
        """Subscribes to ``channel``. When this is entered, what is published from now on arrives in the queue."""
        queue: Queue = asyncio.Queue(maxsize=1)
        queues = self._subscribers.setdefault(channel, set())
        queues.add(queue)  # type: ignore[arg-type]  # theirs may hold None as well, for the end
        try:
            await self._backend.subscribe(channel)
            yield queue
        finally:
            queues.discard(queue)
            if not queues and self._subscribers.get(channel) is queues:
                del self._subscribers[channel]
                await self._backend.unsubscribe(channel)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def disconnect(self) -> None:
        """Ends delivery and closes the backend."""
        await end(self._listener_task)
        await self._backend.disconnect()

    def deliver(self, event: Event) -> None:
        """Hands an event to this process's subscribers, without the broker."""
        for queue in self._subscribers.get(event.channel, ()):
            if queue.empty():
                queue.put_nowait(event)

    async def _listener(self) -> None:
        while True:
            self.deliver(await self._backend.next_published())
