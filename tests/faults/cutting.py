"""A proxy that cuts connections: before a request is whole, when it is sent, or in the middle of its answer."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CUTS = ("in the request", "before the answer", "in the answer")
KEPT = "not at all"


@dataclass
class Proxy:
    """Takes one request a connection. `made` counts what was done to them."""

    to_port: int
    dice: random.Random
    port: int = 0
    made: Counter[str] = field(default_factory=Counter)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = self.dice.choice([*CUTS, KEPT])
        upstream = None
        try:
            sent = await whole_message(reader)
            answers, upstream = await asyncio.open_connection("127.0.0.1", self.to_port)
            upstream.write(sent[: self.dice.randrange(1, len(sent))] if cut == CUTS[0] else sent)
            await upstream.drain()
            if cut in CUTS[:2]:
                await asyncio.sleep(self.dice.choice([0, self.dice.uniform(0, 0.01)]))
            else:
                answer = await whole_message(answers)
                writer.write(answer[: self.dice.randrange(1, len(answer))] if cut == CUTS[2] else answer)
                await writer.drain()
            self.made[cut] += 1
        finally:
            for one in (writer, upstream):
                if one is not None:
                    with suppress(OSError):
                        one.close()


async def whole_message(reader: asyncio.StreamReader) -> bytes:
    """An HTTP message with a body of stated length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


@asynccontextmanager
async def proxy_to(port: int, seed: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(port, random.Random(seed))
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield proxy
