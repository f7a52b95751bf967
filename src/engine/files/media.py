"""Which files may be kept: their types, the endings of their names, and how their content begins.

What browsers or systems would run (programs, scripts, web pages, SVG) is on no list, so that nobody hands it on by us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEAD: Final = 2048
"""Bytes from the start of a file that suffice to look at it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of files: the endings of their names, and what one of its first bytes must match."""

    media_type: str
    endings: tuple[str, ...]
    begins: re.Pattern[bytes]

    def fits(self, head: bytes) -> bool:
        """Whether a file may begin like that."""
        return self.begins.match(head) is not None


def _kind(media_type: str, endings: str, begins: bytes) -> Kind:
    return Kind(media_type, tuple(endings.split()), re.compile(begins, re.DOTALL))


_TEXT: Final = rb"[^\x00]*\Z|\xff\xfe|\xfe\xff"  # no zero in it, or UTF-16 that says so
_XML: Final = rb"(\xef\xbb\xbf)?\s*<|\xff\xfe<\x00|\xfe\xff\x00<"
_ZIP: Final = rb"PK(\x03\x04|\x05\x06)"
_OLE: Final = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOX: Final = rb"....ftyp"  # ISO media files
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."

KINDS: Final = (
    _kind("application/pdf", "pdf", rb".{0,1024}%PDF-"),
    _kind("image/jpeg", "jpg jpeg", rb"\xff\xd8\xff"),
    _kind("image/png", "png", rb"\x89PNG\r\n\x1a\n"),
    _kind("image/gif", "gif", rb"GIF8[79]a"),
    _kind("image/webp", "webp", rb"RIFF....WEBP"),
    _kind("image/tiff", "tif tiff", rb"II\*\x00|MM\x00\*"),
    _kind("image/bmp", "bmp", rb"BM"),
    _kind("image/heic", "heic heif", _BOX),
    _kind(f"{_OFFICE}wordprocessingml.document", "docx", _ZIP),
    _kind(f"{_OFFICE}spreadsheetml.sheet", "xlsx", _ZIP),
    _kind(f"{_OFFICE}presentationml.presentation", "pptx", _ZIP),
    _kind(f"{_OPEN}text", "odt", _ZIP),
    _kind(f"{_OPEN}spreadsheet", "ods", _ZIP),
    _kind(f"{_OPEN}presentation", "odp", _ZIP),
    _kind("application/msword", "doc", _OLE),
    _kind("application/vnd.ms-excel", "xls", _OLE),
    _kind("application/vnd.ms-powerpoint", "ppt", _OLE),
    _kind("application/vnd.ms-outlook", "msg", _OLE),
    _kind("application/rtf", "rtf", rb"\{\\rtf"),
    _kind("application/zip", "zip", _ZIP),
    _kind("message/rfc822", "eml", _TEXT),
    _kind("text/plain", "txt text log", _TEXT),
    _kind("text/csv", "csv", _TEXT),
    _kind("text/tab-separated-values", "tsv", _TEXT),
    _kind("text/markdown", "md markdown", _TEXT),
    _kind("application/json", "json", _TEXT),
    _kind("application/xml", "xml xbrl", _XML),
    _kind("application/x-ofx", "ofx qfx qbo", _TEXT),
    _kind("text/calendar", "ics", _TEXT),
    _kind("text/vcard", "vcf", _TEXT),
    _kind("audio/mpeg", "mp3", rb"ID3|\xff[\xe0-\xff]"),
    _kind("audio/mp4", "m4a", _BOX),
    _kind("video/mp4", "mp4 m4v", _BOX),
    _kind("video/quicktime", "mov", rb"....(ftyp|moov|mdat|free|skip|wide)"),
)

BY_TYPE: Final = {kind.media_type: kind for kind in KINDS}
BY_ENDING: Final = {ending: kind for kind in KINDS for ending in kind.endings}


def of_name(name: str) -> Kind | None:
    """The kind of file that a name says by its ending; None for any that is not kept, or no ending."""
    stem, dot, ending = name.rpartition(".")
    return BY_ENDING.get(ending.lower()) if dot and stem.strip(". ") else None
