"""Serves the built pages and their files.

Knows no facade and no caller: a page calls the API with its user's key like any other client.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.middleware.compression import Compression

STATIC = Path(__file__).parent / "static"
COMPRESSION = [Middleware(Compression)]

# 'unsafe-inline' is for styles alone: Monaco writes style elements and attributes as it draws, and knows no nonce.
# All else may come from this server alone, so that an injected style could send nothing to anyone.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}

# For a page whose scripts write no styles.
_STRICT_POLICY = _POLICY | {"style-src": "'self'"}


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


# On every file as well as on the page: a worker runs under the policy of its own file.
_GUARDED = {"Content-Security-Policy": _written(_POLICY)}

# A page names files that the next build renames; what it asks for may change with the next start of the server.
REVALIDATED = {"Cache-Control": "no-cache"}

STRICT_POLICY_HEADER = {"Content-Security-Policy": _written(_STRICT_POLICY)}

# The build names each file after what is in it.
_ASSET_HEADERS = _GUARDED | {"Cache-Control": "public, max-age=31536000, immutable"}

# Written out because the system's own table may call a script text/plain, which nosniff then refuses to run.
_MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
}

_PLAIN = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ingest gateway</title>
<body style="font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark">
{message}"""  # noqa: E501
_BUILD_IT = "<p>To have this page, run <code>make ui</code> in the project's folder and load it again.</p>\n"


def built_page(name: str, unbuilt: str, headers: Mapping[str, str] | None = None, folder: Path = STATIC) -> Response:
    """The page of that name; where it is not built, the message `unbuilt` and how to build it."""
    try:
        page = (folder / f"{name}.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return plain_page(unbuilt + _BUILD_IT, headers=headers)
    return HTMLResponse(page, headers={**_GUARDED, **REVALIDATED, **(headers or {})})


def plain_page(message: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page that needs no build, to say something in place of another."""
    headers = {**_GUARDED, **REVALIDATED, **(headers or {})}
    return HTMLResponse(_PLAIN.format(message=message), status, headers)


def asset_routes(folder: Path = STATIC) -> list[BaseRoute]:
    """The files that the pages load."""

    def asset(request: Request) -> Response:
        return _asset(folder / "assets", request.path_params["name"])

    return [Route("/pages/assets/{name}", asset, middleware=COMPRESSION, include_in_schema=False)]


def _asset(folder: Path, name: str) -> Response:
    # The folder is flat: a name that could mean another folder is refused.
    path = folder / name
    media_type = _MEDIA_TYPES.get(path.suffix)
    if media_type is None or not re.fullmatch(r"[\w-][\w.-]*", name, re.ASCII) or not path.is_file():
        return Response("Not found", status_code=404, media_type="text/plain")
    return FileResponse(path, media_type=media_type, headers=_ASSET_HEADERS)
