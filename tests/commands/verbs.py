"""The verbs of the GraphQL surface as functions, so that a test says what it writes and not how."""

from typing import Any

from tests.gateway import Client
from tests.wording import check_words

KEYS = {"Account": "accountNumber", "Document": "documentNumber", "Representative": "reference", "Contact": "reference"}
BASIC = {"basic": {"currency": "EUR", "originalDenomination": "100", "denomination": "40"}}
EXTENDED = {
    "extended": {
        "originalCurrency": "USD",
        "baseCurrency": "EUR",
        "originalDenominationInOriginalCurrency": "110",
        "originalDenominationInBaseCurrency": "100",
        "denominationInOriginalCurrency": "44",
        "denominationInBaseCurrency": "40",
    }
}
DATED = {"invoiceDate": "2026-01-05", "dueDate": "2026-02-04"}
# A body for each resource that holds what the endpoint itself demands and nothing else.
LEAST: dict[str, dict[str, Any]] = {
    "Account": {"combined": {"name": "Acme"}},
    "Document": {"combined": {"accountNumber": "A-1", **DATED}},
    "Representative": {},
    "Contact": {"accountNumber": "A-1"},
}

Payload = dict[str, Any]
Refusals = list[tuple[str, str]]


def mutation(verb: str, resource: str, ask: str) -> str:
    """The text of a create, replace or patch."""
    body = "patch" if verb == "patch" else "input"
    declared, passed = ("", "") if verb == "create" else (", $version: Int", ", expectedVersion: $version")
    return (
        f"mutation($key: String!, $body: {resource}{body.capitalize()}!, $dryRun: Boolean! = false{declared}) {{ "
        f"{verb}{resource}({KEYS[resource]}: $key, {body}: $body, dryRun: $dryRun{passed}) {{ "
        f"{resource.lower()} {{ {ask} }} created userErrors {{ code message field }} }} }}"
    )


async def write(client: Client, verb: str, resource: str, key: str, body: Any, ask: str, **options: Any) -> Payload:
    """The payload, whatever it says."""
    payload: Payload = await client.only(mutation(verb, resource, ask), key=key, body=body, **options)
    for error in payload["userErrors"]:
        check_words(error["message"])
    return payload


async def done(client: Client, verb: str, resource: str, key: str, body: Any, ask: str, **options: Any) -> Payload:
    """The resource that a write answers, which must not be refused."""
    payload = await write(client, verb, resource, key, body, ask, **options)
    assert payload["userErrors"] == []
    resource_now: Payload = payload[resource.lower()]
    return resource_now


async def create(client: Client, resource: str, key: str, body: Any, ask: str = "version", **options: Any) -> Payload:
    return await done(client, "create", resource, key, body, ask, **options)


async def replace(client: Client, resource: str, key: str, body: Any, ask: str = "version", **options: Any) -> Payload:
    return await done(client, "replace", resource, key, body, ask, **options)


async def patch(client: Client, resource: str, key: str, body: Any, ask: str = "version", **options: Any) -> Payload:
    return await done(client, "patch", resource, key, body, ask, **options)


async def refused(client: Client, verb: str, resource: str, key: str, body: Any, **options: Any) -> Refusals:
    """Code and dotted path of everything that was wrong with a write that must be refused."""
    payload = await write(client, verb, resource, key, body, "version", **options)
    assert payload[resource.lower()] is None
    assert payload["userErrors"]
    if "created" in payload:
        assert payload["created"] is False
    return [(error["code"], ".".join(error["field"])) for error in payload["userErrors"]]


async def read(client: Client, resource: str, key: str, ask: str) -> Any:
    """The resource as it is stored, or None."""
    text = f"query($key: String!) {{ {resource.lower()}({KEYS[resource]}: $key) {{ {ask} }} }}"
    return await client.only(text, key=key)


async def close(client: Client, number: str, closure: Any, ask: str = "status", **options: Any) -> Payload:
    """The payload of a closure."""
    payload: Payload = await client.only(
        "mutation($key: String!, $body: ClosureInput!, $dryRun: Boolean! = false, $version: Int) { "
        "closeDocument(documentNumber: $key, input: $body, dryRun: $dryRun, expectedVersion: $version) { "
        f"document {{ {ask} }} userErrors {{ code message field }} }} }}",
        key=number,
        body=closure,
        **options,
    )
    return payload


async def note(client: Client, account: str, body: Any, ask: str = "reference", **options: Any) -> Payload:
    """The payload of a new note."""
    payload: Payload = await client.only(
        "mutation($key: String!, $body: NoteInput!, $dryRun: Boolean! = false) { "
        "createNote(accountNumber: $key, input: $body, dryRun: $dryRun) { "
        f"note {{ {ask} }} created userErrors {{ code message field }} }} }}",
        key=account,
        body=body,
        **options,
    )
    return payload


async def link(
    client: Client, reference: str, resource: str, key: str, ask: str = "version", **options: Any
) -> Payload:
    """The payload of linking a representative to an account or a document."""
    payload: Payload = await client.only(
        "mutation($reference: String!, $key: String!, $dryRun: Boolean! = false) { "
        f"linkRepresentativeTo{resource}(reference: $reference, {KEYS[resource]}: $key, dryRun: $dryRun) {{ "
        f"representative {{ {ask} }} {resource.lower()} {{ {ask} }} userErrors {{ code message field }} }} }}",
        reference=reference,
        key=key,
        **options,
    )
    return payload


def faults(payload: Payload) -> Refusals:
    """Code and dotted path of everything that was wrong."""
    return [(error["code"], ".".join(error["field"])) for error in payload["userErrors"]]


async def account(client: Client, number: str = "A-1") -> None:
    """An account to hang other resources on."""
    await create(client, "Account", number, LEAST["Account"])
