"""The gateway as a target of a benchmark that others are measured by, on that benchmark's own rows:
`python -m tests.benchmarks.peers ADDRESS FOLDER`.

The benchmark keeps one ledger in a schema of a Postgres and asks every server the same, each in its own words. This
copies the ledger into two databases of the gateway's, one in the same Postgres and one of SQLite in the folder, writes
the operations of the shapes S, M, L and W there, and prints what the benchmark is to be started with.

Fields of the ledger that the gateway has none for lie in text fields of the same resource, under whose names a query
asks for them: an account's balance, and words for a status or a type that are not those of the gateway. All leaf values
are those of the other servers then. Amounts come without trailing zeros, and moments with milliseconds and a Z.
"""

import argparse
import asyncio
import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
import sqlalchemy as sa

from app.domain.enums import CurrencyModel, DocumentStatus, DocumentType
from app.storage.tables import ACCOUNT_REPRESENTATIVES, ACCOUNTS, DOCUMENTS, NOTES, REPRESENTATIVES
from tests.benchmarks.grounds import compact, with_database
from tests.benchmarks.ledger import Row, put, served
from tests.benchmarks.shapes import MUTATION_W, WRITTEN
from tests.postgres import PostgresServer
from tests.servers import COMMAND, free_port

SCHEMA = "ar"
DATABASE = "ingest_gateway"
NUMBER, UNIQUE = "A__N__", "__U__"  # what the benchmark's client replaces in the variables of a request

# The ledger's rows under the names of the gateway's columns, in the order in which they were written.
ROWS: tuple[tuple[sa.Table, str], ...] = (
    (
        REPRESENTATIVES,
        """SELECT code AS reference, name, email, phone, region AS department, created_at
        FROM representative ORDER BY id""",
    ),
    (
        ACCOUNTS,
        """SELECT account_number, name, legal_name AS description, status AS account_group, currency, credit_limit,
         balance::text AS company_registration_number, payment_terms, tax_number AS vat, email, phone, language,
         jsonb_strip_nulls(jsonb_build_object('address1', address_line1, 'address2', address_line2, 'city', city,
          'state', state, 'zip', postal_code, 'country', country)) AS billing_address, created_at
        FROM account ORDER BY id""",
    ),
    (
        DOCUMENTS,
        f"""SELECT a.account_number, d.document_number, d.document_number AS invoice_num,
         d.document_number AS invoice_key, d.document_type AS udp1, d.status AS udp2, d.reference AS udp3,
         d.issue_date AS invoice_date, d.due_date, d.discount_date, d.po_number, d.description, d.ship_to_city AS
         ship_to_address_city, d.ship_to_country AS ship_to_address_country, d.currency, d.currency AS open_currency,
         d.amount AS original_denomination, d.balance AS denomination, d.balance AS open_amount,
         d.tax_amount AS duty_amt, d.discount_amount, d.freight_amount, d.created_at,
         '{DocumentType.INVOICE}' AS document_type, '{DocumentStatus.OPEN}' AS status,
         '{CurrencyModel.BASIC}' AS currency_model
        FROM document d JOIN account a ON a.id = d.account_id ORDER BY d.id""",
    ),
    (
        NOTES,
        """SELECT 'N-' || n.id AS reference, a.account_number, n.subject, n.body, n.author AS note_type,
         n.created_at AS effective_date, n.created_at
        FROM note n JOIN account a ON a.id = n.account_id ORDER BY n.id""",
    ),
    (
        ACCOUNT_REPRESENTATIVES,
        """SELECT a.account_number, r.code AS reference FROM account_representative l
        JOIN account a ON a.id = l.account_id JOIN representative r ON r.id = l.representative_id""",
    ),
)

ADDRESS = "address1 address2 city state zip country"
DOCUMENT = """documentNumber documentType: udp1 status: udp2 invoiceDate dueDate currency originalDenomination
      openAmount taxAmount: dutyAmt poNumber"""
NESTED = f"""
    documents(first: $documents) {{ nodes {{ {DOCUMENT} }} }}
    notes {{ nodes {{ subject body author: noteType createdAt }} }}
    representatives {{ nodes {{ reference name email phone }} }}
"""
QUERY_S = f"""query S($number: String!, $documents: Int!) {{
  account(accountNumber: $number) {{
    accountNumber name legalName: description status: accountGroup currency creditLimit
    balance: companyRegistrationNumber billingAddress {{ {ADDRESS} }} email phone
    {NESTED}
  }}
}}"""
QUERY_M = f"""query M($accounts: Int!, $documents: Int!) {{
  accounts(first: $accounts) {{
    nodes {{
      accountNumber name status: accountGroup currency creditLimit balance: companyRegistrationNumber
      billingAddress {{ city state country }} email
      {NESTED}
    }}
  }}
}}"""
QUERY_L = f"""query L($first: Int!) {{
  documents(first: $first) {{
    nodes {{ {DOCUMENT} discountAmount reference: udp3 account {{ accountNumber name }} }}
  }}
}}"""
OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "S": (QUERY_S, {"number": NUMBER, "documents": 10}),
    "M": (QUERY_M, {"accounts": 50, "documents": 20}),
    "L": (QUERY_L, {"first": 1000}),
    "W": (MUTATION_W, {"number": UNIQUE, "input": {"accountNumber": NUMBER, **WRITTEN}}),
}


async def ledger(address: str, schema: str) -> list[tuple[sa.Table, list[Row]]]:
    """The rows of the benchmark as the gateway keeps them."""
    connection = await asyncpg.connect(address, server_settings={"search_path": schema})
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    try:
        return [(table, [kept(record) for record in await connection.fetch(text)]) for table, text in ROWS]
    finally:
        await connection.close()


def kept(record: Any) -> Row:
    row = dict(record)
    return {**row, **served(row["created_at"])} if "created_at" in row else row


def copied(rows: list[tuple[sa.Table, list[Row]]], url: str) -> str:
    """Fills a new database; the key of the tenant in it."""
    key = asyncio.run(with_database(url, lambda database: put(database, rows)))
    asyncio.run(with_database(url, compact))
    return key


def new_databases(address: str, folder: Path) -> dict[str, str]:
    """The addresses of two empty databases by the names of the targets; former ones are gone."""
    server, file = PostgresServer(sa.make_url(address)), folder / f"{DATABASE}.db"
    asyncio.run(server.drop_database(DATABASE))
    for former in folder.glob(f"{file.name}*"):
        former.unlink()
    return {
        "gateway": asyncio.run(server.create_database(DATABASE)),
        "gateway-sqlite": f"sqlite+aiosqlite:///{file}",
    }


def write_operations(folder: Path) -> None:
    for shape, (text, variables) in OPERATIONS.items():
        (folder / f"{shape}.graphql").write_text(text)
        (folder / f"{shape}.json").write_bytes(orjson.dumps(variables))


def options(name: str, url: str, key: str, folder: Path) -> Iterator[tuple[str, str]]:
    """What tells the benchmark of one target."""
    port = free_port()
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_LOG_LEVEL": "warning", "GATEWAY_BLOB_URL": f"{folder.as_uri()}/blobs"}
    settings = [f"{setting}={value}" for setting, value in env.items()]
    serve = shlex.join(["exec", "env", *settings, *COMMAND, "serve", "--host", "127.0.0.1", "--port", str(port)])
    yield "--target", f"{name}=http://127.0.0.1:{port}/graphql"
    yield "--target-queries", f"{name}={folder}"
    yield "--target-header", f"{name}=X-API-Key: {key}"
    yield "--target-cmd", f"{name}={serve}"


def command_line(pairs: Iterable[tuple[str, str]]) -> str:
    return " \\\n  ".join(["./run.sh", *(shlex.join(pair) for pair in pairs)])


def main() -> None:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    known.add_argument("address", help="of the database with the benchmark's ledger, postgresql://…")
    known.add_argument("folder", type=Path, help="for the operations and the SQLite database")
    known.add_argument("--schema", default=SCHEMA, help="of the ledger (%(default)s)")
    given = known.parse_args()
    folder = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    rows = asyncio.run(ledger(given.address, given.schema))
    write_operations(folder)
    targets = [(name, url, copied(rows, url)) for name, url in new_databases(given.address, folder).items()]
    told = (pair for name, url, key in targets for pair in options(name, url, key, folder))
    sys.stdout.write(f"{command_line(told)}\n")


if __name__ == "__main__":
    main()
