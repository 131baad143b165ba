"""Work in threads that nobody waits for any more: nothing can end a thread, so the work itself looks every so often."""

from contextvars import ContextVar
from dataclasses import dataclass


class Abandoned(BaseException):
    """Nobody waits for what is worked on. No Exception, so that no handler of faults takes it for one."""


@dataclass(slots=True)
class Piece:
    """A piece of work."""

    is_abandoned: bool = False
    seconds: float = 0.0  # of a processor, once it has ended


# The piece that this thread works on. `asyncio.to_thread` takes it along.
CURRENT_PIECE: ContextVar[Piece | None] = ContextVar("current_piece", default=None)


def end_if_abandoned() -> None:
    """To be called every few milliseconds of work that may take long. Raises Abandoned."""
    piece = CURRENT_PIECE.get()
    if piece is not None and piece.is_abandoned:
        raise Abandoned
