"""The ledger of another benchmark, copied: the gateway answers its shapes with the values that lie there."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg  # type: ignore[import-untyped]
import pytest

from tests.benchmarks.grounds import with_database
from tests.benchmarks.leaves import leaves
from tests.benchmarks.ledger import put
from tests.benchmarks.peers import NUMBER, OPERATIONS, UNIQUE, ledger
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer

# Of the columns there, those that are read.
SOURCE = """
CREATE SCHEMA ar;
CREATE TABLE ar.account (id int, account_number text, name text, legal_name text, status text, currency char(3),
 credit_limit numeric(14,2), balance numeric(14,2), payment_terms text, tax_number text, address_line1 text,
 address_line2 text, city text, state text, postal_code text, country char(2), email text, phone text, language text,
 created_at timestamptz);
CREATE TABLE ar.document (id int, account_id int, document_number text, document_type text, status text,
 issue_date date, due_date date, currency char(3), amount numeric(14,2), balance numeric(14,2),
 tax_amount numeric(14,2),
 discount_amount numeric(14,2), freight_amount numeric(14,2), discount_date date, po_number text, reference text,
 description text, ship_to_city text, ship_to_country char(2), created_at timestamptz);
CREATE TABLE ar.note (id int, account_id int, subject text, body text, author text, created_at timestamptz);
CREATE TABLE ar.representative (id int, code text, name text, email text, phone text, region text,
 created_at timestamptz);
CREATE TABLE ar.account_representative (account_id int, representative_id int);
INSERT INTO ar.account VALUES (7, 'A000001', 'Nord 1', 'Nord Legal Inc.', 'HOLD', 'EUR', 1000, 45.60, 'NET30', 'TX1',
 '1 Main Street', NULL, 'Leeds', 'YK', '00013', 'GB', 'ap1@c.example', '+1-555-0001', 'de', '2025-01-01 08:01:00+00');
INSERT INTO ar.document VALUES (3, 7, 'INV-00000001', 'CREDIT_MEMO', 'PARTIAL', '2025-01-14', '2025-02-13', 'EUR',
 120.50, 100.00, 9.99, 1.10, 2.20, '2025-01-24', 'PO-60', 'REF/1/1', 'Goods', 'Leeds', 'GB', '2025-01-02 08:00:00+00');
INSERT INTO ar.note VALUES (5, 7, 'Call 1', 'Promised to pay.', 'user2', '2026-03-01 09:34:00.5+00');
INSERT INTO ar.representative VALUES (9, 'R001', 'Rep 1', 'rep1@a.example', '+1-555-9001', 'EAST', '2025-01-01 00:00Z');
INSERT INTO ar.account_representative VALUES (7, 9);
"""
DOCUMENT = [
    *("INV-00000001", "CREDIT_MEMO", "PARTIAL", "2025-01-14", "2025-02-13", "EUR"),
    *("120.5000", "100.0000", "9.9900", "PO-60"),
]
NESTED = [
    *DOCUMENT,
    *("CALL 1", "PROMISED TO PAY.", "USER2", "2026-03-01T09:34:00"),
    *("R001", "REP 1", "REP1@A.EXAMPLE", "+1-555-9001"),
]
LISTED = ["A000001", "NORD 1", "HOLD", "EUR", "1000.0000", "45.6000", "LEEDS", "YK", "GB", "AP1@C.EXAMPLE"]
EXPECTED = {
    "S": [*LISTED, "NORD LEGAL INC.", "1 MAIN STREET", "NONE", "13.0000", "+1-555-0001", *NESTED],
    "M": [*LISTED, *NESTED],
    "L": [*DOCUMENT, "1.1000", "REF/1/1", "A000001", "NORD 1"],
    "W": ["W-1", "1200.5000", "OPEN"],
}
numbers = count(1)


@pytest.fixture
async def source(postgres: PostgresServer) -> AsyncIterator[str]:
    """The address of a database with such a ledger."""
    name = f"peers_{next(numbers)}"
    address = (await postgres.create_database(name)).replace("+asyncpg", "")
    connection = await asyncpg.connect(address)
    await connection.execute(SOURCE)
    await connection.close()
    yield address
    await postgres.drop_database(name)


@pytest.fixture
async def owner(gateway: Gateway, database_url: str, source: str) -> Client:
    rows = await ledger(source, "ar")
    return gateway.stranger(await with_database(database_url, lambda database: put(database, rows)))


@pytest.mark.parametrize("shape", EXPECTED)
async def test_a_shape_is_answered_with_the_values_of_the_copied_ledger(owner: Client, shape: str) -> None:
    text, variables = OPERATIONS[shape]
    answer = await owner.query(text, **marked(variables))
    assert leaves(answer) == sorted(EXPECTED[shape])


def marked(variables: dict[str, object]) -> dict[str, object]:
    """Variables as the benchmark's client sends them."""
    values = {NUMBER: "A000001", UNIQUE: "W-1"}
    return {
        name: marked(value) if isinstance(value, dict) else values.get(str(value), value)
        for name, value in variables.items()
    }
