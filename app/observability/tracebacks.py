"""Tracebacks for the log, without the values that databases quote in their error messages."""

import re
import traceback

from app.storage.database.driver_errors import sqlstate

# After these words Postgres quotes rows and keys, and its driver the value of a parameter.
QUOTED_VALUES = re.compile(r"(\nDETAIL: |query argument \$\d+: ).*?(?=\n\[SQL: |\Z)", re.DOTALL)
DATA_EXCEPTION = "22"  # the class of SQLSTATEs whose whole message may quote a value
NO_MESSAGE = "the message may hold a value and is not shown"


def traceback_text(error: BaseException) -> str:
    """The traceback of an error and of what caused it, the cause first."""
    parts = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(format_error(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\nwhich led to\n\n".join(reversed(parts))


def format_error(error: BaseException) -> str:
    head = "Traceback (most recent call last):\n" if error.__traceback__ else ""
    stack = "".join(traceback.format_tb(error.__traceback__))
    lines = [f"{type(error).__module__}.{type(error).__qualname__}: {message(error)}", *notes(error)]
    return head + stack + "\n".join(lines)


def message(error: BaseException) -> str:
    if sqlstate(error).startswith(DATA_EXCEPTION):
        return f"SQLSTATE {sqlstate(error)}, {NO_MESSAGE}"
    return QUOTED_VALUES.sub(rf"\1({NO_MESSAGE})", str(error))


def notes(error: BaseException) -> list[str]:
    return [str(note) for note in getattr(error, "__notes__", ())]
