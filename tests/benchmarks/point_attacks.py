"""Operations that would take long for few points, were they not priced for it: each is within the limits, or is refused
as too complex."""

from typing import Any

EQUALS = {"or": [{"poNumber": {"eq": f"PO-{number}"}} for number in range(200)]}
CONTAINS = {"or": [{"poNumber": {"contains": f"absent {number}"}} for number in range(200)]}
NESTED = {
    "or": [{"not": {"documentNumber": {"startsWith": f"INV-{n}"}, "poNumber": {"isNull": True}}} for n in range(99)]
}
VALUES = {"documentNumber": {"in": [f"INV-{number:08}" for number in range(1_000)]}}
ON_DOCUMENTS = "query($f: DocumentFilter!)"
PAGE_INFO = "documents(first: 0, filter: $f) { pageInfo { hasNextPage } }"
COUNT = "documents(first: 0, filter: $f) { totalCount }"


def aliases(count: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


def written_filter(count: int) -> str:
    parts = " ".join(f'{{poNumber: {{eq: "PO-{number}"}}}}' for number in range(count))
    return f"documents(first: 0, filter: {{or: [{parts}]}}) {{ pageInfo {{ hasNextPage }} }}"


def dry_run(payload: str) -> str:
    body = '{openBalance: {name: "A"}}'
    return f'replaceAccount(accountNumber: "A000001", input: {body}, dryRun: true) {{ {payload} }}'


def rows(leaves: str) -> str:
    return f"{{ accounts(first: 50) {{ nodes {{ documents(first: 50) {{ nodes {{ {leaves} }} }} }} }} }}"


LEAVES = aliases(180, "description")
FURTHER = "documents(first: 100) { nodes { account { documents(first: 50) { nodes { description } } } } }"
LONG_ALIAS = "l" * 64

ATTACKS: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("{ __typename }", {}),
    "a small list": ("{ accounts { nodes { accountNumber name } } }", {}),
    "pages of nothing": (f"{ON_DOCUMENTS} {{ {aliases(40, PAGE_INFO)} }}", {"f": EQUALS}),
    "counts": (f"{ON_DOCUMENTS} {{ {aliases(199, COUNT)} }}", {"f": {"poNumber": {"eq": "PO-1"}}}),
    "pages of nothing by another filter": (f"{ON_DOCUMENTS} {{ {aliases(20, PAGE_INFO)} }}", {"f": NESTED}),
    "pages of nothing by many values": (f"{ON_DOCUMENTS} {{ {aliases(20, PAGE_INFO)} }}", {"f": VALUES}),
    "pages of nothing without a filter": (
        f"{{ {aliases(199, 'documents(first: 0) { pageInfo { hasNextPage endCursor } }')} }}",
        {},
    ),
    "filters in the text": (f"{{ {aliases(3, written_filter(199))} }}", {}),
    "one search": (f"{ON_DOCUMENTS} {{ {COUNT} }}", {"f": CONTAINS}),
    "three searches": (f"{ON_DOCUMENTS} {{ {aliases(3, COUNT)} }}", {"f": CONTAINS}),
    "a search below accounts": (
        f"{ON_DOCUMENTS} {{ accounts(first: 1000) {{ nodes {{ {PAGE_INFO} }} }} }}",
        {"f": CONTAINS},
    ),
    "a short search below accounts": (
        f"{ON_DOCUMENTS} {{ accounts(first: 1000) {{ nodes {{ {PAGE_INFO} }} }} }}",
        {"f": {"poNumber": {"contains": "absent"}}},
    ),
    "a search for one word": (f"{ON_DOCUMENTS} {{ {PAGE_INFO} }}", {"f": {"poNumber": {"contains": "absent"}}}),
    "an order without an index": (
        "{ documents(first: 1, orderBy: [{field: OPEN_AMOUNT}, {field: DUE_DATE}]) { nodes { id } } }",
        {},
    ),
    "balances of all accounts": ("{ accounts(first: 1000) { nodes { balances { openAmount } } } }", {}),
    "balances of a tenant": (f"{{ tenant {{ {aliases(10, 'balances { openAmount }')} }} }}", {}),
    "many leaves": (rows(LEAVES), {}),
    "many leaves under a long alias": (rows(f"{LONG_ALIAS}: description {LEAVES}"), {}),
    "many identifiers": (
        f"query($i: [ID!]!) {{ {aliases(150, 'nodes(ids: $i) { id }')} }}",
        {"i": ["YWNjb3VudDox"] * 100},
    ),
    "identifiers of nothing": (f"query($i: [ID!]!) {{ {aliases(150, 'nodes(ids: $i) { id }')} }}", {"i": ["?"] * 100}),
    "introspection": ("{ __schema { types { name fields { name type { name } } } } }", {}),
    "introspection that may multiply": ("{ __schema { types { fields { type { fields { type { name } } } } } } }", {}),
    "introspections": (f"{{ {aliases(60, '__schema { types { name } }')} }}", {}),
    "readiness": ("{ documents(first: 1000) { nodes { readiness { ready problems { message } } } } }", {}),
    "catalogues": (f"{{ {aliases(50, 'productFields(product: INVOICING) { name description }')} }}", {}),
    "a dry run": (f"mutation {{ {dry_run('account { name }')} }}", {}),
    "a dry run that reads on": (
        f"mutation {{ {dry_run(f'account {{ {FURTHER} }}')} }}",
        {},
    ),
    "the same read": (
        f'{{ account(accountNumber: "A000001") {{ {FURTHER} }} }}',
        {},
    ),
    "many dry runs": (
        f"mutation {{ {aliases(50, dry_run('created'))} }}",
        {},
    ),
    "long values": (
        f"query($n: String!) {{ {aliases(50, 'account(accountNumber: $n) { name }')} }}",
        {"n": "n" * 200_000},
    ),
}
