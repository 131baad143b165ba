"""Bounds the bytes of large answers that clients have not taken yet: those of one key together, so that a client that
asks for much and reads nothing fills no memory. Knows no facade."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.types import Message, Send

MAX_KEY_BYTES = 32 * 2**20  # of one key's answers; a single one may be larger
DIGITS_OF_LARGE = 6  # answers of 100,000 bytes and more are counted
SLICE_BYTES = (
    2**18
)  # of a large answer that the server is given at once; it takes the next when the client has taken most


@dataclass(slots=True)
class UnsentAnswers:
    """The bytes of large answers that are being sent, by key."""

    by_key: Counter[bytes] = field(default_factory=Counter)

    def has_room(self, key: bytes, size: int) -> bool:
        unsent = self.by_key.get(key, 0)
        return not unsent or unsent + size <= MAX_KEY_BYTES

    async def send(self, key: bytes, start: Message, message: Message, send: Send) -> None:
        """Sends a large answer, whose body is in one message, slice by slice."""
        body: bytes = message.get("body", b"")
        self.by_key[key] += len(body)
        try:
            await send(start)
            for position in range(0, len(body) or 1, SLICE_BYTES):
                part, end = body[position : position + SLICE_BYTES], position + SLICE_BYTES
                await send({**message, "body": part, "more_body": message.get("more_body", False) or end < len(body)})
        finally:
            self.by_key[key] -= len(body)
            if not self.by_key[key]:
                del self.by_key[key]


def is_large(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether an answer with these headers is large, by the number of digits that its length has."""
    return len(dict(headers).get(b"content-length", b"")) >= DIGITS_OF_LARGE
