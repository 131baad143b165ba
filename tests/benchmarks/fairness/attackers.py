"""What one tenant may send within the default limits so that others wait, or memory and disk fill up: data for
`tests.benchmarks.fairness`, each with what it tries.

NUMBER in a call is another each time it is sent, CONNECTION that of the connection that sends it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from itertools import accumulate
from typing import Any

import orjson

from tests.benchmarks.driver import NUMBER
from tests.benchmarks.shapes import QUERY_L, QUERY_S

LINES = 4_900  # of an invoice: nearly the most that one may have
INVOICES = 3  # documents of each tenant that have an invoice, of an account of the same name
CONNECTION = "CONNECTION__"
PDFS = "/api/v1/ingest/documents/INVOICE-{}/attachments"
ACCOUNTS = "/api/v1/ingest/accounts/INVOICE-{}"
READER, WRITER, NOBODY = "reader", "writer", ""
HEADER = b"%PDF-1.7\n"
ATTACH = """mutation($number: String!, $file: Upload!) {
  attachPdf(documentNumber: $number, file: $file, dryRun: true) { userErrors { code } }
}"""
COLUMNS = """documentNumber documentType status invoiceDate dueDate currency originalDenomination openAmount
  freightAmount poNumber discountAmount description branchName invoiceNum shipToAddressCity"""


class Manner(Enum):
    """What an attacker does about the answer."""

    ANSWERED = auto()  # waits for it
    ABANDONED = auto()  # leaves before it comes
    UNREAD = auto()  # stays, and takes nothing of it
    UNFINISHED = auto()  # waits, but has not sent all of the request


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `withheld` bytes of its body are announced and never sent."""

    body: bytes = b""
    method: str = "POST"
    path: str = "/graphql"
    content_type: str = "application/json"
    headers: tuple[str, ...] = ()
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Attacker:
    """So many connections, each of which sends the calls in turn. `patience`: seconds until one leaves, if it does.
    `beside`: the kinds of another tenant's requests that are measured."""

    tries: str
    calls: Callable[[], list[Call]]
    connections: int = 4
    key: str = READER
    manner: Manner = Manner.ANSWERED
    patience: float = 0.0
    beside: tuple[str, ...] = ("S",)


def invoice_name(number: int) -> str:
    return f"INVOICE-{number:012}"


def query(text: str, variables: dict[str, Any] | None = None, **call: Any) -> list[Call]:
    return [Call(orjson.dumps({"query": text, "variables": variables or {}}), **call)]


def long_aliases() -> list[Call]:
    leaves = " ".join(f"a{n}: {name}" for n, name in zip(range(179), COLUMNS.split() * 12, strict=False))
    inside = f"documents(first: 50) {{ nodes {{ {leaves} {'b' * 64}: openAmount }} }}"
    return query(f"query q{NUMBER} {{ accounts(first: 400) {{ nodes {{ {inside} }} }} }}")


def dry_run(documents: int, each: int, columns: str, **call: Any) -> list[Call]:
    inside = f"account {{ documents(first: {each}) {{ nodes {{ {columns} }} }} }}"
    payload = f"documents(first: {documents}) {{ nodes {{ {inside} }} }}"
    patch = f'patchAccount(accountNumber: "A000001", patch: {{ vat: "{NUMBER}" }}, dryRun: true)'
    return query(f"mutation {{ {patch} {{ account {{ {payload} }} }} }}", **call)


def any_of(count: int, column: str, comparison: str, value: str) -> dict[str, Any]:
    """A filter of so many comparisons with other values each, of which none holds."""
    return {"or": [{column: {comparison: f"{value}{n}-{NUMBER}"}} for n in range(count)]}


def shared_filter() -> list[Call]:
    lists = " ".join(f"a{n}: documents(first: 0, filter: $f) {{ pageInfo {{ hasNextPage }} }}" for n in range(199))
    text = f"query($f: DocumentFilter) {{ {lists} }}"
    return query(text, {"f": any_of(200, "documentNumber", "eq", "x")})


def searches() -> list[Call]:
    lists = " ".join(f"{name}: documents(first: 0, filter: $f) {{ totalCount }}" for name in "ab")
    return query(f"query($f: DocumentFilter) {{ {lists} }}", {"f": any_of(200, "poNumber", "contains", "x")})


def invoices() -> list[Call]:
    renamed = Call(f'{{"name": "{NUMBER}"}}'.encode(), "PATCH", ACCOUNTS.format(CONNECTION))
    return [renamed, Call(method="GET", path=PDFS.format(CONNECTION))]


def comments() -> list[Call]:
    return query(f"{{ __typename }} #{NUMBER}{'x' * 199_900}")


def operation_names() -> list[Call]:
    name = NUMBER + "x" * 9_900_000
    return [Call(orjson.dumps({"query": "{ __typename }", "operationName": name}))]


def large_answers() -> list[Call]:
    leaves = " ".join(f"{name}: description" for name in ("x" * 50 + str(n) for n in range(180)))
    return query(f"{{ documents(first: 1000) {{ nodes {{ {leaves} }} }} }}")


def form_with(file: bytes, document: str, **call: Any) -> Call:
    """A dry run that has the file attached to a document: it is read and checked as if it were to stay."""
    operation = orjson.dumps({"query": ATTACH, "variables": {"number": document, "file": None}})
    parts = [(b'"operations"', operation), (b'"map"', b'{"0": ["variables.file"]}'), (b'"0"; filename="a.pdf"', file)]
    form = [b"--limit\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n" % part for part in parts]
    return Call(b"".join(form) + b"--limit--\r\n", content_type="multipart/form-data; boundary=limit", **call)


def unfinished_uploads() -> list[Call]:
    whole = form_with(b"%PDF-1.7\n" + b"x" * (62 << 20), "INV-00000001")
    return [replace(whole, body=whole.body[:-1], withheld=1)]


def stalled_bodies() -> list[Call]:
    return [Call(b'{"query": "' + b" " * 100_000, withheld=9_800_000)]


def pdf_of(item: bytes, count: int) -> bytes:
    """A PDF of one page, and so many objects that nothing refers to."""
    page = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>"]
    objects = [b"%d 0 obj%s\nendobj\n" % (n, one) for n, one in enumerate(page + [item] * count, 1)]
    starts = list(accumulate(map(len, objects), initial=len(HEADER)))
    entries = b"".join(b"%010d 00000 n \n" % start for start in starts[:-1])
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(starts), entries)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(starts), starts[-1])
    return HEADER + b"".join(objects) + table + end


def pdfs_of_objects() -> list[Call]:
    return [form_with(pdf_of(b"<</A 1/B[1 1 1 1 1]/C 1>>", 145_000), "INV-00000001")]


def pdfs_of_streams() -> list[Call]:
    return [form_with(pdf_of(b"<<>>stream\n\nendstream", 145_000), "INV-00000001")]


def boundary_of_one_letter() -> list[Call]:
    form = "multipart/form-data; boundary=a"
    return [Call(b"a" * (8 << 20), content_type=form, headers=(f"Idempotency-Key: {NUMBER}",))]


def introspection() -> list[Call]:
    described = "name description fields(includeDeprecated: true) { name description args { name description } }"
    types = " ".join(f"a{n}: __schema {{ types {{ {described} }} }}" for n in range(60))
    return query(f"query q{NUMBER} {{ {types} }}")


def computed_columns() -> list[Call]:
    leaves = " ".join(f'd{n}: daysPastDue(asOf: "2026-01-{n % 28 + 1:02}")' for n in range(99))
    return query(f"{{ accounts(first: 60) {{ nodes {{ documents(first: 50) {{ nodes {{ {leaves} }} }} }} }} }}")


def tenant_balances() -> list[Call]:
    sums = " ".join(f'b{n}: balances(asOf: "2026-01-{n % 28 + 1:02}") {{ openAmount }}' for n in range(180))
    return query(f"query q{NUMBER} {{ tenant {{ {sums} }} }}")


def sorts() -> list[Call]:
    order = "orderBy: [{ field: OPEN_AMOUNT }, { field: DUE_DATE }, { field: STATUS }, { field: UPDATED_AT }]"
    lists = " ".join(f"a{n}: documents(first: 0, {order}) {{ pageInfo {{ hasNextPage }} }}" for n in range(199))
    return query(f"{{ {lists} }}")


def plans() -> list[Call]:
    inside = "accounts(first: 1) { nodes { documents(first: 1) { nodes { id } } } }"
    return query(f"query q{NUMBER} {{ {' '.join(f'a{n}: {inside}' for n in range(199))} }}")


def huge_answers() -> list[Call]:
    leaves = " ".join(f"{'x' * 59}{n}: description" for n in range(179))
    return query(f"{{ accounts(first: 16) {{ nodes {{ documents(first: 49) {{ nodes {{ {leaves} }} }} }} }} }}")


def faulty_lines() -> list[Call]:
    lines = [{"line_number": n, "description": "x", "quantity": "1"} for n in range(30_000)]
    dates = {"account_number": "A000001", "invoice_date": "2026-01-05", "due_date": "2026-02-04"}
    return [Call(orjson.dumps({**dates, "line_items": lines}), "PUT", "/api/v1/ingest/documents/LINES")]


def numbers() -> list[Call]:
    return query("{ __typename }", {"unused": [n + 0.25 for n in range(190_000)]})


def exports() -> list[Call]:
    return query(QUERY_L, {"first": 1000})


def small_reads() -> list[Call]:
    return query(QUERY_S, {"number": "A000001", "documents": 10})


def heads() -> list[Call]:
    return [Call(method="GET", headers=("a:b",) * 12_000)]


ATTACKERS = {
    "long-aliases": Attacker(
        "One name that is too long for a column has graphql-core show 20,000 rows of 180 fields, on the event loop.",
        long_aliases, connections=2,
    ),
    "dry-run": Attacker(
        "A write that is not to happen shows 6,000 rows in its answer, which graphql-core shows on the event loop.",
        partial(dry_run, 60, 100, COLUMNS), connections=2, key=WRITER,
    ),
    "shared-filter": Attacker(
        "199 lists share a filter of 200 comparisons and ask for no row: seconds to plan, next to nothing to pay.",
        shared_filter,
    ),
    "searches": Attacker(
        "Two counts of documents that hold one of 200 words, from more connections than the pool has.",
        searches, connections=11,
    ),
    "abandoned-searches": Attacker(
        "The same, as a search field sends it that gives up at the next letter: the database searches on for nobody.",
        searches, connections=11, manner=Manner.ABANDONED, patience=0.3,
    ),
    "invoices": Attacker(
        f"Invoices of {LINES} lines are rendered again and again, of as many documents as there are renderers.",
        invoices, connections=INVOICES, key=WRITER, beside=("S", "invoices"),
    ),
    "comments": Attacker(
        "Texts of 200 kB, each new, that are a comment but for one field: all are remembered.",
        comments,
    ),
    "operation-names": Attacker(
        "Names of operations that fill the largest body: the refusal of each is remembered.",
        operation_names, connections=2,
    ),
    "unread-answers": Attacker(
        "Answers of 20 MB that are asked for and not taken.",
        large_answers, connections=20, manner=Manner.UNREAD, patience=70,
    ),
    "kept-dry-runs": Attacker(
        "Dry runs with large answers, each under an idempotency key, so that the answer is stored for a day.",
        partial(dry_run, 100, 100, COLUMNS, headers=(f"Idempotency-Key: {NUMBER}",)), connections=2, key=WRITER,
    ),
    "unfinished-uploads": Attacker(
        "Forms with a file that lack their last byte, from a key that may not write: the file lies on disk meanwhile.",
        unfinished_uploads, connections=6, manner=Manner.UNFINISHED,
    ),
    "stalled-bodies": Attacker(
        "Bodies of 10 MB of which no more than the beginning comes: they hold what memory there is for large bodies.",
        stalled_bodies, connections=8, manner=Manner.UNFINISHED, beside=("S", "bodies"),
    ),
    "boundaries": Attacker(
        "Forms that consist of nothing but their boundary, under an idempotency key: each part is hashed by itself.",
        boundary_of_one_letter, connections=2, key=WRITER,
    ),
    "introspection": Attacker(
        "Descriptions of the whole schema, 60 in one operation, each time with another text.",
        introspection,
    ),
    "computed-columns": Attacker(
        "3,000 rows of 99 columns that no database computes: Python does, in one go.",
        computed_columns, connections=2,
    ),
    "tenant-balances": Attacker(
        "180 sums over all open documents, in more connections than the pool has.",
        tenant_balances, connections=11,
    ),
    "sorts": Attacker(
        "199 lists of no row, each of which has the whole table sorted by columns that no index has in this order.",
        sorts, connections=11,
    ),
    "plans": Attacker(
        "199 lists in lists, in another text each time: seconds to plan each, and tens of mebibytes to keep.",
        plans,
    ),
    "huge-answers": Attacker(
        "Names of 60 letters for 179 fields of 784 rows: an answer of nearly 16 MiB, the most, made in one piece.",
        huge_answers, connections=2,
    ),
    "faulty-lines": Attacker(
        "Documents of 30,000 lines, each with a fault: the refusal is as long as the document.",
        faulty_lines, key=WRITER,
    ),
    "pdfs-of-objects": Attacker(
        "PDFs of 145,000 objects, nearly the most: they take some twenty times their size to be read.",
        pdfs_of_objects, key=WRITER, beside=("S", "uploads"),
    ),
    "pdfs-of-streams": Attacker(
        "PDFs of 145,000 streams that do not tell their length, which a reader has to search for again and again.",
        pdfs_of_streams, key=WRITER, beside=("S", "uploads"),
    ),
    "numbers": Attacker(
        "190,000 numbers in a variable that nobody asks for, each of which is read exactly.",
        numbers,
    ),
    "exports": Attacker(
        "Pages of 1,000 documents by a hundred clients at once, as a careless export reads them.",
        exports, connections=100,
    ),
    "small-reads": Attacker(
        "Small requests by two hundred clients at once, each as soon as the one before it is answered.",
        small_reads, connections=200,
    ),
    "heads": Attacker(
        "Requests without a key whose heads have 12,000 lines.",
        heads, key=NOBODY,
    ),
}  # fmt: skip
