"""E-mail addresses as mail servers take them."""

from __future__ import annotations

import idna


def ascii_address(address: str) -> str:
    """An address in ASCII: the domain by IDNA. Raises ValueError for what no server of ours can write to."""
    local, at, domain = address.rpartition("@")
    if not local or not domain or not local.isascii():
        raise ValueError(f"{address} cannot be written to: only letters of ASCII may stand before the @")
    if not address.isprintable() or " " in address:
        raise ValueError(f"{address!r} cannot be written to: it holds a space or a control character")
    try:
        return local + at + (domain if domain.isascii() else idna.encode(domain, uts46=True).decode())
    except idna.IDNAError as error:
        raise ValueError(f"{address} cannot be written to: {domain} is not the name of a domain") from error
