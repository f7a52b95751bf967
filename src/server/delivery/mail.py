"""How mail leaves this installation."""

from __future__ import annotations

from typing import Final

from engine.mail.letters import Send
from server.delivery.mailbox import Mailbox
from server.delivery.smtp import SmtpSender
from server.delivery.smtp_url import MailServer
from server.settings import Settings

FOLDER: Final = "mail"
"""Of DATA_DIR, where letters go without a mail server."""
SENDER: Final = "stageline@localhost"
"""From where they come there, unless MAIL_FROM or the firm says otherwise."""


def mail(settings: Settings) -> Send:
    """Through the mail server of SMTP_URL, or without one into a folder."""
    if settings.smtp_url is None:
        return folder(settings)
    return SmtpSender(MailServer.parse(settings.smtp_url), settings.mail_from or SENDER)


def folder(settings: Settings) -> Send:
    """Into the folder."""
    return Mailbox(settings.data_dir / FOLDER, settings.mail_from or SENDER)
