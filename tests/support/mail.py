"""A real mail server of the test suite's own, on a free loopback port, that a test can make misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from store.database import Database
from store.ids import new_id

USER, PASSWORD = "kontor", "a password: with@signs/in it"


@dataclass(frozen=True)
class Received:
    """One message that the server has taken, with its envelope."""

    envelope_from: str
    envelope_to: list[str]
    content: bytes
    encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        """The message as a mail program reads it."""
        return message_from_bytes(self.content, _class=EmailMessage, policy=default)

    def part(self, kind: str) -> str:
        """The text, or the HTML, as it is shown."""
        body = self.message.get_body((kind,))
        assert isinstance(body, EmailMessage), f"there is no {kind}"
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class PostOffice:
    """The server. What it has taken is in ``received``, in order."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    """What it says instead of yes: after RCPT or DATA, for instance 550 5.1.1 No such user."""
    unknown: set[str] = field(default_factory=set)
    """Addresses that it does not know."""
    stalls: bool = False
    """Whether it takes a message and then says nothing any more."""
    drops: bool = False
    """Whether it takes a message and then breaks the connection instead of saying so."""
    hangs_up: bool = False
    """Whether it breaks the connection once it has said that it took the message."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what it has taken, in order."""
        return [str(received.message["Message-ID"]) for received in self.received]

    async def handle_RCPT(  # noqa: N802  # names of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Someone is to get a message."""
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        if address in self.unknown:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A message has come."""
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.content, bytes)
        login: Any = session.auth_data
        user = login.login.decode() if isinstance(login, LoginPassword) else None
        transport: Any = server.transport
        encrypted = transport.get_extra_info("ssl_object") is not None
        self.received.append(Received(str(envelope.mail_from), envelope.rcpt_tos, envelope.content, encrypted, user))
        if self.stalls:
            await self.closing.wait()
        if self.drops:
            transport.abort()
        if self.hangs_up:
            asyncio.get_running_loop().call_soon(transport.close)
        return "250 Taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        """Whether a user and a password are right."""
        right = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=given)


async def stored_email(database: Database, account_id: str, job_id: str | None = None, *, state: str = "FAILED") -> str:
    """An e-mail about an account, in a state, as if it had been made long ago; answers its id."""
    email_id = new_id("email")
    await database.rows(
        """
        INSERT INTO emails (id, firm_id, account_id, job_id, contact_id, state, to_name, to_address, from_name, subject,
            text, message_id, attempts, created_at, updated_at)
        SELECT $1, a.firm_id, a.id, $3, 'contact_gone', $4, 'Ann', 'ann@client.test', 'Kontor', 'Hello', 'Hello Ann',
            '<' || $1::text || '@kontor.test>', 0, clock_timestamp(), clock_timestamp()
        FROM accounts a WHERE a.id = $2
        """,
        email_id,
        account_id,
        job_id,
        state,
    )
    return email_id


@dataclass(frozen=True)
class Certificates:
    """A certificate for ``localhost``, and what trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext

    @classmethod
    def fresh(cls) -> Certificates:
        """New ones (some milliseconds)."""
        authority = trustme.CA()
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(server)
        client = ssl.create_default_context()
        authority.configure_trust(client)
        return cls(server, client)


@asynccontextmanager
async def post_office(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> AsyncIterator[PostOffice]:
    """Runs a server while the context is entered: one that offers STARTTLS, one that is encrypted, or a plain one."""
    office = PostOffice()

    def talk() -> SMTP:
        office.connections += 1
        return SMTP(
            office,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=office.authenticate if login else None,
            auth_required=login and starttls is not None,
            auth_require_tls=starttls is not None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        office.closing.set()
        server.close()
        await server.wait_closed()
