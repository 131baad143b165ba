"""What is exported is imported as it was: everything of a tenant, into another one, and out again."""

import pytest

from app.rest_api.bulk.export_requests import ROOT
from tests.rest_api.bulk.ledger import BASIC, DATES, export, ledger
from tests.rest_api.client import Rest

ORDER = ("accounts", "representatives", "contacts", "documents", "notes", "links")
MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
TEXTS = (
    "\\N",
    "\\E",
    '"',
    "a,b;c",
    " blank ",
    "line\nbreak",
    "line\r\nbreak",
    "\u2028",
    "=1",
    "ä€😀",
    "null",
    "{}",
    "1",
)


async def odd_values(rest: Rest) -> None:
    """Texts that a format could take for something else, and documents in every state."""
    for number, text in enumerate(TEXTS):
        custom = {"t": text, "n": number, "b": number % 2 == 0, f"only {number}": text, "d": "2026-01-01"}
        body = {"name": "x", "description": text, "custom_fields": {"collections": custom}}
        await rest.post("accounts", f"O{number}", body=body)
    for number, denomination in enumerate(("10.5", "0", "-3", "0.0001")):
        await rest.post(
            "documents", f"S{number}", body=DATES | BASIC | {"account_number": "B", "denomination": denomination}
        )
    await rest.close("S2", {"closure_reason": "write_off"})
    credit = {"document_type": "credit_note", "applies_to_invoice": "D1", "original_denomination": "-5"}
    await rest.post("documents", "CN", body=DATES | BASIC | credit | {"account_number": "B", "denomination": "-5"})
    declared = b'{"account_number":"PR","name":"x","products":["open_balance","cash_app"]}'
    await imported(rest, "accounts", "ndjson", declared)
    await rest.post("documents", "P", body=DATES | {"account_number": "B", "fabricated_record": False, "udp1": " "})


async def imported(rest: Rest, resource: str, form: str, body: bytes) -> None:
    assert rest.api_key
    headers = {"X-API-Key": rest.api_key, "Content-Type": MEDIA_TYPES[form]}
    path = f"{ROOT}/imports?resource={resource}&answer=failed"
    answer = await rest.gateway.http.post(path, content=body, headers=headers)
    assert '"state":"completed"' in answer.text, answer.text


@pytest.mark.parametrize("form", MEDIA_TYPES)
async def test_an_export_that_is_imported_is_exported_as_it_was(rest: Rest, other: Rest, form: str) -> None:
    await ledger(rest)
    await odd_values(rest)
    exported = {resource: (await export(rest, resource, format=form)).content for resource in ORDER}
    for resource in ORDER:
        await imported(other, resource, form, exported[resource])

    for resource in ORDER:
        assert (await export(other, resource, format=form)).content == exported[resource], resource
    # And once more into the tenant that it is of, which changes nothing.
    log = len((await export(rest, "changes")).content)
    for resource in ("accounts", "representatives", "contacts", "documents", "links"):
        await imported(rest, resource, form, exported[resource])
    assert len((await export(rest, "changes")).content) == log
