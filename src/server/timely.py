"""Answers in pieces, to clients that may go or not read."""

from __future__ import annotations

import asyncio

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from live.tasks import end


class Timely(StreamingResponse):
    """Ends when its client goes, and gives up on one that does not take a piece within ``seconds``.

    Starlette would cancel it time and again until it has ended, cleaning up included; here it is cancelled once.
    """

    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the pieces until they end or the client goes."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self.seconds):
                await send(message)

        sending = asyncio.create_task(self.stream_response(send_in_time))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(leaving, sending)
        if not sending.cancelled():
            try:
                sending.result()
            except TimeoutError:  # uvicorn cuts the connection of an unfinished answer
                self.gave_up()

    def gave_up(self) -> None:
        """The client did not read."""
