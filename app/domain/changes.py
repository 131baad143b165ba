"""What a write changed, in the form of an entry of the change log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.domain.described_enum import DescribedEnum
from app.domain.enums import Resource
from app.domain.values import moment_text, shortest_notation

# They follow from other columns, or have a place of their own in the entry.
UNLOGGED_COLUMNS = frozenset(
    {"tenant_id", "csr_id", "version", "created_at", "updated_at", "invoice_key", "open_amount", "open_currency"}
)
ACCOUNT_NUMBER = "account_number"


class ChangedResource(DescribedEnum):
    """What a write can be to: what callers read and write, and what the operator administers."""

    _ignore_ = ["members", "resource"]  # noqa: RUF012 -- as the enum module has it
    members = vars()
    for resource in Resource:
        members[resource.name] = resource.value, resource.meaning
    TENANT = "tenant", "The owner of all that its API keys can see; its key is its name."
    API_KEY = "api_key", "A secret that opens the tenant; its key is the first digits of its hash."


class ChangeVerb(DescribedEnum):
    """What was done to a resource."""

    CREATE = "create", "Made new."
    REPLACE = "replace", "Replaced whole: what was left out became empty."
    PATCH = "patch", "Changed in part."
    CLOSE = "close", "A document closed for a stated reason."
    LINK = "link", "A representative linked to it."
    ATTACH = "attach", "A PDF made the document's: pushed, or generated when it was first asked for."
    REVOKE = "revoke", "An API key ended."


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one resource. `before` and `after` hold the fields that differ by Ingest name, as JSON; empty ones
    are left out, and `before` is None for what is new. `account_number` is the account that it is of, if any, and
    `former_account_number` the one from which the write moves it."""

    resource: ChangedResource
    key: str
    verb: ChangeVerb
    at: datetime
    version: int | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    account_number: str | None = None
    former_account_number: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the write changes nothing."""
        return self.before is not None and not self.before and not self.after


def change_of(
    resource: Resource, key: str, verb: ChangeVerb, stored: Mapping[str, Any] | None, row: Mapping[str, Any]
) -> Change:
    """The change that writes a row over the stored one."""
    before = None
    if stored is None:
        logged = {name: value for name, value in row.items() if value is not None and name not in UNLOGGED_COLUMNS}
    else:
        logged = {  # most are empty, and stay so
            name: value
            for name, value in row.items()
            if value is not (old := stored.get(name)) and name not in UNLOGGED_COLUMNS and differs(value, old)
        }
        before = as_json_object({name: stored.get(name) for name in logged})
    account, former = accounts_of(resource, key, stored, row)
    return Change(
        ChangedResource(resource),
        key,
        verb,
        row["updated_at"],
        row["version"],
        before,
        as_json_object(logged),
        account,
        former,
    )


def accounts_of(
    resource: Resource, key: str, stored: Mapping[str, Any] | None, row: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """The account that a row is of when it is written over the stored one, and the one that it was of before, where
    that is another."""
    if resource is Resource.ACCOUNT:
        return key, None
    former = stored.get(ACCOUNT_NUMBER) if stored else None
    account = row.get(ACCOUNT_NUMBER, former)
    return account, None if former == account else former


def currency_model_change(tenant: str, model: str, at: datetime) -> Change:
    """The change of the tenant by its first amounts, which fix its currency model."""
    return Change(ChangedResource.TENANT, tenant, ChangeVerb.PATCH, at, None, {}, {"currency_model": model})


def differs(value: Any, stored: Any) -> bool:
    """Whether a value is another than the stored one. Inside JSON numbers are compared by their value, and the order of
    an object's members counts for nothing; True is not 1 here, as it is to Python."""
    if isinstance(value, dict) and isinstance(stored, dict):
        return value.keys() != stored.keys() or any(differs(part, stored[name]) for name, part in value.items())
    if isinstance(value, list) and isinstance(stored, list):
        return len(value) != len(stored) or any(map(differs, value, stored))
    return bool(value != stored) or isinstance(value, bool) is not isinstance(stored, bool)


def as_json_object(values: dict[str, Any]) -> dict[str, Any]:
    # str: column names are of a text type of the database library, which JSON does not know
    return {str(name): as_json(value) for name, value in values.items() if value is not None}


def as_json(value: Any) -> Any:
    """A column's value as JSON writes it; amounts as text, so that no reader rounds them."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return shortest_notation(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
