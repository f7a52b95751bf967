"""What stops a command, in words for the person who started it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg


class Trouble(Exception):
    """A command cannot go on. The message is one clear sentence or two: what is wrong and what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal what takes long, beside the log and apart from the output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def database_trouble(url: str, error: Exception) -> Trouble:
    """Word what kept us from the database at ``url``, without its password."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/") or parts.username
    place = f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    match error:
        case asyncpg.InvalidCatalogNameError():
            what = f"The PostgreSQL at {place} has no database {name}. Create it, or correct DATABASE_URL."
        case asyncpg.InvalidAuthorizationSpecificationError():
            what = f"The PostgreSQL at {place} refuses the user {parts.username} or the password. Correct DATABASE_URL."
        case asyncpg.InsufficientPrivilegeError():
            what = f"The PostgreSQL user {parts.username} may not do this in {name}: {_reason(error)}."
        case asyncpg.PostgresError():
            what = f"The database {name} at {place} does not let us in: {_reason(error)}."
        case _:
            what = (
                f"The database {name} at {place} cannot be reached ({_reason(error)}). "
                "Check that it runs, and DATABASE_URL."
            )
    return Trouble(what)


def port_trouble(host: str, port: int, error: OSError, prefix: str = "") -> Trouble:
    """Word what kept us from listening; ``prefix`` begins the names of the settings."""
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            f"Port {port} on {host} is in use, perhaps by another Stageline. Stop what listens there, or choose "
            f"another port: {prefix}PORT={port + 1 if port < 65535 else 8000}."
        )
    if error.errno == errno.EACCES:
        return Trouble(f"Port {port} is not for ordinary users. Choose one above 1023: {prefix}PORT=8000.")
    return Trouble(f"{host}:{port} cannot be listened on ({_reason(error)}). Correct {prefix}HOST or {prefix}PORT.")


def folder_trouble(folder: Path, error: OSError) -> Trouble:
    """Word what kept us from writing into a folder."""
    return Trouble(f"The folder {folder} cannot be used ({_reason(error)}). Choose another by DATA_DIR.")


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    first_line = str(error).partition("\n")[0]  # PostgreSQL's details are beneath it
    return first_line.rstrip(".") or type(error).__name__
