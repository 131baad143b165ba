"""The description of the facade at /openapi.json, and a page for people over it at /docs."""

from functools import cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.pages.page import COMPRESSION, REVALIDATED, STATIC, STRICT_POLICY_HEADER, built_page
from app.rest_api.openapi.document import openapi

_NOT_BUILT = """<h1>The documentation page is not built</h1>
<p>The API itself is ready, and its description is at <a href="/openapi.json">/openapi.json</a>.</p>
"""


@cache
def description() -> bytes:
    """The OpenAPI document as JSON. It follows from the code alone."""
    return orjson.dumps(openapi())


def docs_routes(built: Path = STATIC) -> list[BaseRoute]:
    """The pages lie in the folder `built`. Neither asks for a key: the description says nothing about anyone's data."""
    document = description()

    def describe(_request: Request) -> Response:
        return Response(document, media_type="application/json", headers=REVALIDATED)

    def page(_request: Request) -> Response:
        return built_page("docs", _NOT_BUILT, STRICT_POLICY_HEADER, built)

    return [
        Route("/openapi.json", describe, middleware=COMPRESSION, include_in_schema=False),
        Route("/docs", page, include_in_schema=False),
    ]
