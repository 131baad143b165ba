"""What Python still does to an answer that the database has made: values that SQL cannot compute are put in their
places, and the answer is written anew.

Small answers are finished at once, others in a thread. There JSON is read and written in many small steps: a single one
of some megabytes would keep all other threads from running until it ends.
"""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from app.concurrency.abandonment import end_if_abandoned
from app.concurrency.offloading import Offloader
from app.graphql_api.context import Context
from app.graphql_api.execution.resolving import Promise, drop_promises, keep_promises
from app.reads.single_statement.postprocess import Postprocess

SMALL_ANSWER = 32_768  # bytes: to finish a larger one may take over 20 ms
LEVELS_IN_STEPS = 4  # of an answer's data: {field: {"nodes": [row, …]}}


async def finish(offloader: Offloader, postprocess: Postprocess, body: bytes, context: Context) -> bytes:
    """The JSON that the database has left as `body`, finished. Raises ResolverFailed, and CursorExpired."""
    key = context.caller.key_hash
    is_small = len(body) <= SMALL_ANSWER
    try:
        if is_small:
            data = postprocessed(orjson.loads(body), postprocess, context)
        else:
            data = await offloader.finish(key, lambda: postprocessed(load_in_steps(body), postprocess, context))
        await keep_promises(context)
    finally:
        drop_promises(context)
    return dump(data) if is_small else await offloader.finish(key, dump_in_steps, data)


def postprocessed(data: Any, postprocess: Postprocess, context: Context) -> Any:
    postprocess(data, context)
    return data


def load_in_steps(body: bytes) -> Any:
    """JSON that the database wrote. Calling a function of Python for each object lets other threads run."""
    return json.loads(body, object_hook=same)


def same(value: Any) -> Any:
    end_if_abandoned()
    return value


def dump(value: Any) -> bytes:
    return orjson.dumps(value, default=json_value)


def dump_in_steps(value: Any) -> bytes:
    return b"".join(pieces(value, LEVELS_IN_STEPS))


def pieces(value: Any, levels: int) -> Iterator[bytes]:
    """The JSON of a value, in pieces: those of its first levels one by one."""
    if levels and isinstance(value, dict):
        start = b"{"
        for key, inner in value.items():
            yield b"%s%s:" % (start, orjson.dumps(key))
            yield from pieces(inner, levels - 1)
            start = b","
        yield b"}" if value else b"{}"
    elif levels and isinstance(value, list) and value:
        start = b"["
        for inner in value:
            yield start
            yield from pieces(inner, levels - 1)
            start = b","
        yield b"]"
    else:
        yield dump(value)


class JsonText:
    """Stands in an answer for a value that the database has made: it is not read for that."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        self.text = text


def json_value(value: Any) -> Any:
    """A number of a JSON scalar, with all its digits; what an async resolver has promised and given; or a text that is
    JSON already."""
    if isinstance(value, Promise):
        return value.value
    return orjson.Fragment(value.text if isinstance(value, JsonText) else str(value))
