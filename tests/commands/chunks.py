"""Chunks of writes as commands take them, for tests of what is done with many at once."""

from collections.abc import Sequence
from typing import Any

from app.auth.api_keys import authenticate, write_guard
from app.commands.body import Body
from app.commands.bulk import Outcome, write_chunk
from app.commands.documents import prepare_closure
from app.commands.notes import prepare_note
from app.commands.preconditions import expecting
from app.commands.representatives import prepare_link
from app.commands.save import prepare_save
from app.commands.transaction import PreparedWrite
from app.domain.enums import Resource, Verb
from tests.gateway import Client

DATED = {"invoice_date": "2026-01-05", "due_date": "2026-02-04"}
AMOUNTS = {"currency": "EUR", "original_denomination": 100, "denomination": 40}
INVOICE = {"account_number": "A-1", **DATED, **AMOUNTS}
EXTENDED = {"original_currency": "USD"}


def save(verb: str, resource: str, key: str, version: int | None = None, **values: Any) -> PreparedWrite:
    """A create, replace or patch, as REST would do it."""
    body = Body(values, product_rules=False)
    return prepare_save(Verb(verb), Resource(resource), key, body, expecting(version))


def account(key: str = "A-1", verb: str = "replace", **values: Any) -> PreparedWrite:
    return save(verb, "account", key, **({"name": "Acme"} | values if verb != "patch" else values))


def document(key: str, verb: str = "replace", closure: Any = None, **values: Any) -> PreparedWrite:
    """A document of account A-1, with the closure that it comes with, if any."""
    return document_of(verb, key, closure, values if verb == "patch" else INVOICE | values)


def document_of(verb: str, key: str, closure: Any, values: dict[str, Any]) -> PreparedWrite:
    """A document that has nothing but what is given."""
    return prepare_save(Verb(verb), Resource.DOCUMENT, key, Body(values, product_rules=False, closure=closure))


def note(account: str, reference: str, **values: Any) -> PreparedWrite:
    return prepare_note(account, Body({"reference": reference, "body": "Called."} | values, product_rules=False))


def close(key: str, reason: str = "paid", version: int | None = None, **values: Any) -> PreparedWrite:
    return prepare_closure(key, Body({"closure_reason": reason, **values}), expecting(version))


def link(reference: str, resource: str, key: str) -> PreparedWrite:
    return prepare_link(reference, Resource(resource), key)


async def chunk(client: Client, writes: Sequence[PreparedWrite], **options: Any) -> list[Outcome]:
    """What becomes of the writes, done together."""
    database = client.gateway.serving
    caller = await authenticate(database, client.api_key or "")
    assert caller
    return await write_chunk(database, caller, writes, guard=write_guard(database, caller), **options)


def told(outcomes: Sequence[Outcome]) -> list[Any]:
    """An outcome in a word: the codes and fields of its refusal, or its version, with + if it is new and = if nothing
    was written."""
    return [shown(outcome) for outcome in outcomes]


def shown(outcome: Outcome) -> Any:
    if outcome.refusal:
        return [f"{each.code} {'.'.join(map(str, each.field))}" for each in outcome.refusal.problems]
    if outcome.failure:
        return type(outcome.failure).__name__
    if outcome.written is None:
        return "skipped"
    return f"{outcome.version or ''}{'+' if outcome.written.created else '' if outcome.changed else '='}"
