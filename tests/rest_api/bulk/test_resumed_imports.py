"""Imports that are interrupted, and go on where they were: no line is lost, and none is done twice."""

import asyncio
import json
from typing import Any

import pytest
import sqlalchemy as sa

from app.auth.api_keys import create_key, revoke_key
from app.middleware.disconnects import server_stops
from app.storage.tables import API_KEYS, IMPORTS
from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import (
    CSV,
    Line,
    OpenImport,
    account,
    document,
    get,
    ndjson,
    run_csv,
    run_import,
    told,
)
from tests.rest_api.bulk.importing import IMPORTS as ADDRESS

LINES = [account(), *(document(f"D-{n}") for n in range(1, 5))]
HALF = len(ndjson(LINES[:3]))
PATCH = """mutation($number: String) { patchDocument(documentNumber: "D-0", patch: {poNumber: $number}) {
  userErrors { code } } }"""
NUMBERS = "{ documents(first: 1000) { nodes { documentNumber version } } }"


async def written(client: Client) -> list[str]:
    nodes = (await client.only(NUMBERS))["nodes"]
    assert {node["version"] for node in nodes} <= {1}
    return [node["documentNumber"] for node in nodes]


async def interrupted(client: Client, lines: list[Line], **parameters: str) -> str:
    """The id of an import whose client has gone after these lines."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    first = OpenImport(client, f"{ADDRESS}?{query}").start()
    first.send(ndjson(lines) + b'{"resource": ')
    await first.lines(len(lines))
    first.hang_up()
    await first.ended()
    return first.answer["x-import-id"]


async def test_lines_are_answered_while_the_file_still_comes(acme: Client) -> None:
    running = OpenImport(acme).start()
    for number, line in enumerate(LINES, 1):
        running.send([line])
        assert (await running.lines(number))[-1]["line"] == number
    kept = await get(acme, f"/{running.answer['x-import-id']}")
    assert (kept["state"], kept["lines"], kept["offset"]) == ("running", 5, len(ndjson(LINES)))
    running.send(b"", last=True)
    answers = await running.ended()
    assert told(answers[:-1]) == [(n, 201) for n in range(1, 6)]
    assert answers[-1]["end"]["state"] == "completed"


async def test_a_line_may_come_in_pieces(acme: Client) -> None:
    running = OpenImport(acme).start()
    file = ndjson(LINES[:2]).rstrip()
    for position in range(0, len(file), 7):
        running.send(file[position : position + 7])
    running.send(b"", last=True)
    assert told((await running.ended())[:-1]) == [(1, 201), (2, 201)]


async def test_an_import_whose_client_has_gone_goes_on_where_it_was(acme: Client) -> None:
    import_id = await interrupted(acme, LINES[:3])
    kept = await get(acme, f"/{import_id}")
    assert (kept["state"], kept["lines"], kept["offset"]) == ("interrupted", 3, HALF)
    path = f"{ADDRESS}/{import_id}"
    answer = await run_import(acme, ndjson(LINES)[HALF:], path, Upload_Offset=str(HALF))
    assert answer.id == import_id
    assert told(answer.lines) == [(4, 201), (5, 201)]
    assert answer.end == {"state": "completed", "lines": 5, "created": 5}
    results = await get(acme, f"/{import_id}/results")
    assert told(map(json.loads, results.splitlines())) == [(n, 201) for n in range(1, 6)]
    assert await written(acme) == ["D-1", "D-2", "D-3", "D-4"]


async def test_the_rest_of_csv_comes_without_the_header_and_under_the_same_corrections(acme: Client) -> None:
    await run_import(acme, [account()])
    header = b"\xef\xbb\xbfdocument_number;account_number;invoice_date;due_date\r\n"
    rows = [f'"D-{n}";A-1;01/0{n}/2026;02/0{n}/2026\r\n'.encode() for n in range(1, 5)]
    query = f"{ADDRESS}?resource=documents&delimiter=semicolon&date_format=%25m%2F%25d%2F%25Y"
    first = OpenImport(acme, query, {"content-type": CSV}).start()
    first.send(header + rows[0] + b"\r\n" + rows[1] + b'"D-3')
    await first.lines(2)
    first.hang_up()
    await first.ended()
    import_id = first.answer["x-import-id"]
    offset = (await get(acme, f"/{import_id}"))["offset"]
    assert offset == len(header + rows[0] + b"\r\n" + rows[1])
    rest = (rows[2] + rows[3]).decode()
    answer = await run_csv(acme, rest, path=f"{ADDRESS}/{import_id}", Upload_Offset=str(offset))
    assert told(answer.lines) == [(4, 201), (5, 201)]
    assert answer.end == {"state": "completed", "lines": 4, "created": 4}


async def test_a_rest_that_does_not_go_on_where_the_import_is_is_refused_with_its_offset(acme: Client) -> None:
    import_id = await interrupted(acme, LINES[:3], verb="replace")
    path = f"{ADDRESS}/{import_id}"
    for sent, options, error in (
        (0, {}, "offset_mismatch"),
        (HALF + 1, {}, "offset_mismatch"),
        (HALF, {"verb": "create"}, "parameter_mismatch"),
        (HALF, {"on_error": "stop"}, "parameter_mismatch"),
        (HALF, {"type": CSV}, "parameter_mismatch"),
    ):
        answer = await run_import(acme, LINES[3:], path, Upload_Offset=str(sent), **options)
        assert (answer.status, answer.refusal["error"]) == (409, error)
        assert list(answer.refusal) == ["error", "offset", "message"]
        assert answer.refusal["offset"] == HALF
    for header in ({}, {"Upload_Offset": "x"}, {"Upload_Offset": "-1"}):
        answer = await run_import(acme, LINES[3:], path, **header)
        assert (answer.status, answer.refusal["error"]) == (400, "upload_offset_required")
    same = await run_import(acme, LINES[3:], path, verb="replace", on_error="continue", Upload_Offset=str(HALF))
    assert same.end["lines"] == 5
    ended = await run_import(acme, LINES[3:], path, Upload_Offset=str(HALF))
    assert (ended.status, ended.refusal["error"]) == (409, "import_ended")


async def test_an_import_that_was_stopped_takes_no_more_lines(acme: Client) -> None:
    stopped = await run_import(acme, [account("A", name=""), account("B")], on_error="stop")
    offset = (await get(acme, f"/{stopped.id}"))["offset"]
    answer = await run_import(acme, [account("B")], f"{ADDRESS}/{stopped.id}", Upload_Offset=str(offset))
    assert (answer.status, answer.refusal["error"]) == (409, "import_ended")


async def test_a_resume_takes_over_from_a_connection_that_is_still_there(acme: Client) -> None:
    first = OpenImport(acme).start()
    first.send(LINES[:3])
    await first.lines(3)
    import_id = first.answer["x-import-id"]
    answer = await run_import(acme, LINES[3:], f"{ADDRESS}/{import_id}", Upload_Offset=str(HALF))
    assert answer.end == {"state": "completed", "lines": 5, "created": 5}
    first.send(LINES[3:], last=True)
    assert len(await first.ended()) == 3
    assert (await get(acme, f"/{import_id}"))["state"] == "completed"
    assert await written(acme) == ["D-1", "D-2", "D-3", "D-4"]


async def test_a_run_that_has_lost_its_import_elsewhere_writes_no_more(acme: Client) -> None:
    first = OpenImport(acme).start()
    first.send(LINES[:3])
    await first.lines(3)
    async with acme.gateway.database.writing() as connection:  # as another server does
        await connection.execute(sa.update(IMPORTS).values(run_id="another"))
    first.send(LINES[3:], last=True)
    assert len(await first.ended()) == 3
    assert await written(acme) == ["D-1", "D-2"]
    assert (await get(acme, f"/{first.answer['x-import-id']}"))["state"] == elsewhere(acme)


def elsewhere(client: Client) -> str:
    """How an import is told that another server runs: on SQLite there can be none, so that it has gone."""
    return "interrupted" if client.gateway.database.is_sqlite else "running"


async def test_an_import_whose_server_is_not_heard_of_is_interrupted(acme: Client) -> None:
    import_id = await interrupted(acme, LINES[:3])
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.update(IMPORTS).values(state="running", run_id="gone"))
    assert (await get(acme, f"/{import_id}"))["state"] == elsewhere(acme)
    async with acme.gateway.database.writing() as connection:
        started = sa.select(IMPORTS.c.started_at).scalar_subquery()
        await connection.execute(sa.update(IMPORTS).values(alive_until=started))
    assert (await get(acme, f"/{import_id}"))["state"] == "interrupted"
    answer = await run_import(acme, LINES[3:], f"{ADDRESS}/{import_id}", Upload_Offset=str(HALF))
    assert answer.end["lines"] == 5


async def test_when_the_server_stops_what_is_written_stays_and_the_import_is_interrupted(acme: Client) -> None:
    running = OpenImport(acme).start()
    running.send(LINES[:3])
    await running.lines(3)
    server_stops(running.scope)
    assert told(await running.ended()) == [(1, 201), (2, 201), (3, 201)]
    assert (await get(acme, f"/{running.answer['x-import-id']}"))["state"] == "interrupted"


@pytest.mark.parametrize("change", ["revoked", "read only"])
async def test_a_key_that_may_not_write_any_more_writes_no_further_chunk(
    gateway: Gateway, acme: Client, change: str
) -> None:
    running = OpenImport(acme).start()
    running.send(LINES[:3])
    await running.lines(3)
    if change == "revoked":
        assert await revoke_key(gateway.database, acme.api_key or "") == 1
    else:
        async with gateway.database.writing() as connection:
            await connection.execute(sa.update(API_KEYS).values(read_only=True))
    running.send(LINES[3:], last=True)
    assert len(await running.ended()) == 3
    other = Client(gateway, await another_key(gateway))
    import_id = running.answer["x-import-id"]
    assert (await get(other, f"/{import_id}"))["state"] == "interrupted"
    answer = await run_import(other, LINES[3:], f"{ADDRESS}/{import_id}", Upload_Offset=str(HALF))
    assert answer.end == {"state": "completed", "lines": 5, "created": 5}
    assert await written(other) == ["D-1", "D-2", "D-3", "D-4"]


async def another_key(gateway: Gateway) -> str:
    return await create_key(gateway.database, "acme", read_only=False)


async def test_a_client_that_sends_nothing_is_given_up_after_a_while(database_url: str) -> None:
    async with Gateway(database_url, send_seconds=1) as gateway:
        acme = await gateway.tenant("acme")
        running = OpenImport(acme).start()
        running.send(LINES[:3])
        assert told(await running.ended()) == [(1, 201), (2, 201), (3, 201)]
        assert (await get(acme, f"/{running.answer['x-import-id']}"))["state"] == "interrupted"


async def test_the_first_amounts_of_a_tenant_do_not_end_the_import_that_writes_them(acme: Client) -> None:
    running = OpenImport(acme).start()
    for number, line in enumerate(LINES, 1):  # each in a chunk of its own, the second of which fixes the currency model
        running.send([line])
        await running.lines(number)
    running.send(b"", last=True)
    assert (await running.ended())[-1]["end"]["created"] == 5


async def test_two_imports_and_single_writes_of_a_tenant_do_not_wait_for_one_another(acme: Client) -> None:
    await run_import(acme, [account(), document("D-0")])
    lines = [[document(f"D-{file}-{n}") for n in range(700)] for file in range(2)]
    imports = [asyncio.create_task(run_import(acme, each, answer="end")) for each in lines]
    singles: list[Any] = []
    while not all(task.done() for task in imports):
        singles.append(await acme.only(PATCH, number=str(len(singles))))
    assert [(await task).end for task in imports] == [{"state": "completed", "lines": 700, "created": 700}] * 2
    assert all(single == {"userErrors": []} for single in singles)
    assert len(singles) > 1
