"""How records are written: for people, or as one line of JSON each. Clients choose names and addresses that are
logged, so no character of theirs begins a line or moves a cursor; and what databases quote in errors is left out."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

from app.observability.request_record import CURRENT_REQUEST
from app.observability.tracebacks import traceback_text

Facts = dict[str, Any]


def facts_of(record: logging.LogRecord) -> Facts:
    """What a record tells beside its message."""
    found: Facts = record.__dict__.get("facts", {})
    return found


class JsonLines(logging.Formatter):
    """A record as a JSON object in ASCII, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: Facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if work := CURRENT_REQUEST.get():
            line |= {"request_id": work.request_id, "method": work.scope["method"], "path": work.scope["path"]}
            line |= {"operation": work.operation} if work.operation else {}
        line |= facts_of(record)
        if record.exc_info and record.exc_info[1]:
            line["stack"] = traceback_text(record.exc_info[1])
        return json.dumps(line, default=str)


class TextLines(DefaultFormatter):
    """A record as people read it: a line, and what belongs to it indented below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        record.message = escaped(record.message)
        told = {name: value for name, value in facts_of(record).items() if value and isinstance(value, list)}
        below = [line for name, lines in told.items() for line in (f"{name}:", *lines)]
        return "\n".join([super().formatMessage(record), *map(indented, below)])

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return indented(traceback_text(ei[1])) if ei[1] else ""


UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    """The text on one line: what ends lines, commands terminals or turns the direction of writing is spelled out."""
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def indented(text: str) -> str:
    return "\n".join(f"  {escaped(line)}" for line in text.split("\n"))


FORMATS = {"text": TextLines, "json": JsonLines}


def log_config(level: str, form: str) -> dict[str, Any]:
    """All records go to one place in one form. Libraries are heard from warnings on: what they tell below that may hold
    anything that passes through them."""
    cls = FORMATS[form]
    made: dict[str, Any] = {"()": f"{cls.__module__}.{cls.__qualname__}"}
    if form == "text":
        made |= {"fmt": "%(levelprefix)s %(message)s", "use_colors": None}
    return {
        **LOGGING_CONFIG,
        "formatters": {"default": made},
        "handlers": {"default": LOGGING_CONFIG["handlers"]["default"]},
        "root": {"handlers": ["default"], "level": "WARNING"},
        "loggers": {
            "uvicorn": {"level": level.upper()},
            "app": {"level": level.upper()},
        },
    }
