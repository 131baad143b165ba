"""GraphiQL at GET /graphql: its page, and the operation documents that it offers as examples.

It knows neither the schema nor who is asking; the page brings its own key to POST /graphql like any other client.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.graphql_api.operation_documents import OperationDocument, load_documents
from app.pages.page import COMPRESSION, REVALIDATED, built_page, plain_page

_NOT_BUILT = """<h1>The query editor is not built</h1>
<p>The API itself is ready: send operations with <code>POST /graphql</code> and your key in <code>X-API-Key</code>.</p>
"""
_TRUSTED_ONLY = """<h1>This server has no query editor</h1>
<p>It runs trusted documents alone (<code>GATEWAY_OPERATIONS=trusted</code>): send the <code>documentId</code> of one
with <code>POST /graphql</code> and your key in <code>X-API-Key</code>.</p>
"""


def graphiql_page() -> Response:
    """The editor's page. GET /graphql is the page or a query by what the client accepts."""
    return built_page("graphiql", _NOT_BUILT, {"Vary": "Accept"})


def no_graphiql_page() -> Response:
    """What stands in the editor's place where it could run nothing that is written in it."""
    return plain_page(_TRUSTED_ONLY, 403, {"Vary": "Accept"})


def example_routes() -> list[BaseRoute]:
    """The examples that the page asks for. A broken operation document stops the start, not a visit."""
    examples = orjson.dumps([_example(document) for document in load_documents()])

    def offer(_request: Request) -> Response:
        return Response(examples, media_type="application/json", headers=REVALIDATED)

    return [Route("/graphql/examples.json", offer, middleware=COMPRESSION, include_in_schema=False)]


def _example(document: OperationDocument) -> dict[str, str | None]:
    variables = document.variables
    return {
        "folder": document.folder,
        "name": document.name,
        "description": document.description,
        "query": document.text,
        "variables": None if variables is None else orjson.dumps(variables, option=orjson.OPT_INDENT_2).decode(),
    }
