"""Log lines on standard error: for people on a terminal, as JSON elsewhere. Libraries' own lines look the same."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from server.settings import Settings

QUIET_LIBRARIES = ("uvicorn", "uvicorn.error", "uvicorn.access", "tortoise", "asyncio", "websockets")
"""What these say below a warning is of no use to an operator."""


def configure_logs(settings: Settings) -> None:
    """Set up structlog and the standard library's logging as LOG_LEVEL and LOG_FORMAT say."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                _without_colour_copy,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(settings),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def _last(settings: Settings) -> list[structlog.typing.Processor]:
    chosen = settings.log_format
    if chosen == "auto":
        chosen = "console" if sys.stderr.isatty() else "json"
    if chosen == "console":
        # Plain tracebacks: the rich ones show local variables, and with them passwords and tokens.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        return [renderer]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]


def _json(event: MutableMapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _without_colour_copy(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("color_message", None)  # uvicorn sends every line twice, once in colour
    return event
