"""Passwords and opaque tokens. A password is kept as Argon2id, a token as its SHA-256 (it has 256 random bits)."""

import asyncio
import hashlib
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PREFIX: Final = "sl_"  # so that a token is recognised where it leaked


class Passwords:
    """Hashes passwords in a thread: one takes about 0.1 s. Tests put a cheap hasher in its place."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self.hasher = hasher or PasswordHasher()
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The password's Argon2id hash."""
        return await asyncio.to_thread(self.hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; takes as long where there is none, so that time tells nothing."""
        self._nobody = self._nobody or await self.hash(secrets.token_hex())
        fits = await asyncio.to_thread(self._fits, stored or self._nobody, password)
        return fits and stored is not None

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


passwords: Final = Passwords()


def new_token() -> str:
    """A fresh opaque token."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()
