"""The endpoints of imports: an import begins with a file as the body of a request, goes on with the rest of the file in
another where it was interrupted, and tells how far it has come and what became of its lines."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.auth.authentication import Unauthenticated, caller_of
from app.domain.caller import Caller
from app.domain.imports import ImportState
from app.middleware.body_memory_limit import RESERVATION
from app.middleware.disconnects import begin_long_run, end_long_run
from app.middleware.requests import content_type, header
from app.observability.metrics import BulkMetrics
from app.observability.request_record import CURRENT_REQUEST, request_id_of
from app.rest_api.answers import Answer, reply
from app.rest_api.bulk.body_source import BodySource, Interrupted
from app.rest_api.bulk.decompression import Gunzip
from app.rest_api.bulk.entries import EntryReader
from app.rest_api.bulk.import_answers import is_failed, shown_import
from app.rest_api.bulk.import_run import ImportRun, new_run_id
from app.rest_api.bulk.import_start import FileStart, header_columns, read_start
from app.rest_api.bulk.parameters import (
    CSV,
    MEDIA_TYPES,
    ImportParameters,
    new_import_id,
    other_parameters,
    read_parameters,
)
from app.rest_api.bulk.slots import BulkSlots
from app.rest_api.errors import RestError
from app.rest_api.paths import RawRoute
from app.rest_api.resources import Rest, page_of, writing
from app.storage.database.clock import now
from app.storage.writes.imports import ChunkOfLines, Imports, KeptImport, Progress

IMPORTS = "/api/v1/bulk/imports"
IDEMPOTENCY_KEY = b"idempotency-key"
UPLOAD_OFFSET = b"upload-offset"
MAX_OFFSET_DIGITS = 18
MAX_TAKE_OVER_SECONDS = 5.0  # for which the older connection has time to end its chunk
NDJSON_TYPE, CSV_TYPE = "application/x-ndjson", "text/csv; charset=utf-8"
GZIP_CODINGS = ("gzip", "x-gzip")

Unexpected = Callable[[Exception, str], RestError]  # of a failure of the server, and the request's id


@dataclass(frozen=True, slots=True)
class BulkImports:
    """The endpoints. A client that sends nothing for `patience` seconds is given up."""

    rest: Rest
    slots: BulkSlots
    patience: float
    unexpected: Unexpected
    metrics: BulkMetrics | None = None
    runs: dict[tuple[int, str], ImportRun] = field(default_factory=dict)  # of this process

    def routes(self) -> list[RawRoute]:
        one = f"{IMPORTS}/{{id}}"
        return [
            RawRoute("POST", IMPORTS, self.begin, streams=True),
            RawRoute("GET", IMPORTS, self.show_list),
            RawRoute("POST", one, self.resume, streams=True),
            RawRoute("GET", one, self.show),
            RawRoute("GET", f"{one}/results", self.show_results),
            RawRoute("GET", f"{one}/rejects", self.show_rejects),
        ]

    async def begin(self, request: Request) -> Response:
        """Begins an import, and answers its lines while they come."""
        caller, format = await self.writing_caller(request), format_of(request)
        remembered = read_parameters(request.query_params.multi_items(), format)
        import_id = remembered.pop("id", None) or new_import_id()
        imports, parameters = Imports(self.rest.database, caller.tenant_id), ImportParameters.of(remembered)
        if known := await imports.find(import_id):
            raise exists(known)
        with ExitStack() as stack:
            source = self.source(request, stack, caller)
            start = await self.started(source, parameters)
            moment = now()
            offset = start.offset if parameters.format == CSV else 0
            kept = KeptImport(
                import_id, ImportState.RUNNING, new_run_id(), remembered, start.header, Progress(offset), moment, moment
            )
            if not await imports.begin(kept):
                raise exists(await imports.find(import_id) or kept)
            return self.answer(request, stack, caller, kept, source, start)

    async def resume(self, request: Request) -> Response:
        """Goes on with the rest of the file, in the place of an older connection if that is still there."""
        caller, format = await self.writing_caller(request), format_of(request)
        given, offset = read_parameters(request.query_params.multi_items(), format, resumes=True), offset_of(request)
        kept = await self.found(request, caller)
        check_resumable(kept, given, offset)
        if running := self.runs.get((caller.tenant_id, kept.id)):
            running.source.stop("another request has taken it over")
            with suppress(TimeoutError):  # its client may take nothing of its answer: then it loses the import
                await asyncio.wait_for(running.ended.wait(), MAX_TAKE_OVER_SECONDS)
            kept = await self.found(request, caller)
            check_resumable(kept, given, offset)
        with ExitStack() as stack:
            source = self.source(request, stack, caller)
            kept = await self.taken_over(request, caller, kept, given, offset)
            parameters = ImportParameters.of(kept.parameters)
            if offset == 0:
                start = await self.started(source, parameters)
            else:
                columns = header_columns(kept.header, parameters) if kept.header is not None else None
                start = FileStart(offset, b"", kept.header, columns)
            return self.answer(request, stack, caller, kept, source, start)

    async def taken_over(
        self, request: Request, caller: Caller, kept: KeptImport, given: Mapping[str, Any], offset: int
    ) -> KeptImport:
        """The import, which is this request's from now on. Raises RestError where it has come further meanwhile."""
        run_id = new_run_id()
        while not await Imports(self.rest.database, caller.tenant_id).take_over(kept, run_id):
            kept = await self.found(request, caller)
            check_resumable(kept, given, offset)
        return await self.found(request, caller)

    async def started(self, source: BodySource, parameters: ImportParameters) -> FileStart:
        try:
            return await read_start(source, parameters, self.rest.max_body_bytes)
        except Interrupted:
            raise ClientDisconnect from None

    def source(self, request: Request, stack: ExitStack, caller: Caller) -> BodySource:
        """The body, for which one of the tenant's slots is taken."""
        stack.enter_context(self.slots.taken(caller.tenant_id, "imports"))
        gunzip = Gunzip() if header(request, b"content-encoding").strip().lower() in GZIP_CODINGS else None
        source = BodySource(request.receive, gunzip, self.patience)
        begin_long_run(request.scope, lambda: source.stop("the server stops"))
        stack.callback(end_long_run, request.scope)
        return source

    def answer(
        self, request: Request, stack: ExitStack, caller: Caller, kept: KeptImport, source: BodySource, start: FileStart
    ) -> Response:
        parameters, place = ImportParameters.of(kept.parameters), (caller.tenant_id, kept.id)
        last_line, most = kept.progress.last_line, self.rest.max_body_bytes
        reader = EntryReader(parameters, start.columns, most, start.offset, last_line)

        async def caller_again() -> Caller | None:
            try:
                again = await caller_of(request, self.rest.database)
            except Unauthenticated:
                return None
            return None if again.read_only else again

        def make_run(send: Callable[[bytes], Any]) -> ImportRun:
            request_id = request_id_of(request.scope)
            run = ImportRun(
                self.rest.database,
                kept,
                parameters,
                caller,
                caller_again,
                source,
                reader,
                send,
                request_id,
                lambda failure: self.unexpected(failure, request_id),
                self.rest.budgets,
                self.metrics,
                request.scope[RESERVATION],
                (start.rest,) if start.rest else (),
            )
            self.runs[place] = run
            stack.callback(self.forget, place, run)
            return run

        stack.enter_context(self.metrics.counted() if self.metrics else nullcontext())
        stack = stack.pop_all()
        return ImportResponse(kept.id, make_run, stack)

    def forget(self, place: tuple[int, str], run: ImportRun) -> None:
        if self.runs.get(place) is run:  # and no other has taken it over
            del self.runs[place]

    async def writing_caller(self, request: Request) -> Caller:
        """The caller, whose budget pays for the lines and not for the request. Raises RestError."""
        caller = writing(await self.rest.known_caller(request))
        if header(request, IDEMPOTENCY_KEY):
            message = "An import is known by its id, and resumed by it: send no Idempotency-Key."
            raise RestError(400, "idempotency_key_not_allowed", message)
        return caller

    async def found(self, request: Request, caller: Caller) -> KeptImport:
        kept = None
        import_id = request.path_params["id"].lower()
        if import_id.isascii() and "\0" not in import_id:
            kept = await Imports(self.rest.database, caller.tenant_id).find(import_id)
        if kept is None:
            raise RestError(404, "import_not_found", "There is no such import; they are kept for 7 days.")
        return self.as_it_is(caller, kept)

    def as_it_is(self, caller: Caller, kept: KeptImport) -> KeptImport:
        """The import; on SQLite, where one process serves, none runs but those of this process."""
        runs = (caller.tenant_id, kept.id) in self.runs or not self.rest.database.is_sqlite
        return kept if runs or kept.state.has_ended else replace(kept, state=ImportState.INTERRUPTED)

    async def show(self, request: Request) -> Response:
        caller = await self.rest.caller(request)
        return reply(shown_import(await self.found(request, caller)))

    async def show_list(self, request: Request) -> Response:
        """A page of the imports, the newest first."""
        caller = await self.rest.caller(request)
        page, limit = page_of(request)
        found, total = await Imports(self.rest.database, caller.tenant_id).page(page, limit)
        self.rest.charge_listed(caller, len(found))
        answer: Answer = {"page": page, "limit": limit, "total": total}
        return reply({**answer, "imports": [shown_import(self.as_it_is(caller, kept)) for kept in found]})

    async def show_results(self, request: Request) -> Response:
        """What the lines were answered, as far as it is kept."""
        caller = await self.rest.caller(request)
        only = request.query_params.get("only")
        if only not in (None, "failed"):
            detail = {"field": "only", "code": "invalid", "message": "only must be failed, or be left out."}
            raise RestError(422, "validation_failed", "The query has faults.", details=[detail])
        kept = await self.found(request, caller)
        chunks = Imports(self.rest.database, caller.tenant_id).chunks(kept.id)
        return StreamingResponse(results(chunks, only_failed=only is not None), media_type=NDJSON_TYPE)

    async def show_rejects(self, request: Request) -> Response:
        """The lines that were refused, as they were sent."""
        caller = await self.rest.caller(request)
        kept = await self.found(request, caller)
        chunks = Imports(self.rest.database, caller.tenant_id).chunks(kept.id)
        head = with_line_end(kept.header).encode() if kept.header is not None else b""
        media_type = CSV_TYPE if kept.parameters["format"] == CSV else NDJSON_TYPE
        return StreamingResponse(rejects(chunks, head), media_type=media_type)


class ImportResponse(Response):
    """The answer to an import: made while its file comes. What the stack holds ends with it."""

    def __init__(
        self, import_id: str, make_run: Callable[[Callable[[bytes], Any]], ImportRun], stack: ExitStack
    ) -> None:
        super().__init__(headers={"X-Import-Id": import_id}, media_type=NDJSON_TYPE)
        del self.headers["content-length"]  # which is not known
        self.make_run = make_run
        self.stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_body(body: bytes, *, more: bool = True) -> None:
            message: Message = {"type": "http.response.body", "body": body, "more_body": more}
            await send(message)

        with self.stack:
            run = self.make_run(send_body)
            try:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                CURRENT_REQUEST.set(None)  # which would keep the text of every statement
            finally:
                await run.run()
        await send_body(b"", more=False)


def format_of(request: Request) -> str:
    """The format of the file. Raises RestError."""
    media_type, coding = content_type(request), header(request, b"content-encoding").strip().lower()
    if media_type not in MEDIA_TYPES:
        raise RestError(415, "unsupported_media_type", f"Send the file as {' or '.join(MEDIA_TYPES)}.")
    if coding not in ("", "identity", *GZIP_CODINGS):
        message = f"The body has the Content-Encoding '{coding[:100]}': send it uncompressed, or as gzip."
        raise RestError(415, "unsupported_media_type", message, {"Accept-Encoding": "gzip, identity"})
    return MEDIA_TYPES[media_type]


def offset_of(request: Request) -> int:
    """Raises RestError."""
    text = header(request, UPLOAD_OFFSET)
    if not text.isascii() or not text.isdigit() or len(text) > MAX_OFFSET_DIGITS:
        message = "Send the offset of the rest of the file as Upload-Offset: GET of the import tells it."
        raise RestError(400, "upload_offset_required", message)
    return int(text)


def conflict(error: str, message: str, kept: KeptImport) -> RestError:
    return RestError(409, error, message, offset=kept.progress.offset)


def exists(kept: KeptImport) -> RestError:
    message = "There is an import of this id. Resume it by POST to its own address, or take another id."
    return conflict("import_exists", message, kept)


def check_resumable(kept: KeptImport, given: Mapping[str, Any], offset: int) -> None:
    """Raises RestError where the rest of the file does not go on where the import is."""
    if kept.state.has_ended:
        raise conflict("import_ended", f"The import is {kept.state} and takes no more lines.", kept)
    if others := other_parameters(given, {**kept.parameters, "id": kept.id}):
        message = f"The import began with another value of {', '.join(others)}: leave that out, or send the same."
        raise conflict("parameter_mismatch", message, kept)
    if offset != kept.progress.offset:
        message = f"The import goes on at the offset {kept.progress.offset}: send the file from there on."
        raise conflict("offset_mismatch", message, kept)


async def results(chunks: AsyncIterator[ChunkOfLines], *, only_failed: bool) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if not only_failed:
            yield chunk.results
        elif chunk.failed:
            yield b"".join(line for line in chunk.results.splitlines(keepends=True) if is_failed(line))


async def rejects(chunks: AsyncIterator[ChunkOfLines], head: bytes) -> AsyncIterator[bytes]:
    yield head
    async for chunk in chunks:
        if chunk.rejects:
            yield chunk.rejects


def with_line_end(header: str) -> str:
    return header if header.endswith(("\n", "\r")) else f"{header}\n"
