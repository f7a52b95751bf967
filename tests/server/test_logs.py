"""Log lines: JSON for machines, and the libraries' lines look like ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging, structlog
from server.logs import configure_logs
from server.settings import Settings

configure_logs(Settings(log_format="json"))
structlog.stdlib.get_logger("ours").info("moved", job="job_1")
logging.getLogger("uvicorn.error").info("Started server process")
logging.getLogger("uvicorn.error").warning("theirs", extra={"color_message": "theirs in colour"})
try:
    raise ValueError("why")
except ValueError:
    structlog.stdlib.get_logger("ours").exception("failed")
"""


def logged() -> list[dict[str, Any]]:
    """Run the program and read its standard error, line by line."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_with_a_time_a_level_and_who_says_it() -> None:
    """Ours and the libraries' alike; what a library only chats about is left out."""
    ours, theirs, failed = logged()
    assert (ours["event"], ours["job"], ours["level"], ours["logger"]) == ("moved", "job_1", "info", "ours")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("theirs", "warning", "uvicorn.error")
    assert "color_message" not in theirs
    assert "ValueError: why" in failed["exception"]
    assert all(line["timestamp"].endswith("Z") for line in (ours, theirs, failed))
