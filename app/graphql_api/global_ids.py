"""Global identifiers: a resource and its csrId, as text that clients hand back unread."""

import base64
import binascii

from app.domain.enums import Resource

INT_LIMIT = 2**31
MAX_LENGTH = 100  # characters


def encode_id(resource: Resource, csr_id: int) -> str:
    return base64.urlsafe_b64encode(f"{resource}:{csr_id}".encode()).decode().rstrip("=")


def decode_id(text: str) -> tuple[Resource, int] | None:
    """The resource and csrId that an identifier names; None for a text that is no identifier."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        resource, _, number = (
            base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode().partition(":")
        )
        found = Resource(resource), int(number)
    except (ValueError, binascii.Error):
        return None
    return found if 0 < found[1] < INT_LIMIT and encode_id(*found) == text else None
