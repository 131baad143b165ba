"""SQL in every text that a client can send means nothing: it is a text like any other, to both facades and both kinds
of database."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.attacks.judge import Target

SQL = (
    "' OR '1'='1",
    "'; DROP TABLE accounts; --",
    '" OR ""="',
    "\\'; SELECT pg_sleep(9); --",
    "') UNION SELECT key_hash FROM api_keys --",
    "$1; $$; :name %(name)s ? %s {0} ${x}",
    "/* */ -- # \\",
    "100%_[a-z]*",
)
FILTERS = {
    "accounts": (
        "accountNumber",
        "name",
        "displayReference",
        "currency",
        "accountGroup",
        "email",
        "parentAccountNumber",
    ),
    "documents": ("documentNumber", "invoiceNum", "accountNumber", "currency", "poNumber", "appliesToInvoice"),
    "representatives": ("reference", "name", "email", "department", "representativeType"),
    "contacts": ("reference", "accountNumber", "name", "lastName", "email", "contactType"),
}
EVERYTHING = """{ accounts(first: 1000) { nodes { accountNumber name customFields { key text } dataProviders } }
  documents { totalCount } representatives { totalCount } contacts { totalCount } tenant { name } }"""
ROOT = "/api/v1/ingest"


def data(target: Target, text: str, **variables: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(target.run(text, **variables).body)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


def put(target: Target, key: str, body: dict[str, Any]) -> int:
    path = f"{ROOT}/accounts/{quote(key, safe='')}"
    return target.ask("PUT", path, json.dumps(body).encode()).status


@pytest.mark.parametrize("listed", FILTERS)
def test_sql_in_a_filter_finds_nothing_and_fails_nothing(ledger: Target, listed: str) -> None:
    assert put(ledger, "PLAIN", {"name": "Plain"}) in (200, 201)
    type_ = f"{listed[:-1].capitalize()}Filter"
    text = f"query($f: {type_}) {{ {listed}(filter: $f) {{ totalCount nodes {{ id }} }} }}"
    for field in FILTERS[listed]:
        operators = ("eq", "in") if field == "currency" else ("eq", "in", "startsWith", "contains")
        ways = [{field: {o: [sql] if o == "in" else sql}} for sql in SQL for o in operators]
        assert data(ledger, text, f={"or": ways})[listed] == {"totalCount": 0, "nodes": []}, field
        assert data(ledger, text, f={field: {"in": list(SQL)}})[listed]["totalCount"] == 0, field


def test_sql_in_keys_names_and_custom_fields_is_kept_to_the_letter(ledger: Target) -> None:
    for number, sql in enumerate(SQL):
        body = {"name": sql, "custom_fields": {"collections": {sql: sql}}, "data_providers": {sql: sql}}
        assert put(ledger, sql, body) in (200, 201)
        path = f"{ROOT}/accounts/{quote(sql, safe='')}"
        shown = json.loads(ledger.ask("GET", path).body)
        assert (shown["accountNumber"], shown["name"], shown["custom_fields"]) == (sql, sql, body["custom_fields"])
        text = "query($n: String!) { account(accountNumber: $n) { accountNumber dataProviders } }"
        assert data(ledger, text, n=sql) == {"account": {"accountNumber": sql, "dataProviders": {sql: sql}}}
        literal = json.dumps(sql)
        found = data(ledger, f"{{ accounts(filter: {{name: {{eq: {literal}}}}}) {{ nodes {{ accountNumber }} }} }}")
        assert found == {"accounts": {"nodes": [{"accountNumber": sql}]}}, number
    everything = data(ledger, EVERYTHING)
    assert {node["accountNumber"] for node in everything["accounts"]["nodes"]} >= set(SQL)
    assert everything["tenant"] == {"name": "acme"}


@pytest.mark.parametrize("sql", SQL)
def test_sql_where_an_opaque_text_belongs_is_refused_or_names_nothing(ledger: Target, sql: str) -> None:
    assert data(ledger, "query($i: ID!) { node(id: $i) { id } }", i=sql) == {"node": None}
    assert ledger.run("query($c: String) { accounts(after: $c) { totalCount } }", c=sql).refusal == (
        200, "BAD_USER_INPUT", "This is no cursor of this server.",
    )  # fmt: skip
    order = ledger.run("query($o: [AccountOrder!]) { accounts(orderBy: $o) { totalCount } }", o=[{"field": sql}])
    assert order.refusal[:2] == (200, "BAD_USER_INPUT")
    named = ledger.post(json.dumps({"query": "query A { __typename }", "operationName": sql}).encode())
    assert named.refusal == (200, "BAD_USER_INPUT", f"There is no operation named '{sql}' in the text.")
    by_id = ledger.post(json.dumps({"documentId": sql}).encode())
    assert by_id.refusal == (200, "PERSISTED_QUERY_NOT_FOUND", f"This server knows no document '{sql}'.")
    assert ledger.ask("GET", f"{ROOT}/documents/{quote(sql, safe='')}").status == 404
    assert ledger.ask("GET", f"{ROOT}/representatives/R/accounts?page={quote(sql)}&limit={quote(sql)}").status == 404
    assert ledger.ask("GET", "/healthz", X_API_Key=sql, X_Request_Id=sql, Idempotency_Key="x").status == 200
    if sql.isascii():
        assert ledger.post(b'{"query": "{ __typename }"}', X_API_Key=sql).status == 401
    ledger.answers_honestly()


def test_aliases_that_are_words_of_sql_are_names_like_any_other(ledger: Target) -> None:
    words = ("select", "FROM", "null", "NULL", "order", "x_union_select", "tenant_id", "pg_sleep", "sqlite_master")
    found = data(ledger, f"{{ {' '.join(f'{word}: tenant {{ {word}: name }}' for word in words)} }}")
    assert found == {word: {word: "acme"} for word in words}
