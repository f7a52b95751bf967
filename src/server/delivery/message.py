"""A letter as the bytes of a message (RFC 5322), with nothing in its headers that its writer did not put there.

Headers are encoded by us, piece by piece, and never read back: the newer part of the standard library's ``email``
package decodes what it is given, so that a name like ``=?utf-8?q?=0A?=`` becomes the end of the headers, and loses the
quotes of long names.
"""

from __future__ import annotations

import re
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from engine.errands import Undelivered
from engine.mail.letters import Letter
from server.delivery.addresses import ascii_address

_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
_PLAIN_NAME: Final = re.compile(r"(?=.{1,60}$)[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_TEXT: Final = re.compile(r"(?!.*=\?)[ -~]{0,60}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WIRE: Final = compat32.clone(linesep="\r\n")

if TYPE_CHECKING:
    Made = Message[str, Header | str]


def message(letter: Letter, mail_from: str) -> bytes:
    """The whole message. Raises Undelivered for an address that cannot be written to."""
    made = _body(letter)
    made["From"] = _mailbox("From", letter.from_name, sender(letter, mail_from))
    made["To"] = _mailbox("To", letter.to_name, recipient(letter))
    if letter.reply_to:
        made["Reply-To"] = _address(letter.reply_to)
    made["Subject"] = _words("Subject", letter.subject)
    made["Date"] = format_datetime(letter.dated)
    made["Message-ID"] = letter.message_id
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine is to answer
    return made.as_bytes(policy=_WIRE)


def sender(letter: Letter, mail_from: str) -> str:
    """The address that it comes from. Raises Undelivered."""
    return _address(letter.from_address or mail_from)


def returns_to(letter: Letter, mail_from: str) -> str:
    """The address that bounces go to: with all that is in them to the operator, where the firm must not read that.

    Raises Undelivered.
    """
    return _address(mail_from) if letter.opens_portal else sender(letter, mail_from)


def recipient(letter: Letter) -> str:
    """The address that it goes to. Raises Undelivered."""
    return _address(letter.to_address)


def _address(address: str) -> str:
    try:
        return ascii_address(address)
    except ValueError as error:
        raise Undelivered(f"The address {error}.", permanent=True) from error


def _body(letter: Letter) -> Made:
    text = _part("plain", letter.text)
    if letter.html is None:
        return text
    both: Made = Message()
    both["MIME-Version"] = "1.0"
    both["Content-Type"] = "multipart/alternative"
    both.attach(text)
    both.attach(_part("html", letter.html))
    return both


def _part(kind: str, text: str) -> Made:
    part: Made = Message()
    part["Content-Type"] = f"text/{kind}"
    part.set_payload(text, _UTF8)
    return part


def _mailbox(header: str, name: str, address: str) -> Header | str:
    shown = _line(name)
    if not shown:
        return address
    if _PLAIN_NAME.fullmatch(shown):
        return f"{shown} <{address}>"
    made = Header(shown, "utf-8", header_name=header)
    made.append(f"<{address}>", "us-ascii")
    return made


def _words(header: str, text: str) -> Header:
    """A header for people to read. What is long, or looks like an encoded word, is encoded to be shown as it is."""
    shown = _line(text)
    return Header(shown, "us-ascii" if _PLAIN_TEXT.fullmatch(shown) else "utf-8", header_name=header)


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
