"""The Ingest addresses, each with what answers it."""

import logging
from functools import partial
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.auth.rate_limits import RateLimiter
from app.auth.signed_urls import SignedUrls
from app.commands.files import Files
from app.commands.representatives import LINKS
from app.concurrency.offloading import Offloader
from app.domain.enums import Resource, Verb
from app.domain.resources import RESOURCES
from app.observability.metrics import BulkMetrics
from app.observability.request_record import request_id_of
from app.rest_api.answers import reply
from app.rest_api.attachments import attachment_routes, link_routes
from app.rest_api.bulk.export_requests import ReadFilter
from app.rest_api.bulk.exports import BulkExports
from app.rest_api.bulk.imports import BulkImports
from app.rest_api.bulk.slots import BulkLimits, BulkSlots
from app.rest_api.errors import RestError, not_allowed, nowhere
from app.rest_api.names import ADDRESSED, address
from app.rest_api.paths import RawMount, RawRoute, RawRouter
from app.rest_api.resources import Rest
from app.storage.database.availability import RETRY_AFTER, first_line, outage
from app.storage.database.engine import Database

VERBS = {"POST": Verb.CREATE, "PUT": Verb.REPLACE, "PATCH": Verb.PATCH}
logger = logging.getLogger(__name__)


def ingest_routes(rest: Rest) -> list[RawRoute]:
    """Every address under the root, attachments aside."""
    routes = [route for resource in ADDRESSED for route in resource_routes(rest, resource)]
    routes += [
        RawRoute("POST", f"{address(Resource.ACCOUNT)}/notes", rest.create_note),
        RawRoute("GET", address(Resource.NOTE), rest.show_note),
        RawRoute("POST", f"{address(Resource.DOCUMENT)}/closure", rest.close),
    ]
    for resource in LINKS:
        listing = f"{address(Resource.REPRESENTATIVE)}/{resource.plural}"
        routes += [
            RawRoute("GET", listing, partial(rest.list_linked, resource)),
            RawRoute("PUT", f"{listing}/{{{RESOURCES[resource].key}}}", partial(rest.link, resource)),
        ]
    return routes


def resource_routes(rest: Rest, resource: Resource) -> list[RawRoute]:
    path = address(resource)
    writes = [RawRoute(method, path, partial(rest.save, resource, verb)) for method, verb in VERBS.items()]
    return [*writes, RawRoute("GET", path, partial(rest.show, resource))]


def failed(request: Request, raised: Exception) -> Response:
    """The answer to whatever an endpoint raised; what nobody expected is logged and shown as a request id."""
    if not isinstance(raised, RestError):
        raised = unexpected(raised, request_id_of(request.scope))
    response = reply(raised.body, raised.status)
    response.headers.update(raised.headers)
    return response


def unrouted(request: Request, raised: Exception) -> Response:
    """The answer at an address outside the facades that takes no such request."""
    assert isinstance(raised, HTTPException)  # noqa: S101 -- what the framework raises, and this is registered for
    if raised.status_code == 404:
        return failed(request, nowhere())
    if raised.status_code == 405:
        allowed = (raised.headers or {}).get("Allow", "").split(", ")
        return failed(request, not_allowed(", ".join(sorted(allowed))))
    return failed(request, RestError(raised.status_code, HTTPStatus(raised.status_code).name.lower(), raised.detail))


def unexpected(raised: Exception, request_id: str) -> RestError:
    """A failure of ours: logged, and told without a word of its inside, but what could not be used."""
    if found := outage(raised):
        logger.error("request %s: %s: %s", request_id, found.fact, first_line(raised))
        message = f"{found.value} Quote request {request_id} when you report it."
        return RestError(503, "unavailable", message, RETRY_AFTER, request_id=request_id)
    logger.error("request %s failed", request_id, exc_info=raised)
    message = f"The server failed. Quote request {request_id} when you report it."
    return RestError(500, "internal_error", message, request_id=request_id)


def rest_routes(
    database: Database,
    max_body_bytes: int,
    files: Files,
    links: SignedUrls,
    budgets: RateLimiter | None,
    offloader: Offloader,
    bulk: BulkLimits,
    read_filter: ReadFilter,
    metrics: BulkMetrics | None = None,
) -> list[RawMount]:
    """The REST facade, mounted on the paths that are its own."""
    rest = Rest(database, max_body_bytes, budgets, offloader)
    slots = BulkSlots(bulk.most)
    imports = BulkImports(rest, slots, bulk.patience, unexpected, metrics)
    exports = BulkExports(rest, slots, read_filter, metrics)
    routes = [*ingest_routes(rest), *attachment_routes(rest, files, links), *imports.routes(), *exports.routes()]
    linked = link_routes(rest, files, links)
    return [RawMount("api", RawRouter(routes, failed)), RawMount("files", RawRouter(linked, failed))]
