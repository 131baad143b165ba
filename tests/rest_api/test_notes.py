"""Notes: embedded in their account oldest first, found under it alone, never changed."""

import re
from datetime import UTC, datetime, timedelta

from app.storage.tables import NOTES
from tests.gateway import Client
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, NOTE, copy


async def test_an_account_is_read_with_its_notes_oldest_first(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    await rest.post("accounts", "B", body=ACCOUNT)
    written = []
    for reference in ("N-3", "N-1", "n", "N-2"):
        note = {"reference": reference, "body": f"{reference} says", "effective_date": "2020-01-01"}
        written.append(await rest.post("accounts", "A", "notes", body=note))
    await rest.post("accounts", "B", "notes", body={"reference": "other", "body": "b"})

    assert (await rest.get("accounts", "A"))["notes"] == [
        {
            "reference": note["reference"],
            "accountNumber": "A",
            "body": note["body"],
            "effective_date": "2020-01-01T00:00:00.000Z",
            "createdAt": note["created_at"],
        }
        for note in written
    ]


async def test_more_notes_than_a_page_of_graphql_holds_are_all_embedded(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    await rest.post("accounts", "A", "notes", body=NOTE)
    note = await graph.only('{ note(accountNumber: "A", reference: "NOTE-001") { csrId } }')
    many = [f"many {n}" for n in range(1200, 0, -1)]
    await copy(rest, NOTES, note["csrId"], "reference", many)
    notes = (await rest.get("accounts", "A"))["notes"]
    assert [note["reference"] for note in notes] == ["NOTE-001", *many]


async def test_notes_are_embedded_by_get_alone_and_also_when_there_are_none(rest: Rest) -> None:
    assert "notes" not in await rest.post("accounts", "A", body=ACCOUNT)
    assert (await rest.get("accounts", "A"))["notes"] == []
    await rest.post("accounts", "A", "notes", body=NOTE)
    assert "notes" not in await rest.put("accounts", "A", body=ACCOUNT)
    assert "notes" not in await rest.patch("accounts", "A", body={"vat": "V"})
    assert [note["reference"] for note in (await rest.get("accounts", "A"))["notes"]] == ["NOTE-001"]


async def test_a_note_takes_effect_when_it_is_written_unless_it_says_when(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    note = await rest.post("accounts", "A", "notes", body=NOTE)
    assert note == NOTE | {
        "account_number": "A",
        "effective_date": note["created_at"],
        "created_at": note["created_at"],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", note["created_at"])
    assert datetime.now(UTC) - datetime.fromisoformat(note["created_at"]) < timedelta(minutes=1)
    times = {
        "2026-05-12T10:00:00+02:00": "2026-05-12T08:00:00.000Z",
        "2026-05-12T10:00:00.9999Z": "2026-05-12T10:00:00.999Z",
        "2026-05-12T10:00": "2026-05-12T10:00:00.000Z",
        "2026-05-12": "2026-05-12T00:00:00.000Z",
    }
    for place, (sent, shown) in enumerate(times.items()):
        body = {"reference": str(place), "body": "b", "effective_date": sent}
        assert (await rest.post("accounts", "A", "notes", body=body))["effective_date"] == shown


async def test_a_note_is_found_under_its_own_account_alone(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    await rest.post("accounts", "B", body=ACCOUNT)
    note = await rest.post("accounts", "A", "notes", body=NOTE)
    assert await rest.get("accounts", "A", "notes", "NOTE-001") == note
    assert await rest.is_absent("accounts", "B", "notes", "NOTE-001")
    taken = await rest.write("POST", "accounts", "B", "notes", body=NOTE, status=409)
    assert (taken["error"], taken["reference"]) == ("note_already_exists", "NOTE-001")
    assert (await rest.get("accounts", "B"))["notes"] == []


async def test_a_note_cannot_be_changed_or_removed(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    note = await rest.post("accounts", "A", "notes", body=NOTE)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response = await rest.send(method, f"{ROOT}/accounts/A/notes/NOTE-001", {"body": "Other."})
        assert (response.status_code, exact(response)["error"]) == (405, "method_not_allowed")
    for method in ("GET", "PUT", "DELETE"):
        assert (await rest.send(method, f"{ROOT}/accounts/A/notes", NOTE)).status_code == 405
    assert await rest.get("accounts", "A", "notes", "NOTE-001") == note
