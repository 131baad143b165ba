"""A ledger of odd values for random operations to read: every field of the catalogue filled or left empty by chance, in
two tenants that use the same keys, one in each currency model."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from app.auth.authentication import Authenticator
from app.commands.attachments import attach_pdf
from app.commands.body import Body
from app.commands.files import workspace
from app.commands.save import save
from app.commands.transaction import Write
from app.domain.enums import (
    ClosureReason,
    CurrencyModel,
    InvoiceTitle,
    Product,
    Requirement,
    Resource,
    RoutingCode,
    Verb,
)
from app.domain.fields import MONEY_PLACES, PRECISE_PLACES, Field, Kind
from app.domain.problems import WriteRefused
from app.domain.requirements import AMOUNTS
from app.domain.resources import RESOURCES
from tests.gateway import Client, Gateway
from tests.ledger import Ledger
from tests.pdfs import pdf
from tests.reads.world import DAYS, EMAILS, WORDS, spread_times

Values = dict[str, Any]

# Control characters, quotes, what looks like JSON, SQL or a parameter, and every end of Unicode's planes.
ODD = [
    *('say "hi"', "it's", "back\\slash", "\\", '"', "'", "tab\tline\nfeed\r", "\x01\x1f\x7f", "\u2028\u2029\x85"),
    *("👩‍👩‍👧", "\ufffe", "\ufeffmark", "null", "true", "1", "007", "[1]", '{"a": 1}', "{}", "", " ", "%s :x $1 ? @p"),
    *(
        "2026-01-01",
        "2026-02-30",
        "ש\u200fלום",
        "-infinity",
        "NaN",
        "\\u0041",
        "a" * 255,
        "</script>",
        "query",
        "Alpha",
    ),
]
TEXTS = [*WORDS, *ODD]
KEYS = ["A-1", "A-10", "a-1", 'A"1', "A'1", "A\\1", "A%2", "Ä-1", "日-1", "𝒜-1", "null", "A\u00a01", "A 1"]
DECIMALS = [
    *("123456789012345.6789", "-0.0001", "0.0001", "0", "10", "10", "9.5", "1.10", "-3", "1000", "0.01"),
    *("999999999999999.9999", "-999999999999999.9999"),
]
PRECISE = ["0.164812", "0.0000000001", "-0.08875", "999999999999999.9999999999"]  # where 10 decimals are kept
MOMENTS = [
    *(
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.001Z",
        "9999-12-31T23:59:59.999Z",
        "2026-01-01",
        "1969-12-31T23:59:59.9Z",
    ),
    *("2026-05-12T14:00:00.5+02:00", "1900-02-28T00:00:00.123Z"),
]
OBJECTS: list[Values] = [
    {},
    {"a": 1, "b": [Decimal("1.50"), None, True, 'x"y'], "": {}, "é": {"\\": "\x01"}},
    {
        "big": Decimal("12345678901234567890123"),
        "small": Decimal("1E-30"),
        "huge": Decimal("1E+400"),
        "same": [[], [[]]],
    },
]
CUSTOM = [*ODD, *map(Decimal, ("7", "-0.0001", "123456789012345.6789", "0")), True, False, None]
PRODUCTS: list[tuple[Product, ...]] = [(), tuple(Product), (Product.INVOICING,), (Product.OPEN_BALANCE,)]

POOLS: dict[Kind, list[Any]] = {
    Kind.TEXT: TEXTS,
    Kind.FREE_TEXT: [*TEXTS, "long " * 400],
    Kind.EMAIL: EMAILS,
    Kind.CURRENCY: ["USD", "EUR", "JPY"],
    Kind.LANGUAGE: ["en", "de"],
    Kind.COUNTRY: ["US", "DE", "CA"],
    Kind.DECIMAL: DECIMALS,
    Kind.INTEGER: [0, 1, -1, 2**31 - 1, -(2**31)],
    Kind.BOOLEAN: [True, False],
    Kind.DATE: DAYS,
    Kind.DATETIME: MOMENTS,
    Kind.DIGITS: ["", "0", "007", "12345"],
    Kind.ROUTING: [str(word) for word in RoutingCode],
    Kind.CLOSURE_REASON: [str(word) for word in ClosureReason],
    Kind.INVOICE_TITLE: [str(word) for word in InvoiceTitle],
    Kind.JSON: OBJECTS,
}
CHOSEN = (Kind.KEY, Kind.DOCUMENT_TYPE)  # what must fit together
ATTEMPTS = 40  # a body drawn by chance is refused now and then


@dataclass(frozen=True, slots=True)
class Owner:
    """A tenant with a ledger."""

    access: Authenticator
    client: Client


async def build(gateway: Gateway, seed: int) -> list[Owner]:
    """The two tenants with their ledgers."""
    owners = []
    for number, model in enumerate(CurrencyModel):
        client = await gateway.tenant(f"tenant {number}", tuple(Product)[: 4 - number])
        await Filling(gateway, client, Random(seed + number), model).fill()
        owners.append(client)
    await spread_times(gateway)
    return [Owner(await access_of(gateway, client), client) for client in owners]


async def access_of(gateway: Gateway, client: Client) -> Authenticator:
    access = Authenticator(gateway.serving, client.api_key or "", None)
    await access.caller()
    return access


class Filling:
    """One tenant's ledger in the making."""

    def __init__(self, gateway: Gateway, client: Client, random: Random, model: CurrencyModel) -> None:
        self.gateway, self.client, self.random, self.model = gateway, client, random, model
        self.ledger = Ledger(client)

    async def fill(self) -> None:
        people = [f"R-{n}" for n in range(8)]
        for n, person in enumerate(people):
            await self.save(Resource.REPRESENTATIVE, person, partial(self.person, people[:n]))
        for number in KEYS:
            await self.save(Resource.ACCOUNT, number, self.account)
        documents = [f"{self.random.choice(KEYS)} {n}" for n in range(50)]
        for number in documents:
            await self.save(Resource.DOCUMENT, number, self.document)
        for n in range(25):
            await self.save(Resource.CONTACT, f"C-{n}", self.contact)
            await self.ledger.note(self.random.choice(KEYS[:6]), f"N-{n}", **self.note())
        await self.tie(people, documents)

    async def tie(self, people: list[str], documents: list[str]) -> None:
        for person in people[1:]:
            for number in self.random.sample(KEYS, 5):
                await self.ledger.link(person, account=number)
            for number in self.random.sample(documents, 8):
                await self.ledger.link(person, document=number)
        for number in documents[::6]:
            await self.close(number)
        for number in documents[:4]:
            await self.attach(number)

    async def close(self, number: str) -> None:
        closed = {"closureDate": self.random.choice(MOMENTS), "notes": self.random.choice([None, *TEXTS])}
        asked = "closeDocument(documentNumber: $n, input: $input) { __typename }"
        sent = {"closureReason": "WRITE_OFF", **closed}
        await self.client.query(f"mutation($n: String!, $input: ClosureInput!) {{ {asked} }}", n=number, input=sent)

    async def attach(self, number: str) -> None:
        async with workspace() as folder:
            path = folder / "pushed.pdf"
            path.write_bytes(pdf(number[:1]))
            await attach_pdf(await self.write(), self.gateway.app.state.files, number, path)

    async def write(self) -> Write[None]:
        caller = await (await access_of(self.gateway, self.client)).caller()
        return Write(self.gateway.serving, caller, lambda connection, written: asyncio.sleep(0))

    async def save(self, resource: Resource, key: str, draw: Callable[[], Values]) -> None:
        """Writes what is drawn, as REST would take it; draws again where it is refused."""
        write = await self.write()
        for _ in range(ATTEMPTS):
            body = Body(draw(), self.random.choice(PRODUCTS), product_rules=False)
            try:
                await save(write, Verb.CREATE, resource, key, body)
                return
            except WriteRefused:
                continue
        raise AssertionError(f"no {resource} was ever accepted")

    def drawn(self, resource: Resource, share: float) -> Values:
        """A share of the resource's fields; a document's amounts must fit together."""
        apart = AMOUNTS if resource is Resource.DOCUMENT else ()
        fields = [f for f in RESOURCES[resource].fields if f.kind not in CHOSEN and f.name not in apart]
        required = Requirement.REQUIRED
        return {f.name: self.value(f) for f in fields if f.base is required or self.random.random() < share}

    def value(self, field: Field) -> Any:
        if field.kind is Kind.OBJECT:
            return {part.name: self.value(part) for part in field.parts if self.random.random() < 0.5}
        if field.kind is Kind.LIST:
            parts = [part for part in field.parts if self.random.random() < 0.5]
            return [{part.name: self.value(part) for part in parts} for _ in range(self.random.choice([0, 1, 3]))]
        if field.kind is Kind.CUSTOM_FIELDS:
            return {key: self.random.choice(CUSTOM) for key in ("region", "é", 'q"', "\\", "a", "Z")}
        found = self.random.choice(POOLS[field.kind])
        if field.kind is Kind.DECIMAL and field.places != MONEY_PLACES:
            return self.random.choice([*DECIMALS, *PRECISE]) if field.places == PRECISE_PLACES else "12.5"
        return found[: field.length] if isinstance(found, str) and field.length else found

    def share(self) -> float:
        return self.random.choice([0.1, 0.5, 0.9])

    def person(self, others: list[str]) -> Values:
        above = {"supervisor_representative_reference": self.random.choice(others)} if others else {}
        return self.drawn(Resource.REPRESENTATIVE, self.share()) | above

    def account(self) -> Values:
        parent = self.random.choice([None, *KEYS[:3], "nobody"])
        return self.drawn(Resource.ACCOUNT, self.share()) | {
            "name": self.random.choice(WORDS),
            "parent_account_number": parent,
            "is_parent_account": False if parent else None,
        }

    def document(self) -> Values:
        kind = self.random.choice([None, "invoice", "other", "credit_note", "credit_note"])
        invoices = ["I-1", "I-2", "i-1", *KEYS[:2]]
        values = self.drawn(Resource.DOCUMENT, self.share()) | {
            "account_number": self.random.choice(KEYS[: self.random.choice([2, 8])]),
            "document_type": kind,
            "invoice_num": self.random.choice([None, *invoices]),
            "template_id": self.random.choice(WORDS),
            "applies_to_invoice": self.random.choice(invoices) if kind == "credit_note" else None,
        }
        return values if self.random.random() < 0.2 else values | self.amounts(kind == "credit_note")

    def amounts(self, negative: bool) -> Values:
        """Amounts of the tenant's model, or those that lack."""
        gross, rest = (self.random.choice([a for a in DECIMALS if a.startswith("-") == negative]) for _ in range(2))
        if self.model is CurrencyModel.BASIC:
            currency = self.random.choice(POOLS[Kind.CURRENCY])
            return {"currency": currency, "original_denomination": gross, "denomination": rest}
        return {
            "original_currency": self.random.choice(POOLS[Kind.CURRENCY]),
            "base_currency": "EUR",
            "original_denomination_in_original_currency": gross,
            "original_denomination_in_base_currency": gross,
            "denomination_in_original_currency": rest,
            "denomination_in_base_currency": rest,
        }

    def contact(self) -> Values:
        values = self.drawn(Resource.CONTACT, self.share())
        apart = self.random.choice([("name",), ("first_name", "last_name")])
        kept = {name: value for name, value in values.items() if name not in apart}
        return kept | {"account_number": self.random.choice([None, *KEYS[:5]])}

    def note(self) -> Values:
        drawn = {
            "body": self.random.choice(WORDS),
            "subject": self.random.choice([None, *TEXTS]),
            "noteType": self.random.choice([None, "call", "letter"]),
            "effectiveDate": self.random.choice([None, *MOMENTS]),
        }
        return {name: value for name, value in drawn.items() if value is not None}
