"""Whether a browser sent a request for a page that may not call: for requests that it sends without asking first."""

from collections.abc import Collection

from starlette.requests import Request

OWN = ("same-origin", "none")  # none: by a person, who typed an address


def is_foreign(request: Request, origins: Collection[str]) -> bool:
    """Whether it comes from a page that is neither of this server nor of one of the origins; no program's does."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin in origins or "*" in origins:
        return False
    if site is not None:
        return site not in OWN
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")
