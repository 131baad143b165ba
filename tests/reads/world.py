"""A ledger that reading tests share: rows with ties, missing values and text of many scripts, beside another tenant's
rows under the same keys. No test writes to it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import Any

import sqlalchemy as sa

from app.auth.api_keys import authenticate
from app.commands.body import Body
from app.commands.save import save
from app.commands.transaction import Write
from app.domain.enums import Resource, Verb
from app.storage.tables import ACCOUNTS, CONTACTS, DOCUMENTS, REPRESENTATIVES
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

Row = dict[str, Any]


def listed(words: str) -> list[str]:
    return words.split("|")


KEYS = listed("A-1|A-10|A-2|a-1|A_2|A%2|Ä-1|Я-1|日-1|\ud7ff|\ue000|\uffff|𝒜-1|\U0010ffff")
WORDS = listed(
    r"Alpha|alpha|Alpha|ALPHA BETA|100%|100 %|1000|a_b|aXb|a\b|'; --|Éclair|éclair|ΟΔΥΣΣΕΥΣ|Οδυσσεύς|οδος|İstanbul|"
    "istanbul|ıstanbul|ISTANBUL|Straße|STRASSE|STRAẞE|Привет|ПРИВЕТ|e\u0301clair|\ud7ff|\ue000x|𝒜lpha|\U0010ffff|"
    "\U0010ffff\U0010ffff"
)
TEXTS = [None, None, *WORDS]
EMAILS = [None, "a@example.com", "B@example.com", "é@example.com"]
AMOUNTS = [None, None, *listed("10|10|9.5|0|0.0001|1000|999999999999999.9999|-3|-3.0001|2.5")]
DAYS = ["0001-01-01", "2025-12-31", "2026-01-01", "2026-01-01", "2026-03-31", "9999-12-31"]
PRODUCTS: list[list[str]] = [[], ["OPEN_BALANCE"], ["CASH_APP", "OPEN_BALANCE"], []]
MOMENTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=n) for n in (0, 0, 1, 999, 86_400_000)]

FIELDS = {
    "Account": "accountNumber name displayReference currency accountGroup parentAccountNumber email branchName "
    "products createdAt updatedAt",
    "Document": "documentNumber invoiceNum accountNumber documentType status invoiceDate dueDate openAmount "
    "openCurrency poNumber appliesToInvoice products createdAt updatedAt",
    "Note": "reference subject noteType body effectiveDate accountNumber createdAt updatedAt",
    "Representative": "reference name email department representativeType supervisorRepresentativeReference createdAt"
    " updatedAt",
    "Contact": "reference accountNumber name lastName email contactType isPrimary createdAt updatedAt",
}


@dataclass(slots=True)
class World:
    """The tenant whose ledger is read, and all its rows as the schema shows them, by type."""

    gateway: Gateway
    client: Client
    rows: dict[str, list[Row]] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)  # representative and account or document


def drawn(random: Random, **pools: list[Any]) -> Row:
    """A value from each pool, none where it is None."""
    chosen = {name: random.choice(pool) for name, pool in pools.items()}
    return {name: value for name, value in chosen.items() if value is not None}


async def build(gateway: Gateway) -> World:
    """The shared ledger, and a rival's."""
    rival = await gateway.tenant("rival")
    acme = await gateway.tenant("acme")
    await fill(World(gateway, rival), Random(1), KEYS[:3], documents=8)
    world = World(gateway, acme)
    await fill(world, Random(2), KEYS, documents=60)
    await add_contacts_without_account(world)
    await spread_times(gateway)
    await learn(world)
    return world


async def fill(world: World, random: Random, accounts: list[str], documents: int) -> None:
    ledger = Ledger(world.client)
    people = [f"R-{n}" for n in range(9)]
    for n, reference in enumerate(people):
        text = drawn(random, name=TEXTS, department=TEXTS, representativeType=TEXTS, email=EMAILS)
        above = {"supervisorRepresentativeReference": f"R-{n // 4}"} if n > 2 else {}
        await ledger.representative(reference, **text, **above)
    for number in accounts:
        text = drawn(random, name=WORDS, displayReference=TEXTS, accountGroup=TEXTS[:6], branchName=TEXTS)
        parents = [None, "A-1" if number != "A-1" else None, "nobody"]
        other = drawn(random, email=EMAILS, currency=[None, "USD", "EUR"], parentAccountNumber=parents)
        await ledger.account(number, products=random.choice(PRODUCTS), **text, **other)
    for n, account in zip(range(documents), cycle(accounts), strict=False):
        await add_document(ledger, random, f"D-{n}", account if n % 3 else accounts[0])
    for n, account in zip(range(documents // 3), cycle(accounts), strict=False):
        await add_note_and_contact(ledger, random, n, account if n % 2 else accounts[0])
    for reference in people[1:]:
        for key in random.sample(accounts, min(4, len(accounts))):
            await ledger.link(reference, account=key)
            world.links.add((reference, key))
        for key in random.sample([f"D-{n}" for n in range(documents)], 5):
            await ledger.link(reference, document=key)
            world.links.add((reference, key))


async def add_document(ledger: Ledger, random: Random, number: str, account: str) -> None:
    text = drawn(random, poNumber=TEXTS, invoiceNum=[None, "I-1", "I-2", "i-1"])
    dates = {"invoiceDate": random.choice(DAYS), "dueDate": random.choice(DAYS)}
    amount, currency = random.choice(AMOUNTS), random.choice(["USD", "EUR"])
    given = {"products": random.choice(PRODUCTS) if amount and "invoiceNum" in text else [], **text, **dates}
    if amount and amount.startswith("-"):
        await ledger.credit_note(
            number, account, random.choice(["I-1", "I-2", "D-7"]), amount, currency=currency, **given
        )
    else:
        typed = drawn(random, documentType=[None, "INVOICE", "OTHER"])
        await ledger.document(number, account, amount, currency, **given, **typed)
    if random.random() < 0.2 and amount != "0":
        await ledger.close(number)


async def add_note_and_contact(ledger: Ledger, random: Random, n: int, account: str) -> None:
    text = drawn(random, subject=TEXTS, noteType=TEXTS, body=WORDS, effectiveDate=[None, "2026-01-01", "2026-02-01"])
    await ledger.note(account, f"N-{n}", **text)
    named = drawn(random, **random.choice([{"name": TEXTS}, {"lastName": TEXTS}]))
    other = drawn(random, email=EMAILS, contactType=TEXTS, isPrimary=[None, False, True])
    await ledger.contact(f"C-{n}", account, **named, **other)


async def add_contacts_without_account(world: World) -> None:
    """As REST takes them: no GraphQL input lacks the account number."""
    database = world.gateway.database
    caller = await authenticate(database, world.client.api_key or "")
    assert caller
    write = Write(database, caller, lambda connection, written: asyncio.sleep(0))
    for n, name in enumerate(["Alpha", None, "Éclair"]):
        await save(write, Verb.CREATE, Resource.CONTACT, f"free-{n}", Body({"name": name}, product_rules=False))


async def spread_times(gateway: Gateway) -> None:
    """Times with ties, in an order that is not that of creation. Notes cannot be changed: theirs stay."""
    async with gateway.database.writing() as connection:
        for table in (ACCOUNTS, DOCUMENTS, REPRESENTATIVES, CONTACTS):
            for csr_id in (await connection.execute(sa.select(table.c.csr_id))).scalars().all():
                random = Random(csr_id)
                times = {"created_at": random.choice(MOMENTS), "updated_at": random.choice(MOMENTS)}
                await connection.execute(sa.update(table).where(table.c.csr_id == csr_id).values(times))


async def learn(world: World) -> None:
    """Reads the rows back, and adds what filters ask for beyond their fields."""
    for type_ in ("Account", "Document", "Representative", "Contact"):
        text = f"{{ {type_.lower()}s(first: 1000) {{ nodes {{ csrId {FIELDS[type_]} }} }} }}"
        world.rows[type_] = (await world.client.only(text))["nodes"]
    text = f"{{ accounts {{ nodes {{ notes(first: 1000) {{ nodes {{ csrId {FIELDS['Note']} }} }} }} }} }}"
    accounts = (await world.client.only(text))["nodes"]
    world.rows["Note"] = [note for account in accounts for note in account["notes"]["nodes"]]
    add_derived(world)


def add_derived(world: World) -> None:
    today = datetime.now(UTC).date().isoformat()
    for document in world.rows["Document"]:
        document["openAmount"] = document["openAmount"] and Decimal(document["openAmount"])
        document["currency"] = document["openCurrency"]
        is_open = document["status"] == "OPEN"
        document["overdue"] = is_open and document["dueDate"] < today and (document["openAmount"] or 0) > 0
    owing = {d["accountNumber"] for d in world.rows["Document"] if d["status"] == "OPEN"}
    for account in world.rows["Account"]:
        account["hasOpenDocuments"] = account["accountNumber"] in owing
    for contact in world.rows["Contact"]:
        contact["isPrimary"] = bool(contact["isPrimary"])


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the schema, at a root field or inside one, and the rows that it holds, in no particular order."""

    name: str
    type: str
    field: str
    rows: list[Row]
    around: str = "{ %s }"

    async def page(self, client: Client, **arguments: Any) -> Any:
        """A page with everything about it. An argument that is not given is absent."""
        kinds = {"first": "Int", "last": "Int", "after": "String", "before": "String"}
        kinds |= {"filter": f"{self.type}Filter", "orderBy": f"[{self.type}Order!]"}
        declared = ", ".join(f"${name}: {kind}" for name, kind in kinds.items() if name in arguments)
        passed = ", ".join(f"{name}: ${name}" for name in kinds if name in arguments)
        asked = f"{self.field}({passed})" if passed else self.field
        text = f"{asked} {{ {PAGE} }}"
        found = await client.query(
            f"query({declared}) {self.around % text}" if declared else self.around % text, **arguments
        )
        while "edges" not in found:
            (found,) = found.values()
        return found


PAGE = (
    "edges { cursor node { csrId } } nodes { csrId } totalCount "
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
)


def listings(world: World) -> Iterator[Listing]:
    """Every list of the schema, once."""
    rows = world.rows
    for type_ in ("Account", "Document", "Representative", "Contact"):
        yield Listing(f"{type_.lower()}s", type_, f"{type_.lower()}s", rows[type_])
    account = '{ account(accountNumber: "A-1") { %s } }'
    for type_ in ("Document", "Note", "Contact"):
        own = [row for row in rows[type_] if row["accountNumber"] == "A-1"]
        yield Listing(f"account.{type_.lower()}s", type_, f"{type_.lower()}s", own, account)
    children = [row for row in rows["Account"] if row["parentAccountNumber"] == "A-1"]
    yield Listing("account.childAccounts", "Account", "childAccounts", children, account)
    linked = [row for row in rows["Representative"] if (row["reference"], "A-1") in world.links]
    yield Listing("account.representatives", "Representative", "representatives", linked, account)
    yield from listings_of_people(world)


def listings_of_people(world: World) -> Iterator[Listing]:
    rows, person = world.rows, '{ representative(reference: "R-1") { %s } }'
    reports = [row for row in rows["Representative"] if row["supervisorRepresentativeReference"] == "R-1"]
    yield Listing("representative.reports", "Representative", "reports", reports, person)
    for type_, key in (("Account", "accountNumber"), ("Document", "documentNumber")):
        linked = [row for row in rows[type_] if ("R-1", row[key]) in world.links]
        yield Listing(f"representative.{type_.lower()}s", type_, f"{type_.lower()}s", linked, person)
