"""Text in filters and orders: code points, case and wildcards mean the same on both databases."""

import pytest
import sqlalchemy as sa

from app.storage.database.engine import Database
from tests.gateway import Client
from tests.ledger import Ledger

FINAL, MEDIAL = "\u03c2", "\u03c3"
NAMES = (
    *("Alpha", "alpha", "ALPHA BETA", "Alpha "),
    *("100%", "100 percent", "a_b", "aXb", "a\\b", "a*b"),
    *("Éclair", "éclair", "e\u0301clair"),
    *("ΟΔΥΣΣΕΥΣ", f"Οδυσσευ{FINAL}", f"Οδυσσευ{MEDIAL}"),
    *("İstanbul", "ISTANBUL", "ıstanbul"),
    *("Straße", "STRASSE", "STRAẞE"),
    *("Привет", "ПРИВЕТ"),
    *("\U00010400bc", "\U00010428BC"),  # Deseret, beyond the first plane
    *("20 \u212a", "20 k"),  # the Kelvin sign
    *("x\ud7ff", "x\ud7ffy", "x\ue000", "x\uffff", "x\U00010000", "x\U0010ffff", "x\U0010ffff\U0010ffff", "y"),
)
CONTAINED = {
    "ALPHA": {"Alpha", "alpha", "ALPHA BETA", "Alpha "},
    "a b": {"ALPHA BETA"},
    "0%": {"100%"},
    "%": {"100%"},
    "_": {"a_b"},
    "A_B": {"a_b"},
    "\\": {"a\\b"},
    "*": {"a*b"},
    "ÉCLAIR": {"Éclair", "éclair"},
    "eclair": set(),
    "E\u0301": {"e\u0301clair"},
    "υσσευς": {"ΟΔΥΣΣΕΥΣ", f"Οδυσσευ{FINAL}", f"Οδυσσευ{MEDIAL}"},
    "ΥΣ": {"ΟΔΥΣΣΕΥΣ", f"Οδυσσευ{FINAL}", f"Οδυσσευ{MEDIAL}"},
    "ΔΥΣ": {"ΟΔΥΣΣΕΥΣ", f"Οδυσσευ{FINAL}", f"Οδυσσευ{MEDIAL}"},
    "İST": {"İstanbul"},
    "i\u0307stan": {"İstanbul"},
    "istan": {"ISTANBUL"},
    "ıstan": {"ıstanbul"},
    "STANBUL": {"İstanbul", "ISTANBUL", "ıstanbul"},
    "ß": {"Straße", "STRAẞE"},
    "STRASS": {"STRASSE"},
    "привет": {"Привет", "ПРИВЕТ"},
    "\U00010400B": {"\U00010400bc", "\U00010428BC"},
    "0 K": {"20 \u212a", "20 k"},
    "\U0010ffff": {"x\U0010ffff", "x\U0010ffff\U0010ffff"},
    "": set(NAMES),
}
BEGUN = {
    "Alpha": {"Alpha", "Alpha "},
    "ALPHA": {"ALPHA BETA"},
    "100%": {"100%"},
    "a_": {"a_b"},
    "a%": set(),
    "E": set(),
    "e": {"e\u0301clair"},
    "É": {"Éclair"},
    "x\ud7ff": {"x\ud7ff", "x\ud7ffy"},
    "x\ue000": {"x\ue000"},
    "x\uffff": {"x\uffff"},
    "x\U00010000": {"x\U00010000"},
    "x\U0010ffff": {"x\U0010ffff", "x\U0010ffff\U0010ffff"},
    "x\U0010ffff\U0010ffff": {"x\U0010ffff\U0010ffff"},
    "\U0010ffff": set(),
    "": set(NAMES),
}
EQUAL = {"Alpha": {"Alpha"}, "ALPHA": set(), "Alpha ": {"Alpha "}, "a_b": {"a_b"}, "é": set(), "straße": set()}


@pytest.fixture
async def named(acme: Client) -> Client:
    """A tenant with an account for each name, and representatives without any."""
    ledger = Ledger(acme)
    for n, name in enumerate(NAMES):
        await ledger.account(f"A-{n}", name=name)
    await ledger.representative("R-1")
    return acme


async def names(client: Client, operator: str, text: str) -> set[str]:
    asked = "query($filter: AccountFilter) { accounts(first: 100, filter: $filter) { nodes { name } } }"
    found = await client.only(asked, filter={"name": {operator: text}})
    return {row["name"] for row in found["nodes"]}


async def test_contains_disregards_case_in_every_script_and_knows_no_wildcards(named: Client) -> None:
    assert {text: await names(named, "contains", text) for text in CONTAINED} == CONTAINED


async def test_starts_with_goes_by_code_points_and_knows_no_wildcards(named: Client) -> None:
    assert {text: await names(named, "startsWith", text) for text in BEGUN} == BEGUN


async def test_equality_heeds_case_and_every_blank(named: Client) -> None:
    assert {text: await names(named, "eq", text) for text in EQUAL} == EQUAL


async def test_text_is_ordered_by_code_point(named: Client) -> None:
    text = "query($order: [AccountOrder!]) { accounts(first: 100, orderBy: $order) { nodes { name } } }"
    for direction in ("ASC", "DESC"):
        found = await named.only(text, order=[{"field": "NAME", "direction": direction}])
        expected = sorted(NAMES, key=lambda name: [ord(c) for c in name], reverse=direction == "DESC")
        assert [row["name"] for row in found["nodes"]] == expected


async def test_no_text_matches_what_is_missing_not_even_the_empty_one(named: Client) -> None:
    asked = "query($filter: RepresentativeFilter) { representatives(filter: $filter) { totalCount } }"
    counts = {}
    for operator, operand in (("contains", ""), ("startsWith", ""), ("eq", ""), ("isNull", True), ("isNull", False)):
        found = await named.only(asked, filter={"name": {operator: operand}})
        counts[operator, operand] = found["totalCount"]
    assert counts == {
        ("contains", ""): 0,
        ("startsWith", ""): 0,
        ("eq", ""): 0,
        ("isNull", True): 1,
        ("isNull", False): 0,
    }


async def test_text_columns_of_postgres_are_compared_by_code_point_whatever_the_database_s_locale(
    postgres_url: str,
) -> None:
    texts = sa.text(
        "SELECT t.relname || '.' || a.attname, c.collname FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid "
        "JOIN pg_collation c ON c.oid = a.attcollation WHERE t.relkind IN ('r', 'i') "
        "AND t.relnamespace = 'public'::regnamespace AND t.relname !~ 'alembic|_search$'"  # trigrams are in no order
    )
    database = Database(postgres_url, administers=True)
    async with database.reading() as connection:
        collations = {row[0]: row[1] for row in await connection.execute(texts)}
    await database.dispose()
    assert len(collations) > 100
    assert {name for name, collation in collations.items() if collation != "C"} == set()
