"""Sending letters through a mail server."""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final

import aiosmtplib

from engine.errands import Undelivered
from engine.mail.letters import Letter
from server.delivery.message import message, recipient, returns_to
from server.delivery.smtp_url import Encryption, MailServer

COMMAND_SECONDS: Final = 20.0
"""How long the server may take for one answer."""
LETTER_SECONDS: Final = 50.0
"""How long one letter may take in all."""
GOODBYE_SECONDS: Final = 2.0
"""How long we wait to be let go of, once the letter has been accepted."""
ANSWER_LENGTH: Final = 500
"""How many characters of an answer are kept."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]+")


class SmtpSender:
    """Sends each letter over a connection of its own.

    What the server says to the letter itself decides: 5xx is for good, 4xx for now. All that goes wrong before it is
    about the connection or our settings, and for now, too: a wrong password must not cost anybody's mail.
    """

    def __init__(
        self,
        server: MailServer,
        mail_from: str,
        *,
        tls: ssl.SSLContext | None = None,
        command_seconds: float = COMMAND_SECONDS,
        letter_seconds: float = LETTER_SECONDS,
    ) -> None:
        self._server = server
        self._mail_from = mail_from
        self._tls = tls or ssl.create_default_context()
        self._command_seconds = command_seconds
        self._letter_seconds = letter_seconds

    async def __call__(self, letter: Letter) -> str:
        """Sends a letter; answers what the server said when it accepted it. Raises Undelivered."""
        envelope = returns_to(letter, self._mail_from), recipient(letter)
        content = message(letter, self._mail_from)
        client = self._client()
        try:
            async with asyncio.timeout(self._letter_seconds):
                await self._connect(client)
                answer = await _hand_over(client, *envelope, content)
        except TimeoutError as error:
            raise Undelivered("The mail server did not answer in time.", permanent=False) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Undelivered(f"The connection to the mail server broke: {_said(error)}", permanent=False) from error
        else:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE_SECONDS)
            return answer
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            local_hostname=self._mail_from.rpartition("@")[2],
            use_tls=self._server.encryption is Encryption.TLS,
            start_tls=self._server.encryption is Encryption.STARTTLS,
            tls_context=self._tls,
            timeout=self._command_seconds,
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
        except TimeoutError:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            where = f"{self._server.host}:{self._server.port}"
            raise Undelivered(
                f"The mail server at {where} does not let us in: {_said(error)}", permanent=False
            ) from error


async def _hand_over(client: aiosmtplib.SMTP, envelope_from: str, envelope_to: str, content: bytes) -> str:
    try:
        _, answer = await client.sendmail(envelope_from, [envelope_to], content)
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients[0]) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error) from error
    except ValueError as error:
        raise Undelivered(f"An address of the e-mail cannot be used: {error}.", permanent=True) from error
    return _shown(answer)


def _refusal(error: aiosmtplib.SMTPResponseException) -> Undelivered:
    return Undelivered(f"The mail server answered {_said(error)}", permanent=500 <= error.code < 600)


def _said(error: Exception) -> str:
    """What a server or the system said, as one sentence."""
    code = f"{error.code} " if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    text = error.message if isinstance(error, aiosmtplib.SMTPException) else str(error) or type(error).__name__
    return f"{code}{_shown(text).rstrip('.')}."


def _shown(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()[:ANSWER_LENGTH]
