"""The bare server to compare with: uvicorn as we run it, and an application that sends one text to all, for ever."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn
import uvloop

_TEXT = '{"id":"1","type":"next","payload":%s}'


def _application(payload: str) -> Any:
    text, clients = _TEXT % payload, []

    async def blast() -> None:
        while clients:  # with nobody there it must not take the processor from what is measured next
            for send in list(clients):
                try:
                    await send({"type": "websocket.send", "text": text})
                except Exception:  # noqa: BLE001  (it has gone)
                    clients.remove(send)
            await asyncio.sleep(0)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        await receive()
        await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
        await receive()
        await send({"type": "websocket.send", "text": text})
        clients.append(send)
        if len(clients) == 1:
            asyncio.create_task(blast())  # noqa: RUF006  (as long as there are any)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    return application


async def _serve(port: int, payload: str) -> None:
    config = uvicorn.Config(
        _application(payload),
        port=port,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
