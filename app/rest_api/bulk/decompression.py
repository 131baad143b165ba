"""Decompresses the gzip of a body piece by piece, so that neither its size nor what it grows to takes memory."""

import zlib
from collections.abc import Iterator

PIECE_BYTES = 65_536  # of what is decompressed at once
GZIP = 16 + zlib.MAX_WBITS  # zlib's name for the gzip format
# Deflate can blow up a byte to a thousand. Tables that repeat themselves come to some fifty.
MAX_GROWTH = 250
FREE_BYTES = 64 * 2**20  # that a body may grow to, whatever its growth


class InvalidGzip(Exception):
    """The body is no gzip, or one that blows up."""


class Gunzip:
    """The gzip of one body, perhaps of several members one after another."""

    def __init__(self) -> None:
        self.member = zlib.decompressobj(GZIP)
        self.began = False  # whether the current member has begun
        self.read = self.made = 0  # bytes

    @property
    def is_whole(self) -> bool:
        """Whether the body may end here."""
        return not self.began

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the data decompress to. Raises InvalidGzip."""
        self.read += len(data)
        while data or self.member.unconsumed_tail:
            self.began = True
            try:
                piece = self.member.decompress(self.member.unconsumed_tail or data, PIECE_BYTES)
            except zlib.error:
                raise InvalidGzip("The body is no gzip, though its Content-Encoding says so.") from None
            self.made += len(piece)
            if self.made > FREE_BYTES and self.made > self.read * MAX_GROWTH:
                raise InvalidGzip(f"The body grows to more than {MAX_GROWTH} times its size: send it uncompressed.")
            if piece:
                yield piece
            data = b""
            if self.member.eof:
                data = self.member.unused_data
                self.member, self.began = zlib.decompressobj(GZIP), False
