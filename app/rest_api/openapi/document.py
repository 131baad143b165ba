"""The whole OpenAPI document."""

from typing import Any

from app.rest_api.openapi import bodies, bulk_exports, bulk_imports, headers, operations, pdfs, problems
from app.rest_api.openapi.values import Schema

ABOUT = """
Write and read accounts, documents, notes, representatives and contacts by keys of your own. The same data is on
GraphQL at [`/graphql`](/graphql).

**Keys.** Send an API key as `X-API-Key`. What belongs to another tenant does not exist for the caller: 404.
Keys in addresses may hold any character that is seen; `.` and `..` are no keys. A new one neither begins nor ends with
white space and holds no control, format or line-separator character, so that no two look alike. A program
percent-encodes keys, a slash too; the page `/docs` does so by itself, so type them there as they are.

**Verbs.** POST creates and refuses a key that is there (409). PUT creates or replaces, PATCH changes what is sent; both
may be sent again without harm. An address takes the methods shown here, and HEAD beside GET; any other is a 405.

**Versions.** Answers of one resource carry its version as their `ETag`. Send it back as `If-Match`, and the write is
done only if nobody else has written since (412); `If-None-Match: *` writes only what is new. A write that changes
nothing counts no version.

**Sending again.** Any write, a pushed PDF too, may carry an `Idempotency-Key` of its own: it is done once, and for a
day the same request gets the same answer. Another request under that key is refused (422).

**Products.** Four products read this data, and each field says which of them need it. A write is held to what the
endpoint itself demands. What a product would miss is no reason to refuse it: GraphQL tells it as `readiness`.
Fields that no active product reads are accepted and kept.

**Values.** JSON types are taken at their word: a number is no string. Booleans may come as 0 and 1. Amounts are exact:
they may come as strings and are answered as numbers of the same value, three of them as strings. Unknown fields and
those that the server sets are ignored; `X-Ignored-Fields` names the unknown ones. A body need not repeat the key of its
address, and must not name another. An optional field that is null or an empty string is empty, and empty fields
are left out of answers. Text holds no NUL.

**Refusals.** Every error has an `error` word to branch on and a `message` for people. A request is judged in this
order: key (401), right to write (403), size (413), media type (415), JSON (400), existence (404, 409), version (412),
data (422, with every fault listed).
""".strip()


def openapi() -> dict[str, Any]:
    schemas = {**bodies.components(), **problems.SCHEMAS, **bulk_imports.schemas()}
    key: Schema = {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key of your tenant."}
    return {
        "openapi": "3.1.1",
        "info": {"title": "Ingest gateway", "version": "1.0.0", "description": ABOUT},
        "servers": [{"url": "/", "description": "This server"}],
        "security": [{"ApiKey": []}],
        "tags": [
            {"name": name, "description": text}
            for name, text in {**operations.TAGS, bulk_exports.TAG: bulk_exports.ABOUT}.items()
        ],
        "paths": operations.paths() | pdfs.paths() | bulk_exports.paths() | bulk_imports.paths(),
        "components": {
            "securitySchemes": {"ApiKey": key},
            "parameters": operations.components(),
            "headers": headers.ANSWERED,
            "responses": problems.components(),
            "schemas": {name: {"title": name, **schema} for name, schema in sorted(schemas.items())},
        },
    }
