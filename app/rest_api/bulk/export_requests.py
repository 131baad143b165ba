"""What a request for an export asks for: its query, with all that is wrong with it at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from typing import Any

from starlette.requests import Request

from app.domain.caller import Caller
from app.domain.changes import ChangedResource
from app.domain.enums import Resource
from app.domain.notation import in_json, quoted_key
from app.domain.time_zones import day_in
from app.domain.values import Fault, is_storable
from app.middleware.requests import InvalidJson, parse_json
from app.reads.exports.columns import ExportColumn
from app.reads.exports.statement import EVERYTHING, LINK
from app.reads.pagination import BadCursor, decode_cursor
from app.reads.relations import CHANGE, DEFAULT_ORDERS
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, LogEntry, Operator
from app.rest_api.bulk.export_columns import asked_columns
from app.rest_api.bulk.export_formats import ARROW, CSV, MEDIA_TYPES, NDJSON, PARQUET
from app.rest_api.errors import RestError, writable
from app.storage.database.clock import now

# Of a filter as JSON with exact numbers; its condition and what it costs in points. Raises Fault.
ReadFilter = Callable[[Resource, Any, date], tuple[Condition, int]]
ROOT = "/api/v1/bulk"
SOURCES = {**{each.plural: str(each) for each in Resource}, "links": LINK, "changes": CHANGE}
COMMON = ("format", "fields", "end", "safe")
FILTERED = (*COMMON, "filter")
OF_CHANGES = (*COMMON, "after", "resource", "key", "account_number")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(slots=True)
class ExportRequest:
    """A request for an export. `columns` are those that `fields` names; empty: all. `after` is the entry of the change
    log that its cursor was given with."""

    source: str
    format: str = NDJSON
    columns: tuple[ExportColumn, ...] = ()
    condition: Condition = EVERYTHING
    cost: int = 0  # of the filter
    safe: bool = False
    end: bool = False
    after: LogEntry | None = None
    faults: list[dict[str, str]] = field(default_factory=list)

    def fault(self, name: str, message: str) -> None:
        self.faults.append({"field": name, "code": "invalid", "message": writable(message)})

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def export_request(request: Request, source: str, caller: Caller, read_filter: ReadFilter) -> ExportRequest:
    """What is asked for. Raises RestError with all faults, and where the format needs what is not installed."""
    asked = ExportRequest(source)
    known = OF_CHANGES if source == CHANGE else COMMON if source == LINK else FILTERED
    query = request.query_params
    for name, value in query.multi_items():
        if name not in known:
            asked.fault(name[:100], f"{quoted_key(name)} is no parameter of this export; it takes {', '.join(known)}.")
        elif len(query.getlist(name)) > 1 and value is query.getlist(name)[0]:
            asked.fault(name, f"{name} is given more than once.")
    read_format(asked, query.get("format", NDJSON))
    read_flags(asked, query)
    read_fields(asked, query.get("fields"))
    if "filter" in query and "filter" in known:
        read_condition(asked, query["filter"], caller, read_filter)
    if source == CHANGE:
        read_change_conditions(asked, query)
    if asked.faults:
        raise RestError(422, "validation_failed", "The export has faults.", details=asked.faults)
    if asked.format in (ARROW, PARQUET) and find_spec("pyarrow") is None:
        message = (
            f"This server has no format '{asked.format}': its extra 'bulk' is not installed. Ask for ndjson or csv."
        )
        raise RestError(406, "not_acceptable", message)
    return asked


def read_format(asked: ExportRequest, name: str) -> None:
    if name in MEDIA_TYPES:
        asked.format = name
    else:
        asked.fault("format", f"format must be one of: {', '.join(MEDIA_TYPES)}, found: {in_json(name)}.")


def read_flags(asked: ExportRequest, query: Any) -> None:
    for name in ("end", "safe"):
        text = query.get(name, "false")
        if text in BOOLEANS:
            setattr(asked, name, BOOLEANS[text])
        else:
            asked.fault(name, f"{name} must be true or false, found: {in_json(text)}.")
    if asked.end and asked.format != NDJSON:
        asked.fault("end", "end goes with the format ndjson alone.")
    if asked.safe and asked.format != CSV:
        asked.fault("safe", "safe goes with the format csv alone.")


def read_fields(asked: ExportRequest, names: str | None) -> None:
    if names is None:
        return
    columns, wrong = asked_columns(asked.source, names)
    asked.columns = tuple(columns)
    for message in wrong:
        asked.fault("fields", message)


def read_condition(asked: ExportRequest, text: str, caller: Caller, read_filter: ReadFilter) -> None:
    try:
        sent = parse_json(text)
        asked.condition, asked.cost = read_filter(Resource(asked.source), sent, day_in(caller.time_zone, now()))
    except InvalidJson:
        asked.fault("filter", 'filter must be JSON such as {"status": {"eq": "OPEN"}}.')
    except Fault as fault:
        asked.fault("filter", fault.message)


def read_change_conditions(asked: ExportRequest, query: Any) -> None:
    conditions: list[Condition] = []
    if "after" in query:
        try:
            cursor = decode_cursor(CHANGE, DEFAULT_ORDERS[CHANGE], query["after"])
            asked.after = cursor.entry
            conditions.append(Comparison("sequence", Operator.GT, cursor.sort_values[0]))
        except BadCursor as reason:
            asked.fault("after", str(reason))
    if "resource" in query:
        if query["resource"] not in list(ChangedResource):
            words = ", ".join(ChangedResource)
            asked.fault("resource", f"resource must be one of: {words}, found: {in_json(query['resource'])}.")
        conditions.append(Comparison("resource", Operator.EQ, query["resource"]))
    if "key" in query:
        if not is_storable(query["key"]):
            asked.fault("key", "key must not contain NUL or unpaired surrogates.")
        conditions.append(Comparison("key", Operator.EQ, query["key"]))
    if "account_number" in query:
        number = query["account_number"]
        if not is_storable(number):
            asked.fault("account_number", "account_number must not contain NUL or unpaired surrogates.")
        of_account = ("account_number", "former_account_number")  # of what moved, both
        conditions.append(AnyOf(tuple(Comparison(name, Operator.EQ, number) for name in of_account)))
    asked.condition = AllOf(tuple(conditions))
