"""POST, PUT, GET and PATCH of accounts, documents, representatives and contacts, which share verbs and answers; notes,
links and closures beside them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from app.auth.api_keys import write_guard
from app.auth.authentication import Unauthenticated, caller_of
from app.auth.costs import REST_READ, REST_WRITE, ROW, WHOLE_LIST, written_cost
from app.auth.rate_limits import RateLimited, RateLimiter
from app.auth.used_time import charge_time
from app.commands.body import Body
from app.commands.documents import close_document
from app.commands.notes import create_note
from app.commands.representatives import LINKS, link_representative
from app.commands.save import save
from app.commands.transaction import Write, Written
from app.concurrency.offloading import Offloader
from app.domain.caller import Caller
from app.domain.enums import Resource, Verb
from app.domain.problems import Problem, WriteRefused
from app.domain.resources import RESOURCES
from app.domain.values import Fault, is_storable
from app.middleware.disconnects import ClientRead
from app.middleware.requests import (
    MAX_INLINE_JSON,
    BodyTooLarge,
    EncodedBody,
    InvalidJson,
    check_encoding,
    content_type,
    read_body,
    read_json,
)
from app.observability.request_record import note_cost, request_id_of
from app.reads.by_level.read import read
from app.reads.selection import Order, Page, Row, Selection, Traversal
from app.rest_api.answers import Answer, closure_answer, note_answer, reply, resource_answer
from app.rest_api.errors import RestError, encoded, not_found, spent_up, translated, writable
from app.rest_api.ignored_fields import closure_names, ignored_fields, resource_names
from app.rest_api.key_mismatches import key_mismatches
from app.rest_api.names import ingest_body
from app.rest_api.preconditions import precondition_of, version_tag
from app.storage.database.engine import Database
from app.storage.tables import TABLES
from app.storage.writes.unit_of_work import CallerChanged, Guard

T = TypeVar("T")
RunWrite = Callable[[Caller, Guard | None], Awaitable[T]]  # of a caller, under a condition
EVERYTHING = 2**31 - 2  # the size of a page that is to hold a whole list
MOST_LISTED = 100
LONG_LIST = 200  # entries: to write more may keep the event loop for milliseconds
MOST_PAGES = 10**7


@dataclass(frozen=True, slots=True)
class Rest:
    """The endpoints over one database."""

    database: Database
    max_body_bytes: int
    budgets: RateLimiter | None
    offloader: Offloader

    async def caller(self, request: Request, *, writes: bool = False) -> Caller:
        """Who asks. Refuses a stranger, a read-only key that would write, and a key whose budget is spent up."""
        caller = await self.known_caller(request)
        await self.charge(caller, REST_WRITE if writes else REST_READ)
        return writing(caller) if writes else caller

    async def known_caller(self, request: Request) -> Caller:
        """Who asks, looked up now. Refuses a stranger."""
        try:
            return await caller_of(request, self.database)
        except Unauthenticated as reason:
            raise RestError(401, "unauthenticated", str(reason)) from None

    async def run_write(self, request: Request, caller: Caller, run: RunWrite[T]) -> T:
        """What the write of the caller answers. Where the caller has changed since the look-up, perhaps long before the
        last of the body came, it is looked up again, and has then been checked just before the write. Refuses a key
        that may not write any more."""
        with suppress(CallerChanged):
            return await run(caller, write_guard(self.database, caller))
        try:
            return await run(writing(await self.known_caller(request)), None)
        except CallerChanged as reason:
            raise RestError(401, "unauthenticated", str(reason)) from None

    async def charge(self, caller: Caller, cost: int) -> None:
        """Takes a price from the budget of the caller's key. Refuses where that does not suffice."""
        note_cost(cost)
        if self.budgets:
            try:
                await self.budgets.charge(caller, cost)
            except RateLimited as reason:
                raise spent_up(reason) from None

    def charge_listed(self, caller: Caller, cost: int) -> None:
        """Takes the price of what a read has listed, which is known by now."""
        note_cost(cost)
        if self.budgets:
            self.budgets.charge_used(caller, cost)

    async def body(self, request: Request, caller: Caller) -> tuple[dict[str, Any], Offloader | None]:
        """The JSON object that a write holds, and where it is large, which is paid by the caller's key, what reads it
        in a thread."""
        try:
            received = await read_body(request, self.max_body_bytes)
            check_encoding(request)
            if content_type(request) != "application/json":
                raise RestError(415, "unsupported_media_type", "Send the body as application/json.")
            sent = await read_json(received)
        except BodyTooLarge as reason:
            raise RestError(413, "body_too_large", str(reason)) from None
        except EncodedBody as reason:
            raise encoded(reason) from None
        except InvalidJson as reason:
            raise RestError(400, "invalid_json", str(reason)) from None
        if not isinstance(sent, dict):
            raise RestError(400, "invalid_json", "The body must be a JSON object.")
        large = len(received) > MAX_INLINE_JSON
        if cost := await asyncio.to_thread(written_cost, sent) if large else written_cost(sent):
            await self.charge(caller, cost)
        return sent, self.offloader if large else None

    async def save(self, resource: Resource, verb: Verb, request: Request) -> Response:
        caller = await self.caller(request, writes=True)
        sent, offloader = await self.body(request, caller)
        key = request.path_params[RESOURCES[resource].key]
        read = partial(read_save, resource, key, sent)
        body, ignored = await offloader.think(caller.key_hash, read) if offloader else read()
        write, precondition = self.write(request, resource, offloader), precondition_of(request)
        with refusals(resource, key, ignored):
            written, row = await self.run_write(
                request, caller, lambda *checked: save(write(*checked), verb, resource, key, body, precondition)
            )
        status = 201 if written.created else 200
        return await self.shown(caller, resource, row, status, version_tag(row) | ignored)

    async def show(self, resource: Resource, request: Request) -> Response:
        caller = await self.caller(request)
        key = request.path_params[RESOURCES[resource].key]
        row = await self.found(request, caller, resource, look_up(resource, key))
        others = embedded(resource, row)
        self.charge_listed(caller, ROW * sum(map(len, others.values())))
        return await self.shown(caller, resource, row, 200, version_tag(row), others)

    async def shown(
        self,
        caller: Caller,
        resource: Resource,
        row: Row,
        status: int,
        headers: Mapping[str, str],
        others: Mapping[str, Any] = MappingProxyType({}),
    ) -> Response:
        """The answer with a resource, and what else is read with it; one of long lists is made in a thread."""

        def made() -> Response:
            return reply({**resource_answer(resource, row), **others}, status, headers)

        large = any(isinstance(value, list) and len(value) > LONG_LIST for value in row.values())
        return await self.offloader.finish(caller.key_hash, made) if large else made()

    async def create_note(self, request: Request) -> Response:
        caller = await self.caller(request, writes=True)
        sent, _ = await self.body(request, caller)
        account, reference = request.path_params["account_number"], str(sent.get("reference"))
        body = rest_body(sent, key_mismatches(sent, Resource.ACCOUNT, account))
        ignored = ignored_fields(resource_names(Resource.NOTE), sent)
        write, precondition = self.write(request, Resource.NOTE), precondition_of(request)
        with refusals(Resource.NOTE, reference, ignored):
            _, row = await self.run_write(
                request, caller, lambda *checked: create_note(write(*checked), account, body, precondition)
            )
        return reply(note_answer(row, embedded=False), 201, version_tag(row) | ignored)

    async def show_note(self, request: Request) -> Response:
        caller = await self.caller(request)
        account, reference = request.path_params["account_number"], request.path_params["reference"]
        try:
            note = await self.found(request, caller, Resource.NOTE, look_up(Resource.NOTE, account, reference))
        except RestError:
            await self.found(request, caller, Resource.ACCOUNT, presence(Resource.ACCOUNT, account))
            raise
        return reply(note_answer(note, embedded=False), headers=version_tag(note))

    async def close(self, request: Request) -> Response:
        caller = await self.caller(request, writes=True)
        sent, _ = await self.body(request, caller)
        number = request.path_params["document_number"]
        body = rest_body(sent, key_mismatches(sent, Resource.DOCUMENT, number))
        ignored = ignored_fields(closure_names(), sent)
        write, precondition = self.write(request, Resource.DOCUMENT), precondition_of(request)
        with refusals(Resource.DOCUMENT, number, ignored):
            _, row = await self.run_write(
                request, caller, lambda *checked: close_document(write(*checked), number, body, precondition)
            )
        return reply(closure_answer(row), headers=version_tag(row) | ignored)

    async def link(self, resource: Resource, request: Request) -> Response:
        caller = await self.caller(request, writes=True)
        reference, key = request.path_params["reference"], request.path_params[RESOURCES[resource].key]

        async def nothing(connection: AsyncConnection, written: Written) -> None: ...

        def run(caller: Caller, guard: Guard | None) -> Awaitable[None]:
            made_for = request_id_of(request.scope)
            write = Write(self.database, caller, nothing, guard=guard, request_id=made_for)
            return link_representative(write, reference, resource, key, precondition)

        precondition = precondition_of(request)
        with refusals(Resource.REPRESENTATIVE, reference):
            await self.run_write(request, caller, run)
        return reply({"reference": reference, RESOURCES[resource].key: key})

    async def list_linked(self, resource: Resource, request: Request) -> Response:
        """A page of the numbers that are linked to a representative."""
        caller = await self.caller(request)
        reference = request.path_params["reference"]
        try:
            page, limit = page_of(request)
        except RestError:  # an unknown representative is told before a wrong page
            await self.found(request, caller, Resource.REPRESENTATIVE, presence(Resource.REPRESENTATIVE, reference))
            raise
        links = linked_follow(resource, Page(limit, skip=(page - 1) * limit, wants_total=True))
        found = presence(Resource.REPRESENTATIVE, reference, links)
        row = await self.found(request, caller, Resource.REPRESENTATIVE, found, long=True)
        listed = row.related[resource.plural]
        self.charge_listed(caller, ROW * len(listed.rows) + WHOLE_LIST)
        answer = {"reference": reference, "page": page, "limit": limit, "total": listed.total}
        return reply({**answer, resource.plural: numbers(resource, row)})

    def write(
        self, request: Request, resource: Resource, offloader: Offloader | None = None
    ) -> Callable[[Caller, Guard | None], Write[tuple[Written, Row]]]:
        """Gives the write of a caller, which is answered with the row it has written."""

        def show(written: Written) -> tuple[Written, Row]:
            return written, Row(resource, written.row(resource))

        def write(caller: Caller, guard: Guard | None) -> Write[tuple[Written, Row]]:
            made_for = request_id_of(request.scope)
            return Write(self.database, caller, show=show, guard=guard, request_id=made_for, offloader=offloader)

        return write

    async def found(
        self, request: Request, caller: Caller, resource: Resource, traversal: Traversal, *, long: bool = False
    ) -> Row:
        """The one row that a look-up finds. Raises RestError where there is none, and ClientDisconnect."""
        if all(is_storable(part) for key in traversal.lookup_keys for part in key):
            row = await self.read(request, caller, traversal, long=long)
            if row is not None:
                return row
        raise not_found(resource)

    async def read(self, request: Request, caller: Caller, traversal: Traversal, *, long: bool) -> Row | None:
        """What a look-up finds, charged for the time that it takes, however it ends."""
        client_read = ClientRead(request.scope)
        try:
            async with client_read, self.database.reading(caller.tenant_id, long=long) as connection:
                found: Row | None = (await read(connection, caller, [traversal])).related["found"][0]
        finally:
            note_cost(charge_time(self.budgets, caller, client_read.connection_seconds))
        return found


def writing(caller: Caller) -> Caller:
    """The caller, who may write. Raises RestError."""
    if caller.read_only:
        raise RestError(403, "forbidden", "This key may only read.")
    return caller


@contextmanager
def refusals(resource: Resource, key: str, headers: Mapping[str, str] | None = None) -> Iterator[None]:
    """Translates the refusal of a write to the resource under the key; its answer has these headers, too."""
    try:
        yield
    except WriteRefused as refusal:
        refused = translated(refusal, resource, key)
        refused.headers.update(headers or {})
        raise refused from None


def read_save(resource: Resource, key: str, sent: dict[str, Any]) -> tuple[Body, dict[str, str]]:
    """The body of a create, a replace or a patch, and the header that tells what of it means nothing."""
    body = rest_body(ingest_body(resource, sent), key_mismatches(sent, resource, key))
    return body, ignored_fields(resource_names(resource), sent)


def rest_body(values: dict[str, Any], problems: tuple[Problem, ...]) -> Body:
    """The body of a write, which declares no product and is held to the endpoint's own rules alone."""
    return Body(values, product_rules=False, problems=problems)


def presence(resource: Resource, key: str, *traversals: Traversal) -> Traversal:
    """A resource without a field of its own, with what hangs on it."""
    return Traversal("found", resource, Selection(traversals=traversals), lookup_keys=((key,),))


def look_up(resource: Resource, *key: str) -> Traversal:
    """A resource with all its fields, and what GET alone reads beside them."""
    selection = Selection(own_columns(resource), EMBEDDED.get(resource, ()))
    return Traversal("found", resource, selection, lookup_keys=(key,))


def own_columns(resource: Resource) -> frozenset[str]:
    return frozenset(TABLES[resource].c.keys()) - {"tenant_id"}


def linked_follow(resource: Resource, page: Page) -> Traversal:
    number = RESOURCES[resource].key
    listed = Selection(frozenset({number}))
    return Traversal(resource.plural, resource.plural, listed, order=(Order(number),), page=page)


# What GET alone reads beside the resource itself.
EMBEDDED = {
    Resource.ACCOUNT: (Traversal("notes", "notes", Selection(own_columns(Resource.NOTE)), page=Page(EVERYTHING)),),
    Resource.REPRESENTATIVE: tuple(linked_follow(kind, Page(MOST_LISTED)) for kind in LINKS),
}


def embedded(resource: Resource, row: Row) -> Answer:
    """What GET alone answers beside the resource itself."""
    if resource is Resource.ACCOUNT:
        return {"notes": [note_answer(note, embedded=True) for note in row.related["notes"].rows]}
    if resource is Resource.REPRESENTATIVE:
        return {kind.plural: numbers(kind, row) for kind in LINKS}
    return {}


def numbers(resource: Resource, row: Row) -> list[Any]:
    return [linked[RESOURCES[resource].key] for linked in row.related[resource.plural].rows]


def page_of(request: Request) -> tuple[int, int]:
    """page and limit of a listing. Raises RestError with what is out of range."""
    ranges = {"page": (1, 1, MOST_PAGES), "limit": (MOST_LISTED, 1, MOST_LISTED)}
    found, details = {}, []
    for name, (default, least, most) in ranges.items():
        text = request.query_params.get(name, str(default))
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if not least <= number <= most:
            wrong = Fault(f"must be a whole number from {least} to {most}")
            details.append({"field": name, "code": "invalid", "message": writable(wrong.about(name, text))})
        found[name] = number
    if details:
        raise RestError(422, "validation_failed", "The listing has faults.", details=details)
    return found["page"], found["limit"]
