"""The resolvers of computed fields: what a type shows that is no column. `root` is the row, or the object in a JSON
column, that a field belongs to."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from app.domain import aging
from app.domain.attachments import PDF_ACCOUNT_COLUMNS, PDF_ATTACHMENT_COLUMNS, attachment_of
from app.domain.enums import DocumentStatus, Resource
from app.domain.readiness import MissingField, missing_fields
from app.domain.values import DAY, Fault, parse_date
from app.graphql_api.context import Context
from app.graphql_api.schema.names import shown_message, shown_name
from app.graphql_api.schema.scalars import Date, Json
from app.reads.selection import Row, Selection, Traversal
from app.storage.database.exact_json import load_json
from app.storage.writes.change_log import hash_of, recorded_change

Info = strawberry.Info[Context, None]
AS_OF = "The day to count from; today in the tenant's time zone where left out."
AsOf = Annotated[Date | None, strawberry.argument(description=AS_OF)]

# Relations that resolvers read though no one asked for them, under keys that no response has: those have no blanks.
ACCOUNT_OF, ATTACHMENT_OF = "own account", "stored attachment"
ACCOUNT_COLUMNS = frozenset({"name", "billing_address", "remit_to", "payment_terms", *PDF_ACCOUNT_COLUMNS})
RECORDED = ("before", "after", "packed")  # what an entry of the change log tells of the change
OWN_ACCOUNT = Traversal(ACCOUNT_OF, "account", Selection(ACCOUNT_COLUMNS))
STORED_ATTACHMENT = Traversal(ATTACHMENT_OF, "stored_attachment", Selection(frozenset(PDF_ATTACHMENT_COLUMNS)))


def custom_fields(root: Row) -> list[dict[str, Any]]:
    """Custom fields by key, each value under the name of its type."""
    return [{"key": key, **typed(value)} for key, value in sorted((root["custom_fields"] or {}).items())]


def typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolean": value}
    if isinstance(value, int | Decimal):
        return {"number": Decimal(value)}
    if DAY.fullmatch(value):
        try:
            return {"date": parse_date(value)}
        except Fault:
            pass  # the form of a date, but no day of the calendar
    return {"text": value}


def before(root: Row) -> Json | None:
    text, _ = recorded_change(root)
    return Json(load_json(text)) if text else None


def after(root: Row) -> Json:
    _, text = recorded_change(root)
    return Json(load_json(text))


def change_hash(root: Row) -> str:
    return hash_of(root)


def closure(root: Row) -> dict[str, Any] | None:
    if root["status"] != DocumentStatus.CLOSED:
        return None
    return {"reason": root["closure_reason"], "closed_at": root["closed_at"], "notes": root["closure_notes"]}


def days_past_due(root: Row, info: Info, as_of: AsOf = strawberry.UNSET) -> int:
    closed = root["status"] == DocumentStatus.CLOSED
    return 0 if closed else aging.days_past_due(root["due_date"], as_of or info.context.today)


def readiness(root: Row, info: Info) -> list[dict[str, Any]]:
    """What each active product would still need of a row."""
    caller, account = info.context.caller, root.related.get(ACCOUNT_OF)
    found = []
    for product in caller.products:
        missing = missing_fields(Resource(root.resource), root, product, account, caller.currency_model)
        ready = not any(field.certain for field in missing)
        found.append({"product": product, "ready": ready, "problems": [readiness_problem(field) for field in missing]})
    return found


def readiness_problem(missing: MissingField) -> dict[str, str]:
    path = ".".join(map(shown_name, missing.field))
    return {"field": path, "message": shown_message(missing.field, missing.message)}


def attachments(root: Row, info: Info) -> list[dict[str, Any]]:
    """The PDF of a document, where it has one."""
    stored = root.related[ATTACHMENT_OF]
    found = attachment_of(root, root.related[ACCOUNT_OF], stored, info.context.caller.products)
    return [{**asdict(found), "csr_id": root["csr_id"]}] if found else []


def url(root: dict[str, Any], info: Info) -> str:
    return info.context.url(root["csr_id"], root["id"])
