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
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, refused
from app.graphql_api.execution.offloading import SMALL_ANSWER, Offloader
from app.graphql_api.execution.resolving import Promise, drop_promises, keep_promises
from app.reads.pagination import CursorExpired
from app.reads.single_statement.postprocess import Postprocess

LEVELS_IN_STEPS = 5  # of an answer: {"data": {field: {"nodes": [row, …]}}}


async def finish(offloader: Offloader, postprocess: Postprocess, body: bytes, context: Context) -> bytes:
    """The answer whose data the database has left as `body`. Raises ResolverFailed, and RequestError where a cursor of
    it has expired."""
    key = context.caller.key_hash
    is_small = len(body) <= SMALL_ANSWER
    try:
        if is_small:
            data = postprocessed(orjson.loads(body), postprocess, context)
        else:
            data = await offloader.finish(key, lambda: postprocessed(load_in_steps(body), postprocess, context))
        await keep_promises(context)
    except CursorExpired as expired:
        raise refused(ErrorCode.CURSOR_EXPIRED, str(expired)) from None
    finally:
        drop_promises(context)
    answer = {"data": data}
    return dump(answer) if is_small else await offloader.finish(key, dump_in_steps, answer)


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


def json_value(value: Any) -> Any:
    """A number of a JSON scalar, with all its digits; or what an async resolver has promised and given."""
    return value.value if isinstance(value, Promise) else orjson.Fragment(str(value))
