"""Logging: its configuration, and its two formats, text for people and JSON, one object a line, for programs.

Clients choose names and addresses that are logged, so characters that begin a line or move a cursor are escaped. Values
that databases quote in their error messages are left out.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

from app.observability.request_record import CURRENT_REQUEST
from app.observability.tracebacks import traceback_text

Fields = dict[str, Any]


def extra_fields(record: logging.LogRecord) -> Fields:
    """The fields that were logged beside the message."""
    fields: Fields = record.__dict__.get("fields", {})
    return fields


class JsonFormatter(logging.Formatter):
    """A log record as a JSON object in ASCII, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: Fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := CURRENT_REQUEST.get():
            line |= {"request_id": request.request_id, "method": request.scope["method"], "path": request.scope["path"]}
            line |= {"operation": request.operation} if request.operation else {}
        line |= extra_fields(record)
        if record.exc_info and record.exc_info[1]:
            line["stack"] = traceback_text(record.exc_info[1])
        return json.dumps(line, default=str)


class TextFormatter(DefaultFormatter):
    """A log record for people: one line, and its lists and traceback indented below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        record.message = escaped(record.message)
        lists = {name: value for name, value in extra_fields(record).items() if value and isinstance(value, list)}
        below = [line for name, lines in lists.items() for line in (f"{name}:", *lines)]
        return "\n".join([super().formatMessage(record), *map(indented, below)])

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return indented(traceback_text(ei[1])) if ei[1] else ""


UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    """The text on one line: characters that end lines, control terminals or turn the writing direction are escaped."""
    return UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def indented(text: str) -> str:
    return "\n".join(f"  {escaped(line)}" for line in text.split("\n"))


FORMATS = {"text": TextFormatter, "json": JsonFormatter}


def logging_config(level: str, log_format: str) -> dict[str, Any]:
    """All log records go to one place, in one format. Libraries are logged from warnings on: what they log below that
    may hold any data that passes through them."""
    formatter_class = FORMATS[log_format]
    formatter: dict[str, Any] = {"()": f"{formatter_class.__module__}.{formatter_class.__qualname__}"}
    if log_format == "text":
        formatter |= {"fmt": "%(levelprefix)s %(message)s", "use_colors": None}
    return {
        **LOGGING_CONFIG,
        "formatters": {"default": formatter},
        "handlers": {"default": LOGGING_CONFIG["handlers"]["default"]},
        "root": {"handlers": ["default"], "level": "WARNING"},
        "loggers": {
            "uvicorn": {"level": level.upper()},
            "app": {"level": level.upper()},
        },
    }
