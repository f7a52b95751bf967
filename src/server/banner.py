"""What `serve` prints once it can be used."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from server.settings import Settings

DEMO_OWNER: Final = "owner@demo.test"
DEMO_EMPLOYEE: Final = "employee@demo.test"
DEMO_CLIENT: Final = "client@demo.test"
DEMO_PASSWORD: Final = "stageline-demo"
ENDPOINT: Final = "/graphql"


def banner(settings: Settings, *, demo: bool) -> str:
    """The addresses, and for a demo the logins and one line to try."""
    lines = [f"Stageline runs on {settings.base_url} (Ctrl-C stops it)", ""]
    if settings.graphiql:
        lines.append(f"  GraphiQL  {settings.base_url}{ENDPOINT}")
    if demo:
        lines += [
            f"  Owner     {DEMO_OWNER}     password {DEMO_PASSWORD}",
            f"  Employee  {DEMO_EMPLOYEE}  password {DEMO_PASSWORD}",
            f"  Client    {DEMO_CLIENT}    password {DEMO_PASSWORD}, by enterPortal",
            f"  Try       {line_to_try(settings)}",
            f"  Watch     {line_to_watch(settings)}",
        ]
    return "\n".join([*lines, ""])


def line_to_try(settings: Settings) -> str:
    """A command for a shell that logs the demo's owner in."""
    credentials = f'email: "{DEMO_OWNER}", password: "{DEMO_PASSWORD}"'
    body = json.dumps({"query": f"mutation {{ login(input: {{{credentials}}}) {{ token expiresAt }} }}"})
    return f"curl -s {settings.base_url}{ENDPOINT} -H 'content-type: application/json' -d '{body}'"


def line_to_watch(settings: Settings) -> str:
    """A command for a shell that follows a board of the demo in the terminal."""
    called = sys.argv[0] if Path(sys.argv[0]).name == "stageline" else "stageline"  # as it can be pasted again
    return f"{called} watch tax --url {settings.base_url} --email {DEMO_OWNER} --password {DEMO_PASSWORD}"
