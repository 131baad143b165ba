"""Why a PDF is not taken, for the server and for the processes that read PDFs alike."""

from enum import StrEnum


class Fault(StrEnum):
    """What a refusal of a PDF is about."""

    FILE = "file"  # nobody opens it, or a reader would take too much
    LIMIT = "limit"  # it is sound, but larger than this server accepts
    EXTENSION = "extension"  # it is sound, but adding pages would harm one of the two files


class Unfit(Exception):
    """A PDF that is not taken; the message says why and what to do."""

    def __init__(self, message: str, fault: Fault = Fault.FILE) -> None:
        super().__init__(message)
        self.fault = fault
