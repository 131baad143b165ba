"""A ledger as it grows over years, at any size: most documents are old and closed, numbers rise with time, one account
and one representative have a large part of all, and some have next to nothing. Each size has the same shape, so that
what a read takes at two sizes can be compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.domain.changes import Change, ChangedResource, ChangeVerb, change_of
from app.domain.enums import Product, Resource
from app.storage.tables import (
    ACCOUNT_REPRESENTATIVES,
    ACCOUNTS,
    CONTACTS,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    NOTES,
    REPRESENTATIVES,
    STATUS_TRANSITIONS,
    TABLES,
)

Row = dict[str, Any]
Written = tuple[sa.Table, Row, Change | None]  # a row, and the entry of the change log that it is written with

YEARS = timedelta(days=3 * 365)
FEW = 20  # rows that have a rare value, at any size
MANY_LINKS, SOME_LINKS, FEW_LINKS, NO_LINKS = 1, 2, 3, 4  # representatives by how many documents they are linked to
REPRESENTATIVE_COUNT = 40
FAT_ACCOUNT = 1
NAMES = ("Nordwind", "Blue Ridge", "Summit", "Harbor", "Pioneer", "Granite", "Lakeside", "Redwood")
TRADES = ("Trading", "Supply", "Logistics", "Foods", "Medical", "Textiles", "Machinery")
CITIES = (("Springfield", "IL", "US"), ("Hamburg", "HH", "DE"), ("Leeds", "YK", "GB"), ("Lyon", "RA", "FR"))
USUAL_PRODUCTS, RARE_PRODUCTS = (Product.COLLECTIONS, Product.CASH_APP), (Product.COLLECTIONS, Product.INVOICING)


def account_number(number: int) -> str:
    return str(1000 + number)


def document_number(number: int) -> str:
    return f"INV-{number:08}"


def representative_reference(number: int) -> str:
    return f"REP-{number:02}"


def contact_reference(number: int) -> str:
    return f"CT-{number:06}"


def scattered(number: int) -> int:
    """A number below 2**32 that looks random."""
    return number * 2_654_435_761 % 2**32


@dataclass(frozen=True, slots=True)
class Size:
    """How many documents there are; all else follows."""

    documents: int
    today: date = field(default_factory=date.today)

    @property
    def accounts(self) -> int:
        return self.documents // 50

    @property
    def start(self) -> datetime:
        return datetime.combine(self.today, time(6), UTC) - YEARS

    def moment(self, share: float) -> datetime:
        """The moment at which so much of the ledger had been written, in whole milliseconds."""
        return self.start + timedelta(milliseconds=int(YEARS / timedelta(milliseconds=1) * share))

    def is_rare(self, number: int, offset: int) -> bool:
        """Whether a document is one of the few; another offset gives other ones."""
        return number % (self.documents // FEW) == offset

    def account_of(self, number: int) -> int:
        """The account of a document: every twentieth is the fat one's; the last account has none."""
        return FAT_ACCOUNT if number % 20 == 0 else 2 + scattered(number) % (self.accounts - 2)


def written(size: Size) -> Iterator[Written]:
    """All rows, each after those that it refers to."""
    csr_id = 0
    for table, rows in (
        (REPRESENTATIVES, representatives(size)),
        (ACCOUNTS, accounts(size)),
        (CONTACTS, contacts(size)),
        (NOTES, notes(size)),
        (DOCUMENTS, documents(size)),
    ):
        resource, key = RESOURCE_OF[table.name], table.primary_key.columns.keys()[1]
        for csr_id, row in enumerate(rows, start=csr_id + 1):  # noqa: B020 -- goes on counting
            row["csr_id"] = csr_id
            yield table, row, change_of(resource, row[key], ChangeVerb.CREATE, None, row)
    yield from transitions(size)
    yield from account_links(size)
    yield from document_links(size)


RESOURCE_OF = {table.name: resource for resource, table in TABLES.items()}


def served(moment: datetime, products: tuple[Product, ...] = USUAL_PRODUCTS) -> Row:
    return {"products": products, "version": 1, "created_at": moment, "updated_at": moment}


def representatives(size: Size) -> Iterator[Row]:
    for n in range(1, REPRESENTATIVE_COUNT + 1):
        yield {
            "reference": representative_reference(n),
            "name": f"{NAMES[n % len(NAMES)]} Collector {n}" if n % 7 else None,
            "email": f"rep{n}@acme.example",
            "department": "Credit Control" if n % 5 else "Legal",
            "representative_type": "collector" if n % 9 else None,
            "supervisor_representative_reference": representative_reference(1) if n > 1 else None,
            **served(size.start + timedelta(seconds=n)),
        }


def accounts(size: Size) -> Iterator[Row]:
    for n in range(1, size.accounts + 1):
        city, state, country = CITIES[n % len(CITIES)]
        address = {
            "address1": f"{n % 900 + 1} Main Street",
            "city": city,
            "state": state,
            "zip": f"{n * 13 % 99999:05}",
        }
        parent = 3 if n % 100 == 50 else n // 10 if n > 30 and n % 10 < 3 else None
        yield {
            "account_number": account_number(n),
            "name": f"{NAMES[n % len(NAMES)]} {TRADES[n % len(TRADES)]} {n}",
            "display_reference": f"CUST-{n}",
            "currency": "CHF" if n == 7 else ("USD", "USD", "USD", "EUR")[n % 4],
            "language": ("en", "de", "fr")[n % 3],
            "billing_address": {**address, "country": country},
            "phone": f"+1-555-{n % 10000:04}",
            "email": f"ap{n}@customer{n % 200}.example" if n % 5 else None,
            "payment_terms": ("NET30", "NET45", "NET60")[n % 3],
            "credit_limit": Decimal(1000 * (1 + n % 90)),
            "account_group": None if n % 6 == 5 else f"group {n % 40}",
            "parent_account_number": parent and account_number(parent),
            "branch_name": f"Branch {n % 9}",
            **served(size.moment(n / size.accounts / 2)),
        }


def contacts(size: Size) -> Iterator[Row]:
    """One an account, and very many of the fat one."""
    for n in range(1, size.accounts + size.documents // 1_000 + 1):
        full = {"name": f"{NAMES[n % len(NAMES)]} Person {n}", "last_name": None}
        parts = {"name": None, "last_name": f"Person {n}"}
        yield {
            "reference": contact_reference(n),
            "account_number": account_number(n if n <= size.accounts else FAT_ACCOUNT),
            **(full if n % 3 else parts),
            "email": f"person{n}@customer{n % 200}.example",
            "contact_type": "accountant" if n % 4 else None,
            "is_primary": n <= size.accounts,
            **served(size.moment(0.5 + n / size.accounts / 4)),
        }


def notes(size: Size) -> Iterator[Row]:
    """Three an account, and very many of the fat one."""
    regular = 3 * size.accounts
    for n in range(1, regular + size.documents // 500 + 1):
        of_account = n % size.accounts + 1 if n <= regular else FAT_ACCOUNT
        moment = size.moment(0.5 + n / size.accounts / 8)
        yield {
            "reference": f"NOTE-{n:06}",
            "account_number": account_number(of_account),
            "subject": f"Call {n} with the account",
            "body": f"Spoke with accounts payable; promised to pay open items by the end of week {n % 52}.",
            "note_type": ("call", "email", "visit")[n % 3],
            "effective_date": moment,
            **served(moment),
        }


def documents(size: Size) -> Iterator[Row]:
    for n in range(1, size.documents + 1):
        yield document(size, n)


def is_open(size: Size, number: int) -> bool:
    """Old documents are closed as a rule, new ones open."""
    share = number / size.documents
    percent = 90 if share > 0.95 else 50 if share > 0.8 else 5
    return scattered(number + 1) % 100 < percent


def document(size: Size, n: int) -> Row:
    rare, moment, of_account = size.is_rare(n, 7), size.moment(n / size.documents), size.account_of(n)
    is_credit = n % 25 == 24 and not rare
    gross = Decimal(scattered(n) % 900_000 + 10_000) / 100 * (-1 if is_credit else 1)
    is_one_open = is_open(size, n)
    currency = "CHF" if rare else "EUR" if n % 5 == 4 else "USD"
    lowers = 1 if n % 250 == 24 else max(n - 40, 1)
    model = amounts(currency, gross, gross if is_one_open else Decimal(0)) if n % 100 != 99 else NO_AMOUNTS
    return {
        "document_number": document_number(n),
        "account_number": account_number(of_account),
        "document_type": "credit_note" if is_credit else "other" if rare else "invoice",
        "applies_to_invoice": document_number(lowers) if is_credit else None,
        "invoice_num": document_number(n) if n % 2 else None,
        "invoice_key": document_number(n),
        "invoice_date": moment.date(),
        "due_date": moment.date() + timedelta(days=(14, 30, 30, 60)[n % 4]),
        "po_number": f"PO-{scattered(n) % 999_983:06}" if n % 3 else None,
        "description": f"Delivery {n % 50} of goods and services to account {of_account}",
        "branch_name": f"Branch {of_account % 9}",
        "ship_to_address_city": CITIES[of_account % len(CITIES)][0],
        "discount_amount": Decimal(n % 9_000) / 100,
        "freight_amount": Decimal(n % 5_000) / 100,
        **model,
        "status": "open" if is_one_open or model is NO_AMOUNTS else "closed",
        "closed_at": None if is_one_open or model is NO_AMOUNTS else moment,
        **served(moment, RARE_PRODUCTS if rare else USUAL_PRODUCTS),
    }


def amounts(currency: str, gross: Decimal, open_amount: Decimal) -> Row:
    """The columns of the basic currency model."""
    return {
        "currency": currency,
        "original_denomination": gross,
        "denomination": open_amount,
        "currency_model": "basic",
        "open_amount": open_amount,
        "open_currency": currency,
    }


NO_AMOUNTS: Row = dict.fromkeys(amounts("", Decimal(), Decimal()))


def transitions(size: Size) -> Iterator[Written]:
    for n in range(1, size.documents + 1):
        row = document(size, n)
        moved = {"document_number": row["document_number"], "version": 1, "status": row["status"]}
        yield STATUS_TRANSITIONS, {**moved, "at": row["created_at"]}, None


def account_links(size: Size) -> Iterator[Written]:
    """Half of all accounts are the first representative's, and some of the others'; the fat account is everybody's."""
    for n in range(1, size.accounts + 1):
        for each in range(1, REPRESENTATIVE_COUNT + 1):
            if each != NO_LINKS and (n == FAT_ACCOUNT or is_linked(each, n, size.accounts)):
                keys = {"account_number": account_number(n), "reference": representative_reference(each)}
                yield ACCOUNT_REPRESENTATIVES, keys, link(size, Resource.ACCOUNT, account_number(n), each)


def is_linked(representative: int, account: int, accounts: int) -> bool:
    if representative == MANY_LINKS:
        return account % 2 == 0
    if representative == SOME_LINKS:
        return account % 100 == 5
    if representative == FEW_LINKS:
        return account % (accounts // FEW) == 9
    return account % 40 == representative - 1


def document_links(size: Size) -> Iterator[Written]:
    """A tenth of all documents are the first representative's, and some of the others'."""
    for n in range(1, size.documents + 1):
        linked = [MANY_LINKS] * (n % 10 == 3) + [SOME_LINKS] * (n % 289 == 5) + [FEW_LINKS] * size.is_rare(n, 11)
        if NO_LINKS < n % 4_000 <= REPRESENTATIVE_COUNT:
            linked.append(n % 4_000)
        for each in linked:
            keys = {"document_number": document_number(n), "reference": representative_reference(each)}
            yield DOCUMENT_REPRESENTATIVES, keys, link(size, Resource.DOCUMENT, document_number(n), each)


def link(size: Size, resource: Resource, key: str, representative: int) -> Change:
    linked = {"representative": representative_reference(representative)}
    return Change(ChangedResource(resource), key, ChangeVerb.LINK, size.moment(1), None, {}, linked)
