"""What every server is asked: one operation for each shape, and the variables that change from request to request.

Every request of a shape is as long as any other, so that a client can have its head ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.driver import NUMBER
from tests.benchmarks.ledger import Size, account_number, document_number

DOCUMENT = """documentNumber documentType status invoiceDate dueDate currency originalDenomination openAmount
      freightAmount poNumber"""
NESTED = f"""
    documents(first: $documents) {{ nodes {{ {DOCUMENT} }} }}
    notes {{ nodes {{ subject body noteType createdAt }} }}
    representatives {{ nodes {{ reference name email phone }} }}
"""
QUERY_S = f"""query S($number: String!, $documents: Int!) {{
  account(accountNumber: $number) {{
    accountNumber name displayReference currency language phone mobilePhone fax email paymentTerms creditLimit
    accountGroup branchName vat createdAt
    {NESTED}
  }}
}}"""
QUERY_M = f"""query M($accounts: Int!, $documents: Int!) {{
  accounts(first: $accounts) {{
    nodes {{
      accountNumber name currency language creditLimit paymentTerms accountGroup branchName phone email
      {NESTED}
    }}
  }}
}}"""
QUERY_L = f"""query L($first: Int!) {{
  documents(first: $first) {{ nodes {{ {DOCUMENT} discountAmount description account {{ accountNumber name }} }} }}
}}"""
QUERY_P = f"""query P($first: Int!, $after: String) {{
  documents(first: $first, after: $after) {{ nodes {{ {DOCUMENT} }} pageInfo {{ endCursor hasNextPage }} }}
}}"""
MUTATION_W = """mutation W($number: String!, $input: CombinedDocumentInput!) {
  createDocument(documentNumber: $number, input: { combined: $input }) {
    document { documentNumber openAmount status } userErrors { code field message }
  }
}"""
PAGE_SIZE = 50
DEEP_PAGE = 1_000
WRITTEN = {
    "products": ["COLLECTIONS"],
    "documentType": "INVOICE",
    "invoiceDate": "2026-10-01",
    "dueDate": "2026-10-31",
    "poNumber": "PO-77",
    "amounts": {"basic": {"currency": "USD", "originalDenomination": "1200.50", "denomination": "1200.50"}},
}

Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of request. `variables` gives those of the n-th of them, in a run that `salt` tells from others."""

    name: str
    text: str
    variables: Callable[[int, str], Variables]
    meaning: str
    writes: bool = False


def some_account(n: int, size: Size) -> str:
    """Another account for each n, near ones far apart."""
    return account_number(n * 7 % size.accounts + 1)


def shapes(size: Size, deep_cursor: Callable[[str], str] = lambda number: number) -> dict[str, Shape]:
    """All of them by name. `deep_cursor` tells how a server is asked for what follows the document of that number."""
    last_before = deep_cursor(document_number(min((DEEP_PAGE - 1) * PAGE_SIZE, size.documents - PAGE_SIZE)))
    found = (
        Shape("S", QUERY_S, lambda n, _: {"number": some_account(n, size), "documents": 10}, "one account's page"),
        Shape("M", QUERY_M, lambda n, _: {"accounts": 50, "documents": 20}, "50 accounts × 20 documents"),
        Shape("L", QUERY_L, lambda n, _: {"first": 1000}, "1,000 documents"),
        Shape("W", MUTATION_W, lambda n, salt: written(n, salt, size), "one document written", writes=True),
        Shape("P1", QUERY_P, lambda n, _: {"first": PAGE_SIZE, "after": None}, "page 1 of the documents"),
        Shape("P1000", QUERY_P, lambda n, _: {"first": PAGE_SIZE, "after": last_before}, "page 1,000 of them"),
    )
    return {shape.name: shape for shape in found}


def written(n: int, salt: str, size: Size) -> Variables:
    return {"number": f"W-{salt}-{NUMBER}", "input": {"accountNumber": some_account(n, size), **WRITTEN}}
