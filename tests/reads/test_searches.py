"""Parts of numbers and names are found by trigrams, and what is found is what a comparison of every row finds."""

from random import Random

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.reads.filters import condition_sql
from app.reads.selection import Comparison, Operator
from app.storage.database.sqlite_functions import fold
from app.storage.searches import FOLDING
from app.storage.tables import ACCOUNTS
from tests.gateway import Client, Gateway
from tests.reads.mass import insert

PIECES = (
    *("inv", "INV-", "0042", "12345", "Müller", "MÜLLER", "é", "e\u0301", "ß", "ẞ", "İ", "i\u0307", "ı", "I", "K", "k"),
    *(
        "\u212a",
        "ΟΔΥΣΣΕΥΣ",
        "ς",
        "σ",
        "Σ",
        "Привет",
        "日本語",
        "\U00010400",
        "\U00010428",
        "\U0010ffff",
        "ﬁ",
        "Å",
        "\u212b",
    ),
    *("%", "_", "\\", "'", '"', '""', "(", " OR ", " AND ", "*", "^", ":", "-", " ", "\t", "a_b", "100%", "\\%", "x"),
)
ROWS, PARTS, ASKED = 400, 400, 60


def text_of(random: Random) -> str:
    return "".join(random.choices(PIECES, k=random.randint(1, 6)))


def part_of(random: Random, texts: list[str]) -> str:
    """A part of a text, in any case, or another text."""
    text = random.choice(texts) if random.random() < 0.9 else text_of(random)
    start = random.randrange(len(text) + 1)
    part = text[start : start + random.randint(0, 8)]
    return random.choice([part, part.upper(), part.lower(), part.swapcase(), part.title()])


async def add_accounts(gateway: Gateway, tenant: str, names: list[str]) -> None:
    """The accounts A-0, A-1, … with these names."""
    async with gateway.database.writing() as connection:
        rows = ((ACCOUNTS, {"account_number": f"A-{n}", "name": name}) for n, name in enumerate(names))
        await insert(connection, gateway.named(tenant), rows)


async def numbers_with(client: Client, part: str) -> set[str]:
    asked = """query($part: String) { accounts(first: 1000, filter: {name: {contains: $part}}) {
        totalCount nodes { accountNumber } } }"""
    page = await client.only(asked, part=part)
    assert page["totalCount"] == len(page["nodes"])
    return {row["accountNumber"] for row in page["nodes"]}


async def test_a_part_is_found_wherever_it_stands_in_a_text_of_any_script(gateway: Gateway, acme: Client) -> None:
    random = Random(12)
    names = [text_of(random) for _ in range(ROWS)]
    await gateway.tenant("rival")
    await add_accounts(gateway, "acme", names)
    await add_accounts(gateway, "rival", names)
    for part in [part_of(random, names) for _ in range(ASKED)]:
        expected = {f"A-{n}" for n, name in enumerate(names) if (fold(part) or "") in (fold(name) or "")}
        assert await numbers_with(acme, part) == expected, ascii(part)


async def test_a_text_is_found_by_what_it_is_now(gateway: Gateway, acme: Client) -> None:
    await add_accounts(gateway, "acme", ["Alder & Finch", "Birch Öl"])
    for number, former, name in (("A-0", "finch", "Willow"), ("A-1", "ÖL", "Ülme Ölmühle"), ("A-0", "illo", "Finch")):
        assert await numbers_with(acme, former) == {number}
        async with gateway.database.writing() as connection:
            changed = sa.update(ACCOUNTS).where(ACCOUNTS.c.account_number == number).values(name=name)
            await connection.execute(changed)
        assert await numbers_with(acme, name.upper()) == {number}
        assert await numbers_with(acme, former) == ({number} if former.lower() in name.lower() else set())


async def test_on_postgres_the_index_finds_what_is_found_without_it_and_was_found_before_there_was_one(
    postgres_url: str,
) -> None:
    random = Random(13)
    names = [text_of(random) for _ in range(ROWS)]
    parts = [part_of(random, names) for _ in range(PARTS)]
    async with Gateway(postgres_url) as gateway:
        await gateway.tenant("acme")
        await add_accounts(gateway, "acme", names)
        async with gateway.database.writing() as connection:
            formerly = [await found(connection, strpos(part)) for part in parts]
            by_row = [await found(connection, contains(part)) for part in parts]
            await connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            await drop_other_indexes(connection)
            by_index = [await found(connection, contains(part)) for part in parts]
            plans = [await plan(connection, contains(part)) for part in parts]
    assert by_index == by_row == formerly
    assert sum(map(len, by_index)) > PARTS
    assert sum("ix_accounts_search" in plan for plan in plans) == PARTS


async def drop_other_indexes(connection: AsyncConnection) -> None:
    """All that the planner could take instead."""
    for index in ACCOUNTS.indexes:
        await connection.execute(sa.schema.DropIndex(index))
    for key in ("pk_accounts", "uq_accounts_tenant_id_csr_id"):
        await connection.execute(sa.text(f"ALTER TABLE accounts DROP CONSTRAINT {key} CASCADE"))


def contains(part: str) -> sa.ColumnElement[bool]:
    wanted = Comparison("name", Operator.CONTAINS, part)
    return condition_sql(wanted, "account", ACCOUNTS, Caller(1, (), read_only=True), "postgresql")


def strpos(part: str) -> sa.ColumnElement[bool]:
    """What `contains` was before there was an index."""
    lowered = sa.func.replace(sa.func.lower(sa.collate(ACCOUNTS.c.name, FOLDING)), "ς", "σ")
    return sa.func.strpos(lowered, fold(part)) > 0


def select(condition: sa.ColumnElement[bool]) -> sa.Select[tuple[str]]:
    return sa.select(ACCOUNTS.c.account_number).where(ACCOUNTS.c.tenant_id == 1, condition)


async def found(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> set[str]:
    return {row.account_number for row in await connection.execute(select(condition))}


async def plan(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> str:
    made = select(condition).compile(connection.sync_connection, compile_kwargs={"literal_binds": True})
    return "\n".join((await connection.exec_driver_sql(f"EXPLAIN {made}")).scalars())
