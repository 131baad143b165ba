"""Serves the query editor, whole and from this server alone: the page, its built files and its examples.

It knows neither the schema nor who is asking; the page brings its own key to POST /graphql like any other client.
"""

import re
from pathlib import Path

import orjson
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.graphql_api.documents import OperationDocument, load_documents

STATIC = Path(__file__).parent / "static"

# 'unsafe-inline' is for styles alone: Monaco writes style elements and attributes as it draws, and knows no nonce.
# No script, image, font, worker or connection can be anyone else's, so that an injected style could tell no one.
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

# On every file as well as on the page: a worker runs under the policy of its own file.
_SECURITY = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# GET /graphql is the page or a query by what the client accepts; the page names files that the next build renames.
_PAGE_HEADERS = _SECURITY | {"Cache-Control": "no-cache", "Vary": "Accept"}

# The build names each file after what is in it.
_ASSET_HEADERS = _SECURITY | {"Cache-Control": "public, max-age=31536000, immutable"}

# Written out because the system's own table may call a script text/plain, which nosniff then refuses to run.
_MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
}

_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ingest gateway</title>
<body style="font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark">
<h1>The query editor is not built</h1>
<p>The API itself is ready: send operations with <code>POST /graphql</code> and your key in <code>X-API-Key</code>.</p>
<p>To have GraphiQL on this page, run <code>make ui</code> in the project's folder and load the page again.</p>
"""  # noqa: E501


def ide_page() -> Response:
    """The editor's page, or one that says how to build it."""
    try:
        page = (STATIC / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        page = _NOT_BUILT
    return HTMLResponse(page, headers=_PAGE_HEADERS)


def ide_routes() -> list[BaseRoute]:
    """What the page asks for: its files and the examples. A broken operation document stops the start, not a visit."""
    examples = orjson.dumps([_example(document) for document in load_documents()])
    small = [Middleware(GZipMiddleware, compresslevel=6)]

    def offer(_request: Request) -> Response:
        return Response(examples, media_type="application/json", headers=_SECURITY | {"Cache-Control": "no-cache"})

    return [
        Route("/graphql/ide/examples.json", offer, middleware=small, include_in_schema=False),
        Route("/graphql/ide/assets/{name}", _asset, middleware=small, include_in_schema=False),
    ]


def _example(document: OperationDocument) -> dict[str, str | None]:
    variables = document.variables
    return {
        "folder": document.folder,
        "name": document.name,
        "description": document.description,
        "query": document.text,
        "variables": None if variables is None else orjson.dumps(variables, option=orjson.OPT_INDENT_2).decode(),
    }


def _asset(request: Request) -> Response:
    # The build's folder is flat: a name that could mean any other folder is none of its.
    name: str = request.path_params["name"]
    path = STATIC / "assets" / name
    media_type = _MEDIA_TYPES.get(path.suffix)
    if media_type is None or not re.fullmatch(r"[\w-][\w.-]*", name, re.ASCII) or not path.is_file():
        return Response("Not found", status_code=404, media_type="text/plain", headers=_SECURITY)
    return FileResponse(path, media_type=media_type, headers=_ASSET_HEADERS)
