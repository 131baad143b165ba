"""Which part of what the gateway stands on is away, where that is why something failed."""

from app.storage.blobs import StoreAway
from app.storage.engine import does_not_answer


def away(error: BaseException) -> str:
    """What could not be reached, was lost or has no room, to be put before 'does not answer'; empty where the failure
    is of another kind."""
    if isinstance(error, StoreAway):
        return "store of the PDFs"
    return "database" if does_not_answer(error) else ""
