"""What every transport works with while the application runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from engine.access import id_of
from engine.firm.sessions import Claim, Claims, Identity, authenticate
from gql.following import Followings
from gql.masking import MaskedSchema
from live.hub import Hub
from live.presence import Presence
from live.seats import Seat, Sink
from live.tail import Tails
from resolvers.context import Context
from resolvers.following import Who
from server.settings import Settings
from server.transports.bodies import Bodies
from server.transports.operation import Operation
from server.transports.results import TooManyStreams
from store.database import Database
from store.objects import Objects


@dataclass(slots=True)
class Service:
    """The schema and what its operations run on. ``stop`` is set when streams are to end, because the server does."""

    schema: MaskedSchema
    settings: Settings
    database: Database
    notify: Callable[[str], None]
    tails: Tails
    hub: Hub
    presence: Presence
    stop: asyncio.Event
    bodies: Bodies
    objects: Objects
    claims: Claims = field(default_factory=Claims)
    followings: Followings = field(default_factory=Followings)
    sockets: int = 0
    """WebSocket connections that are open."""
    base_url: str = field(init=False)

    def __post_init__(self) -> None:
        self.base_url = self.settings.base_url

    async def known(self, token: str) -> Identity:
        """Whose token it is. Raises Refused."""
        return await authenticate(self.database, token, claims=self.claims)

    def context(self, identity: Identity | None, address: str, claim: Claim | None = None) -> Context:
        """The context of one operation."""
        return Context(
            database=self.database,
            identity=identity,
            address=address,
            notify=self.notify,
            tails=self.tails,
            presence=self.presence,
            session_lifetime=timedelta(hours=self.settings.session_hours),
            claim=claim,
            base_url=self.base_url,
        )

    def join(self, operation: Operation, context: Context, sink: Sink) -> Seat:
        """Takes on a subscription whose resolver a context has met. Raises TooManyStreams."""
        assert context.identity is not None  # whoever follows something is a reader, or a client
        most, person_id = self.settings.max_streams, id_of(context.identity.party)
        if self.hub.streams_of(context.firm_id, person_id) >= most:
            raise TooManyStreams(f"At most {most:,} streams may be open at a time.")
        stream = self.followings.of(self.schema, operation.query, operation.variables, context)
        who, after = context.identity, context.wanted.wanted.after
        seat = Seat(stream, sink, Who(who), person_id, who.session_id, after, resumes=after is not None)
        self.hub.join(seat)
        return seat
