"""Cursors of the change log: each is bound to the entry that it was given with, so that whoever reads on after one is
told where it is not of this log, and misses nothing in silence."""

import base64
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.engine import make_url

from app.storage.backup.backup import back_up
from app.storage.backup.restore import restore
from tests.conftest import numbers
from tests.gateway import Client, Gateway
from tests.ledger import Ledger
from tests.postgres import PostgresServer

NODES = "nodes { sequence key } pageInfo { startCursor endCursor }"
LOG = f"""query($first: Int, $last: Int, $after: String, $before: String, $key: String) {{
  changes(first: $first, last: $last, after: $after, before: $before, key: $key) {{ {NODES} }} }}"""
BARE = "query($after: String) { changes(after: $after) { nodes { sequence } } }"
COUNTED = "query($after: String) { changes(after: $after) { totalCount } }"
FLAGS = "query($after: String) { changes(after: $after) { pageInfo { hasNextPage hasPreviousPage } } }"
EDGES = "query($after: String) { changes(after: $after) { edges { cursor node { sequence } } } }"
HISTORY = f"""query($after: String, $number: String = "A") {{
  account(accountNumber: $number) {{ history(first: 5, after: $after) {{ {NODES} }} }} }}"""
NESTED = "query($after: String) { accounts { nodes { history(after: $after) { nodes { sequence } } } } }"
EVERY_WAY = [LOG, BARE, COUNTED, FLAGS, EDGES, HISTORY, NESTED]
MADE = 2  # entries that every log begins with: of the tenant, and of its key


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def decoded(cursor: str) -> Any:
    return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def old(sequence: Any) -> str:
    """A cursor as earlier releases gave it."""
    return encoded(["change +sequence", sequence])


async def last_cursor(client: Client) -> str:
    cursor: str = (await client.only(LOG, last=1))["pageInfo"]["endCursor"]
    return cursor


async def keys(client: Client, **arguments: Any) -> list[str]:
    return [node["key"] for node in (await client.only(LOG, **arguments))["nodes"]]


@pytest.fixture
async def client(gateway: Gateway) -> Client:
    client = await gateway.tenant("acme")
    await Ledger(client).account("A")
    return client


async def expired(client: Client, text: str, **arguments: Any) -> None:
    """Demands that an operation is refused for its cursor, and that one statement found that out."""
    assert await client.error_codes(text, **arguments) == ["CURSOR_EXPIRED"]
    assert len(client.gateway.statements) == 1


async def test_a_cursor_holds_the_sequence_and_the_first_digits_of_the_entry_s_hash(client: Client) -> None:
    entry = (await client.only("{ changes(last: 1) { nodes { sequence hash } } }"))["nodes"][0]
    place = decoded(await last_cursor(client))
    assert place == ["change +sequence", entry["sequence"], entry["hash"][:16]]
    edges = (await client.only(EDGES))["edges"]
    assert [decoded(edge["cursor"])[1] for edge in edges] == [1, 2, 3]
    assert edges[-1]["cursor"] == await last_cursor(client)


async def test_the_cursors_of_a_list_lead_through_it_both_ways(client: Client) -> None:
    for number in ("B", "C", "D"):
        await Ledger(client).account(number)
    page = await client.only(LOG, first=4)
    assert await keys(client, after=page["pageInfo"]["endCursor"]) == ["C", "D"]
    assert len(client.gateway.statements) == 1
    assert await keys(client, last=2, before=page["pageInfo"]["endCursor"]) == [page["nodes"][1]["key"], "A"]
    assert await keys(client, after=page["pageInfo"]["startCursor"], before=await last_cursor(client)) == [
        page["nodes"][1]["key"],
        *"ABC",
    ]
    # A cursor of the whole log is one of any part of it.
    assert await keys(client, after=page["pageInfo"]["endCursor"], key="D") == ["D"]
    assert (await client.only(HISTORY, number="D", after=page["pageInfo"]["endCursor"]))["history"]["nodes"] != []


@pytest.mark.parametrize("text", EVERY_WAY)
@pytest.mark.slow
async def test_a_cursor_of_another_tenant_is_expired_however_it_is_used(
    gateway: Gateway, client: Client, text: str
) -> None:
    globex = await gateway.tenant("globex")
    for number in ("A", "B"):
        await Ledger(globex).account(number)
    theirs = (await globex.only(LOG, first=3))["pageInfo"]["endCursor"]
    await expired(client, text, after=theirs)
    assert "errors" not in await client.run(text, after=await last_cursor(client))


async def test_before_is_judged_like_after_and_each_of_them_alone(gateway: Gateway, client: Client) -> None:
    globex = await gateway.tenant("globex")
    theirs, mine = await last_cursor(globex), await last_cursor(client)
    await expired(client, LOG, before=theirs)
    await expired(client, LOG, after=mine, before=theirs)
    await expired(client, LOG, after=theirs, before=mine)
    beside = (
        f"query($after: String) {{ accounts {{ totalCount }} mine: changes {{ totalCount }} {BARE.partition('{')[2]}"
    )
    await expired(client, beside, after=theirs)


async def test_what_hangs_on_nothing_is_not_judged(client: Client) -> None:
    foreign = encoded(["change +sequence", 1, "0" * 16])
    assert await client.only(HISTORY, number="nobody", after=foreign) is None


@pytest.mark.parametrize("digits", ["0" * 16, "f" * 16])
async def test_other_digits_or_a_sequence_that_is_still_to_come_are_expired(client: Client, digits: str) -> None:
    for sequence in (1, 3, 4, 2**31 - 1):
        await expired(client, BARE, after=encoded(["change +sequence", sequence, digits]))
    sequence, own = decoded(await last_cursor(client))[1:]
    await expired(client, BARE, after=encoded(["change +sequence", sequence - 1, own]))
    await expired(client, BARE, after=encoded(["change +sequence", sequence + 1, own]))


async def test_cursors_of_earlier_releases_are_held_to_the_end_of_the_log(client: Client) -> None:
    await Ledger(client).account("B")
    assert await keys(client, after=old(MADE)) == ["A", "B"]
    assert await keys(client, after=old(MADE + 2)) == []
    assert await keys(client, last=1, before=old(MADE + 2)) == ["A"]
    for sequence in (MADE + 3, 2**31 - 1):
        for text in EVERY_WAY:
            await expired(client, text, after=old(sequence))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        old(0),
        old(-1),
        old(2**31),
        old("3"),
        old(1.5),
        old(True),
        old(None),
        encoded(["change +sequence"]),
        encoded(["change +sequence", 1, "0" * 15]),
        encoded(["change +sequence", 1, "0" * 17]),
        encoded(["change +sequence", 1, "A" * 16]),
        encoded(["change +sequence", 1, 10**15]),
        encoded(["change +sequence", 1, None, None]),
        encoded(["change +sequence", 1, "0" * 16, "0" * 16]),
        encoded(["change -sequence", 1, "0" * 16]),
        encoded(["account +account_number", "A", 1]),
    ],
)
@pytest.mark.slow
async def test_rubbish_is_bad_input_and_reads_nothing(client: Client, cursor: str) -> None:
    assert await client.error_codes(BARE, after=cursor) == ["BAD_USER_INPUT"]
    assert len(client.gateway.statements) == 0


async def test_a_payload_s_history_refuses_it_too_and_the_write_is_not_done(gateway: Gateway, client: Client) -> None:
    theirs = await last_cursor(await gateway.tenant("globex"))
    text = """mutation($after: String) { patchAccount(accountNumber: "A", patch: {vat: "1"}) {
      account { history(after: $after) { nodes { key } } } } }"""
    answer = await client.run(text, after=theirs)
    assert answer["data"] == {"patchAccount": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURSOR_EXPIRED"]
    assert await client.only('{ account(accountNumber: "A") { version vat } }') == {"version": 1, "vat": None}


Restore = Callable[[], Awaitable[Gateway]]


@pytest.fixture
async def restored(
    gateway: Gateway, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Callable[[], Awaitable[Restore]]]:
    """Backs the gateway's database up as it is; what comes of that opens another gateway on what the backup holds."""
    opened: list[Gateway] = []

    async def back_up_sqlite() -> Restore:
        blobs = gateway.app.state.files.blobs
        await back_up(gateway.database, blobs, tmp_path / "backup.tar")

        async def open_restored() -> Gateway:
            await restore(tmp_path / "backup.tar", tmp_path / "restored.db", lambda identity: blobs)
            opened.append(Gateway(f"sqlite+aiosqlite:///{tmp_path / 'restored.db'}"))
            return opened[-1]

        return open_restored

    async def back_up_postgres() -> Restore:
        """As a dump that is read back: all rows of one moment."""
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"restored_{next(numbers)}"
        await gateway.serving.dispose()
        await gateway.database.dispose()
        url = await server.create_database(name, make_url(gateway.serving.url).database)

        async def open_restored() -> Gateway:
            opened.append(Gateway(url))
            return opened[-1]

        return open_restored

    yield back_up_sqlite if gateway.database.is_sqlite else back_up_postgres
    for other in opened:
        await other.__aexit__()


async def test_after_a_restore_a_poller_is_told_that_what_it_has_read_is_gone(
    client: Client, restored: Callable[[], Awaitable[Restore]]
) -> None:
    kept = await last_cursor(client)
    open_restored = await restored()
    await Ledger(client).account("lost")
    gone = await last_cursor(client)
    assert await keys(client, after=kept) == ["lost"]

    after = Client(await open_restored(), client.api_key)
    assert await keys(after, after=kept) == []  # of the time before the backup: still good
    await expired(after, LOG, after=gone)  # the log has not come so far again
    await Ledger(after).account("new")
    await expired(after, LOG, after=gone)  # it has, with another entry in that place
    await Ledger(after).account("newer")
    await expired(after, LOG, after=gone)
    assert await keys(after, after=kept) == ["new", "newer"]
    await expired(client, LOG, after=await last_cursor(after))  # nor is one taken the other way round


async def test_a_cursor_of_another_database_is_expired(client: Client, sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "other.db")
    async with Gateway(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}") as other:
        twin = await other.tenant("acme")
        await Ledger(twin).account("A")
        await expired(client, LOG, after=await last_cursor(twin))
        await expired(twin, LOG, after=await last_cursor(client))
