"""GET of all rows of a tenant: streamed from one snapshot, however long that takes."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.auth.costs import REQUEST, ROW
from app.auth.rate_limits import SLICES_PER_BUDGET, RateLimiter
from app.domain.caller import Caller
from app.middleware.disconnects import ClientRead, begin_long_run, client_gone
from app.observability.metrics import BulkMetrics
from app.observability.request_record import note_cost
from app.reads.exports.columns import ColumnKind
from app.reads.exports.snapshot import change_cursor, check_log_entry, copy_rows, custom_field_types
from app.reads.exports.statement import MOST_CUSTOM_FIELDS, Export
from app.reads.pagination import CursorExpired
from app.reads.relations import CHANGE
from app.rest_api.bulk.export_columns import CUSTOM_FIELD, body_columns, custom_field, flat_columns
from app.rest_api.bulk.export_formats import CSV, NDJSON, Csv, Format, Ndjson
from app.rest_api.bulk.export_requests import ROOT, SOURCES, ExportRequest, ReadFilter, export_request
from app.rest_api.bulk.slots import BulkSlots
from app.rest_api.errors import RestError
from app.rest_api.paths import RawRoute
from app.rest_api.resources import Rest
from app.storage.database.engine import Database
from app.storage.database.snapshots import Snapshot

TYPE_SUFFIXES = {"text": "", "number": ":number", "boolean": ":boolean"}  # of the columns of custom fields in CSV
TYPED_NAMES = (":number", ":boolean", ":date")


@dataclass(frozen=True, slots=True)
class BulkExports:
    """The endpoints over one database."""

    rest: Rest
    slots: BulkSlots
    read_filter: ReadFilter
    metrics: BulkMetrics | None

    def routes(self) -> list[RawRoute]:
        return [RawRoute("GET", f"{ROOT}/{name}", partial(self.export, source)) for name, source in SOURCES.items()]

    async def export(self, source: str, request: Request) -> Response:
        """The answer, which begins when it is sent: only then is there a snapshot."""
        caller = await self.rest.known_caller(request)
        await self.rest.charge(caller, REQUEST)
        asked = export_request(request, source, caller, self.read_filter)
        if asked.cost:
            await self.rest.charge(caller, asked.cost)
        return ExportResponse(self, caller, asked)


class ExportResponse(Response):
    """Streams an export. Whatever fails before the first row is answered as an error; after it the connection breaks,
    so that nobody takes a part for the whole."""

    def __init__(self, exports: BulkExports, caller: Caller, asked: ExportRequest) -> None:
        super().__init__(media_type=asked.media_type)
        del self.headers["content-length"]
        self.exports = exports
        self.caller = caller
        self.asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        database, tenant_id, metrics = self.exports.rest.database, self.caller.tenant_id, self.exports.metrics
        begin_long_run(scope, lambda: client_gone(scope))  # when the server stops, the connection breaks
        counted = metrics.counted_export() if metrics else nullcontext()
        try:
            with self.exports.slots.taken(tenant_id, "exports"), counted:
                async with ClientRead(scope), database.snapshots.open(tenant_id) as snapshot:
                    await self.stream(database, snapshot, scope, send)
        except ClientDisconnect:
            return
        except CursorExpired as reason:
            details = [{"field": "after", "code": "invalid", "message": str(reason)}]
            raise RestError(422, "validation_failed", "The export has faults.", details=details) from None

    async def stream(self, database: Database, snapshot: Snapshot, scope: Scope, send: Send) -> None:
        asked, caller = self.asked, self.caller
        if asked.after:
            await check_log_entry(snapshot, caller, asked.after)
        if cursor := await change_cursor(snapshot, caller):
            self.headers["X-Change-Cursor"] = cursor
        export, made = await self.export_and_format(database, snapshot)
        sender = Sender(self, made, send, self.exports.rest.budgets)
        try:
            if scope["method"] != "HEAD":
                await sender.send_if_any(made.head())
                await copy_rows(database, snapshot, caller, export, sender.take)
                await sender.send_if_any(await asyncio.to_thread(made.end))
            await sender.finish()
        finally:
            if self.exports.metrics:
                self.exports.metrics.note_exported(asked.source, sender.rows)

    async def export_and_format(self, database: Database, snapshot: Snapshot) -> tuple[Export, Format]:
        """What is read, and what makes bytes of it."""
        asked = self.asked
        columns = asked.columns or body_columns(asked.source)
        if asked.format == NDJSON:
            keeps_null = bool(asked.columns) or asked.source == CHANGE
            export = Export(asked.source, columns, asked.condition, as_object=True, keeps_null=keeps_null)
            return export, Ndjson(asked.end)
        export = Export(asked.source, columns, asked.condition, as_object=False)
        if asked.format == CSV:
            return await self.csv(database, snapshot, export)
        from app.rest_api.bulk.arrow_formats import make  # noqa: PLC0415 - an extra that may not be installed

        return export, await asyncio.to_thread(make, asked.format, columns)

    async def csv(self, database: Database, snapshot: Snapshot, export: Export) -> tuple[Export, Format]:
        """CSV, whose header needs to know the custom fields that there are."""
        columns, types, header = export.columns, {}, [column.name for column in export.columns]
        if not self.asked.columns:
            found: list[tuple[str, str]] = []
            if any(column.kind is ColumnKind.CUSTOM_FIELDS for column in columns):
                found = sorted(await custom_field_types(database, snapshot, self.caller, export))
            check_custom_fields(found)
            columns = flat_columns(export.source, [custom_field(name) for name, _ in found])
            header = [column.name for column in columns]
            first = next((place for place, name in enumerate(header) if name.startswith(CUSTOM_FIELD)), 0)
            for place, (_, kind) in enumerate(found, start=first):
                types[place] = kind
                header[place] += TYPE_SUFFIXES[kind]
        export = Export(export.source, columns, export.condition, as_object=False)
        return export, Csv(columns, header, self.asked.safe, types)


def check_custom_fields(found: list[tuple[str, str]]) -> None:
    """Raises RestError where a header cannot hold the custom fields."""
    if len(found) > MOST_CUSTOM_FIELDS:
        message = f"There are more than {MOST_CUSTOM_FIELDS} custom fields: name those that you want in fields."
    elif ambiguous := [name for name, kind in found if kind == "text" and name.endswith(TYPED_NAMES)]:
        message = f"CSV cannot tell the custom field '{ambiguous[0]}' from one of another type: ask for ndjson."
    else:
        return
    details = [{"field": "format", "code": "invalid", "message": message}]
    raise RestError(422, "validation_failed", "The export has faults.", details=details)


@dataclass(slots=True)
class Sender:
    """Sends what a format makes of the rows, which are paid for before. The head of the answer goes with the first of
    them."""

    response: ExportResponse
    format: Format
    send: Send
    budgets: RateLimiter | None
    rows: int = 0
    started: bool = False

    async def take(self, lines: bytes) -> None:
        """Pays for whole lines, and sends them."""
        for part in self.affordable(lines):
            count = part.count(b"\n")
            if self.budgets:
                await self.budgets.charge_in_time(self.response.caller, ROW * count)
            note_cost(ROW * count)
            self.rows += count
            slow = self.format.is_slow(part)
            made = await asyncio.to_thread(self.format.rows, part) if slow else self.format.rows(part)
            await self.send_if_any(made)

    def affordable(self, lines: bytes) -> Iterator[bytes]:
        """The lines in parts, each of which a slice of the budget pays for."""
        if not self.budgets:
            yield lines
            return
        most = max(self.budgets.points // SLICES_PER_BUDGET, 1)
        single = lines.splitlines(keepends=True)
        for place in range(0, len(single), most):
            yield b"".join(single[place : place + most])

    async def send_if_any(self, data: bytes) -> None:
        if data:
            await self.send_bytes(data)

    async def send_bytes(self, data: bytes) -> None:
        if not self.started:
            self.started = True
            await self.send({"type": "http.response.start", "status": 200, "headers": self.response.raw_headers})
        await self.send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        await self.send_bytes(b"")
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})
