"""Why a PDF is refused: known to the server and to the processes that read PDFs."""

from enum import StrEnum


class RefusalReason(StrEnum):
    """What is wrong with a refused PDF."""

    FILE = "file"  # it cannot be opened, or would take a reader too much
    LIMIT = "limit"  # it is sound, but larger than this server accepts
    EXTENSION = "extension"  # it is sound, but adding pages would harm one of the two files


class PdfRefused(Exception):
    """A PDF that is not accepted; the message says why and what to do."""

    def __init__(self, message: str, reason: RefusalReason = RefusalReason.FILE) -> None:
        super().__init__(message)
        self.reason = reason
