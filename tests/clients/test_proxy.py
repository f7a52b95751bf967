"""The network that tests break leaves nothing open itself."""

from __future__ import annotations

import asyncio
import gc
import socket
from contextlib import suppress

import pytest

from tests.clients.proxy import running_proxy
from tests.support.redis import free_port


@pytest.mark.parametrize("steps", range(6))
async def test_it_is_gone_with_whoever_was_just_coming(steps: int) -> None:
    """So many steps of the loop after somebody has connected; what is left open is an error of this suite."""
    async with running_proxy(free_port()) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port)) as coming:
            for _ in range(steps):
                await asyncio.sleep(0)
            await proxy.close()
            coming.settimeout(5)
            with suppress(ConnectionError):
                assert coming.recv(1) == b""
    gc.collect()
