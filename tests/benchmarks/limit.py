"""The limit that the other servers are measured by: for each shape one statement written by hand, whose JSON Postgres
builds, its bytes passed on by a bare route. It knows neither GraphQL nor keys, and checks nothing.

`python -m tests.benchmarks.limit ADDRESS PORT` serves it at /S, /M, …
"""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.benchmarks.ledger import TENANT_ID
from tests.benchmarks.shapes import PAGE_SIZE

DOCUMENT = """d.document_number AS "documentNumber", upper(d.document_type) AS "documentType",
 upper(d.status) AS status,
 d.invoice_date AS "invoiceDate", d.due_date AS "dueDate", d.currency,
 d.original_denomination::text AS "originalDenomination", d.open_amount::text AS "openAmount",
 d.freight_amount::text AS "freightAmount", d.po_number AS "poNumber\""""
NESTED = f"""
 CROSS JOIN LATERAL (SELECT json_build_object('nodes', coalesce(json_agg(d), '[]')) AS documents FROM (
  SELECT {DOCUMENT} FROM documents d WHERE d.tenant_id = {TENANT_ID} AND d.account_number = a.account_number
  ORDER BY d.document_number LIMIT {{documents}}) d) d
 CROSS JOIN LATERAL (SELECT json_build_object('nodes', coalesce(json_agg(n), '[]')) AS notes FROM (
  SELECT subject, body, note_type AS "noteType", created_at AS "createdAt" FROM notes n
  WHERE n.tenant_id = {TENANT_ID} AND n.account_number = a.account_number
  ORDER BY n.created_at, n.csr_id LIMIT 20) n) n
 CROSS JOIN LATERAL (SELECT json_build_object('nodes', coalesce(json_agg(r), '[]')) AS representatives FROM (
  SELECT r.reference, r.name, r.email, r.phone FROM account_representatives l
  JOIN representatives r ON r.tenant_id = l.tenant_id AND r.reference = l.reference
  WHERE l.tenant_id = {TENANT_ID} AND l.account_number = a.account_number ORDER BY r.reference LIMIT 20) r) r"""
STATEMENTS = {
    "S": f"""SELECT json_build_object('data', json_build_object('account', (SELECT to_json(x) FROM (
 SELECT a.account_number AS "accountNumber", a.name, a.display_reference AS "displayReference", a.currency, a.language,
  a.phone, a.mobile_phone AS "mobilePhone", a.fax, a.email, a.payment_terms AS "paymentTerms",
  a.credit_limit::text AS "creditLimit", a.account_group AS "accountGroup",
  a.branch_name AS "branchName", a.vat,
  a.created_at AS "createdAt", documents, notes, representatives
 FROM (SELECT * FROM accounts WHERE tenant_id = {TENANT_ID} AND account_number = $1) a
 {NESTED.format(documents=10)}) x)))""",
    "M": f"""SELECT json_build_object('data', json_build_object('accounts', json_build_object('nodes', (
 SELECT coalesce(json_agg(x), '[]') FROM (
 SELECT a.account_number AS "accountNumber", a.name, a.currency, a.language, a.credit_limit::text AS "creditLimit",
  a.payment_terms AS "paymentTerms", a.account_group AS "accountGroup", a.branch_name AS "branchName",
  a.phone, a.email,
  documents, notes, representatives
 FROM (SELECT * FROM accounts WHERE tenant_id = {TENANT_ID} ORDER BY account_number LIMIT 50) a
 {NESTED.format(documents=20)}) x))))""",
    "L": f"""SELECT json_build_object('data', json_build_object('documents', json_build_object('nodes', (
 SELECT coalesce(json_agg(x), '[]') FROM (
 SELECT {DOCUMENT}, d.discount_amount::text AS "discountAmount", d.description,
  json_build_object('accountNumber', a.account_number, 'name', a.name) AS account
 FROM (SELECT * FROM documents WHERE tenant_id = {TENANT_ID} ORDER BY document_number LIMIT 1000) d
 JOIN accounts a ON a.tenant_id = d.tenant_id AND a.account_number = d.account_number
 ORDER BY d.document_number) x))))""",
    "P": f"""WITH p AS MATERIALIZED (SELECT * FROM documents d
  WHERE tenant_id = {TENANT_ID} AND document_number > $1 ORDER BY document_number LIMIT {PAGE_SIZE + 1})
 SELECT json_build_object('data', json_build_object('documents', json_build_object(
  'nodes', (SELECT coalesce(json_agg(x), '[]') FROM (
   SELECT {DOCUMENT} FROM p d ORDER BY d.document_number LIMIT {PAGE_SIZE}) x),
  'pageInfo', json_build_object(
   'endCursor', (SELECT max(document_number) FROM (
    SELECT document_number FROM p ORDER BY 1 LIMIT {PAGE_SIZE}) l),
   'hasNextPage', (SELECT count(*) > {PAGE_SIZE} FROM p)))))""",
    "W": f"""INSERT INTO documents (tenant_id, account_number, document_number, invoice_key, document_type, status,
  invoice_date, due_date, currency, open_currency, original_denomination, denomination, open_amount, po_number,
  currency_model, csr_id, products, version, created_at, updated_at)
 VALUES ({TENANT_ID}, $1, $2, $2, $3, 'open', $4, $5, $6, $6, $7, $8, $8, $9, 'basic',
  nextval('csr_id_seq'), 1, 1, now(), now())
 ON CONFLICT (tenant_id, document_number) DO UPDATE SET original_denomination = excluded.original_denomination,
  denomination = excluded.denomination, open_amount = excluded.open_amount, version = documents.version + 1,
  updated_at = excluded.updated_at
 RETURNING json_build_object('data', json_build_object('createDocument', json_build_object(
  'document', json_build_object(
  'documentNumber', document_number, 'openAmount', open_amount::text, 'status', upper(status)),
  'userErrors', '[]'::json)))""",
}
STATEMENTS |= {"P1": STATEMENTS["P"], "P1000": STATEMENTS["P"]}

Arguments = tuple[Any, ...]


def written(sent: dict[str, Any]) -> Arguments:
    values = sent["input"]
    amounts = values["amounts"]["basic"]
    days = (date.fromisoformat(values[name]) for name in ("invoiceDate", "dueDate"))
    numbers = (Decimal(amounts[name]) for name in ("originalDenomination", "denomination"))
    kind = values["documentType"].lower()
    return (values["accountNumber"], sent["number"], kind, *days, amounts["currency"], *numbers, values["poNumber"])


ARGUMENTS: dict[str, Callable[[dict[str, Any]], Arguments]] = {
    "S": lambda sent: (sent["number"],),
    "M": lambda sent: (),
    "L": lambda sent: (),
    "W": written,
    "P1": lambda sent: ("",),
    "P1000": lambda sent: (sent["after"],),
}


async def prepare(connection: Any) -> None:
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)


def application(address: str) -> Starlette:
    pool: Any = None

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        nonlocal pool
        pool = await asyncpg.create_pool(address, min_size=8, max_size=10, init=prepare)
        yield
        await pool.close()

    async def answer(request: Request) -> Response:
        shape = request.path_params["shape"]
        sent = orjson.loads(await request.body())["variables"]
        async with pool.acquire() as connection:
            body = await connection.fetchval(STATEMENTS[shape], *ARGUMENTS[shape](sent))
        return Response(body, media_type="application/json")

    return Starlette(lifespan=lifespan, routes=[Route("/{shape}", answer, methods=["POST"])])


def main() -> None:
    address, port = sys.argv[1:]
    uvicorn.run(application(address), host="127.0.0.1", port=int(port), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
