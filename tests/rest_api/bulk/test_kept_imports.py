"""What is kept of imports: their progress, what their lines were answered, and the lines that were refused."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.auth.api_keys import authenticate
from app.rest_api.bulk import import_run
from app.storage.database.clock import now
from app.storage.tables import IMPORT_CHUNKS, IMPORTS
from app.storage.writes.imports import ChunkOfLines, ImportLost, Imports, Progress
from tests.gateway import Client, Gateway
from tests.loop_watch import LoopWatch
from tests.rest_api.bulk.importing import (
    COUNTS,
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


async def test_imports_are_listed_the_newest_first_in_pages(acme: Client) -> None:
    ids = [(await run_import(acme, [account(f"A-{n}")], resource="accounts")).id for n in range(5)]
    first, last = await get(acme, "?limit=2"), await get(acme, "?limit=2&page=3")
    assert [each["id"] for each in first["imports"]] == [ids[4], ids[3]]
    assert [each["id"] for each in last["imports"]] == [ids[0]]
    assert {name: first[name] for name in ("page", "limit", "total")} == {"page": 1, "limit": 2, "total": 5}
    shown = first["imports"][0]
    assert shown == await get(acme, f"/{ids[4]}")
    assert list(shown) == [
        *("id", "state", "offset", "lines", *COUNTS, "format", "resource", "started_at", "updated_at")
    ]
    UUID(shown["id"])
    wrong = await get(acme, "?page=0")
    assert [fault["field"] for fault in wrong["details"]] == ["page"]


async def test_any_key_of_the_tenant_reads_an_import_and_nobody_else(gateway: Gateway, acme: Client) -> None:
    import_id = (await run_import(acme, [account()])).id
    reader, other = await gateway.reader(), await gateway.tenant("other")
    for path in (f"/{import_id}", f"/{import_id.upper()}"):
        assert (await get(reader, path))["state"] == "completed"
    assert (await get(other))["imports"] == []
    for path in (f"/{import_id}", f"/{import_id}/results", f"/{import_id}/rejects", "/x", "/%00", "/%ff"):
        assert (await get(other, path))["error"] == "import_not_found"
    answer = await run_import(other, [], f"{ADDRESS}/{import_id}", Upload_Offset="0")
    assert (answer.status, answer.refusal["error"]) == (404, "import_not_found")
    assert (await run_import(other, [account()], id=import_id)).status == 200  # an id is a tenant's own


async def test_results_are_all_or_those_that_failed(acme: Client) -> None:
    lines = [account(f"A-{n}", name="" if n % 300 == 7 else "Alder") for n in range(1_100)]
    answer = await run_import(acme, lines, answer="end")
    results = [json.loads(line) for line in (await get(acme, f"/{answer.id}/results")).splitlines()]
    failed = [json.loads(line) for line in (await get(acme, f"/{answer.id}/results?only=failed")).splitlines()]
    assert [line["line"] for line in results] == list(range(1, 1_101))
    assert told(failed) == [(n, 422, "required name") for n in (8, 308, 608, 908)]
    rejects = await get(acme, f"/{answer.id}/rejects")
    assert rejects == ndjson([lines[n] for n in (7, 307, 607, 907)])
    wrong = await get(acme, f"/{answer.id}/results?only=written")
    assert [fault["field"] for fault in wrong["details"]] == ["only"]


async def test_rejects_have_all_columns_and_can_be_mended_and_sent_again(acme: Client) -> None:
    text = '\ufeffaccount_number;name;vat\r\nA-1;Alder;1\r\nA-2;;"2\r\n2"\r\nA-3;Cedar;3\r\nA-4;;4'
    answer = await run_csv(acme, text, resource="accounts", delimiter=";")
    rejects = (await get(acme, f"/{answer.id}/rejects")).decode()
    assert rejects == 'account_number;name;vat\r\nA-2;;"2\r\n2"\r\nA-4;;4\n'
    mended = rejects.replace(";;", ";Mended;")
    assert (await run_csv(acme, mended, resource="accounts", delimiter=";")).end["created"] == 2
    none = await run_csv(acme, "account_number,name\nA-1,Alder\n", resource="accounts")
    assert await get(acme, f"/{none.id}/rejects") == b"account_number,name\n"
    assert await get(acme, f"/{(await run_import(acme, [])).id}/rejects") == b""


async def test_imports_are_kept_for_seven_days(gateway: Gateway, acme: Client) -> None:
    old, young = (await run_import(acme, [account()])).id, (await run_import(acme, [account()])).id
    for import_id, age in ((old, timedelta(days=7, minutes=1)), (young, timedelta(days=6, hours=23))):
        async with gateway.database.writing() as connection:
            aged = sa.update(IMPORTS).where(IMPORTS.c.import_id == import_id).values(updated_at=now() - age)
            await connection.execute(aged)
    assert [each["id"] for each in (await get(acme))["imports"]] == [young]
    assert (await get(acme, f"/{old}"))["error"] == "import_not_found"
    again = await run_import(acme, [account()], id=old)
    assert again.status == 200
    async with gateway.database.reading() as connection:
        chunks = (await connection.execute(sa.select(IMPORT_CHUNKS.c.import_id))).scalars().all()
    assert sorted(chunks) == sorted([young, old])


async def test_what_is_kept_of_the_oldest_imports_goes_first_where_it_is_too_much(
    gateway: Gateway, acme: Client
) -> None:
    ids = [(await run_import(acme, [account(f"A-{n}", vat=str(n))])).id for n in range(4)]
    caller = await authenticate(gateway.serving, acme.api_key or "")
    assert caller
    async with gateway.database.reading() as connection:
        sizes = (await connection.execute(sa.select(IMPORTS.c.kept_bytes))).scalars().all()
    imports = Imports(gateway.serving, caller.tenant_id, max_kept_bytes=max(sizes) * 2)
    async with gateway.serving.writing(caller.tenant_id) as connection:
        await imports.make_room(connection)
    kept = [await get(acme, f"/{each}/results") != b"" for each in ids]
    assert kept == [False, False, True, True]
    assert [(await get(acme, f"/{each}"))["lines"] for each in ids] == [1, 1, 1, 1]


async def test_a_run_that_is_another_ones_records_nothing(gateway: Gateway, acme: Client) -> None:
    import_id = (await run_import(acme, [account()])).id
    caller = await authenticate(gateway.serving, acme.api_key or "")
    assert caller
    imports = Imports(gateway.serving, caller.tenant_id)
    before = await get(acme, f"/{import_id}")
    async with gateway.serving.writing(caller.tenant_id) as connection:
        with pytest.raises(ImportLost):
            await imports.record(connection, import_id, "another", Progress(7), ChunkOfLines(9, 0, b"{}", b""))
    assert await get(acme, f"/{import_id}") == before


async def test_a_budget_makes_an_import_wait_and_never_refuses_it(database_url: str) -> None:
    async with Gateway(database_url, budget=60_000) as gateway:
        acme = await gateway.tenant("acme")
        limiter = rate_limiter_of(gateway)
        caller = await authenticate(gateway.serving, acme.api_key or "")
        assert caller
        await limiter.charge(caller, 59_900)  # a thousand points come back each second
        answer = await run_import(acme, [account(f"A-{n}") for n in range(250)], answer="end")
        assert answer.end == {"state": "completed", "lines": 250, "created": 250}
        assert limiter.remaining(caller) < 3_000
        assert (await run_import(acme, [account("A-1")])).end["unchanged"] == 1


def rate_limiter_of(gateway: Gateway) -> Any:
    """The rate limiter of the application: the one whose buckets an import's caller has."""
    for mount in gateway.app.router.routes:
        for route in getattr(getattr(mount, "app", None), "routes", ()):
            if getattr(route, "path", "") == ADDRESS:
                return route.endpoint.__self__.rest.budgets
    raise LookupError


async def test_no_step_of_an_import_keeps_the_event_loop_for_long(gateway: Gateway, acme: Client) -> None:
    blank = b"\n" * 200_000
    wide = b",".join([b"{}"] * 300_000)
    long_line = json.dumps(account("A-9", description="x" * 9_000_000)).encode() + b"\n"
    lines = ndjson([account(), *(document(f"D-{n}", comment="x" * 300) for n in range(2_000))])
    await run_import(acme, lines[:2_000])
    with LoopWatch() as watch:
        running = OpenImport(acme, f"{ADDRESS}?answer=end").start()
        for piece in (lines, blank, wide, b"\n", long_line):
            for start in range(0, len(piece), 65_536):
                running.send(piece[start : start + 65_536])
        running.send(b"", last=True)
        end = (await running.ended())[-1]["end"]
    assert (end["lines"], end["failed"]) == (2_003, 2)
    assert watch.longest < 0.02, watch.step


def test_the_bounds_of_a_chunk_are_those_of_the_guide() -> None:
    assert (import_run.MAX_LINES, import_run.CHUNK_SECONDS) == (500, 0.25)


async def test_metrics_count_lines_and_imports_and_chunks(database_url: str) -> None:
    async with Gateway(database_url, metrics="all") as gateway:
        await check_metrics(gateway, await gateway.tenant("acme"))


async def check_metrics(gateway: Gateway, acme: Client) -> None:
    await run_import(acme, [account(), account(), account("A-2", name="")])
    running = OpenImport(acme).start()
    running.send([account()])
    await running.lines(1)
    text = (await gateway.http.get("/metrics")).text
    assert 'gateway_import_lines_total{outcome="created"} 1.0' in text
    assert 'gateway_import_lines_total{outcome="unchanged"} 2.0' in text
    assert 'gateway_import_lines_total{outcome="failed"} 1.0' in text
    assert "gateway_imports_running 1.0" in text
    assert "gateway_import_chunk_seconds_count 2.0" in text
    running.hang_up()
    await running.ended()
    assert "gateway_imports_running 0.0" in (await gateway.http.get("/metrics")).text
