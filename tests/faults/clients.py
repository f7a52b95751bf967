"""A client that knows what it knows: a question is asked until it is answered, a change without an answer is told."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.support.api import Client, Json

PAUSE_SECONDS: Final = 0.2
"""How long a client waits before it asks again."""
ANSWERED_WITHIN: Final = 60.0
"""How long there may be no answer at all, in seconds: everything may be down for some of it."""


class Unanswered(Exception):
    """Nobody knows whether the mutation was done."""


@dataclass
class Patient(Client):
    """Somebody who calls the API over a network that breaks."""

    async def answer(self, document: str, **variables: Any) -> Json:
        """The answer. Raises Unanswered for a mutation; asks on where it is a query."""
        began = time.monotonic()
        while True:
            try:
                return await self._ask(document, variables)
            except Unanswered:
                if document.startswith("mutation") or time.monotonic() - began > ANSWERED_WITHIN:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _ask(self, document: str, variables: Json) -> Json:
        try:
            answer: Json = (await self.post(document, variables)).json()
        except httpx.TransportError as error:
            raise Unanswered(repr(error)) from error
        if any(error["extensions"]["code"] == "UNAVAILABLE" for error in answer.get("errors", ())):
            raise Unanswered(str(answer["errors"]))
        return answer


def patient(client: Client) -> Patient:
    """The same person, patient."""
    return Patient(client.http, client.token, client.member_id)
