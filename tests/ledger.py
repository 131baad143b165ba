"""Rows for a test in few words, each made by the mutation that a client would use."""

from collections.abc import Mapping
from typing import Any

from tests.gateway import Client

Fields = Mapping[str, Any]
ISSUED, DUE = "2026-01-01", "2026-01-31"


class Ledger:
    """A tenant's rows in the making. Keyword arguments are input fields, named as in the schema."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def account(self, number: str, **fields: Any) -> None:
        if fields.get("parentAccountNumber"):
            fields = {"isParentAccount": False} | fields
        await self.create("Account", "accountNumber", number, {"combined": {"name": number} | fields})

    async def document(
        self, number: str, account: str, amount: str | None = None, currency: str = "USD", **fields: Any
    ) -> None:
        """A document with this much open in the basic model, or without amounts."""
        if amount is not None:
            gross = fields.pop("gross", amount if float(amount) else "1")
            amounts = {"currency": currency, "originalDenomination": gross, "denomination": amount}
            fields["amounts"] = {"basic": amounts}
        dated = {"accountNumber": account, "invoiceDate": ISSUED, "dueDate": DUE}
        await self.create("Document", "documentNumber", number, {"combined": dated | fields})

    async def credit_note(
        self, number: str, account: str, invoice: str, amount: str = "-1", currency: str = "USD", **fields: Any
    ) -> None:
        typed = {"documentType": "CREDIT_NOTE", "appliesToInvoice": invoice}
        await self.document(number, account, amount, currency, **typed, **fields)

    async def representative(self, reference: str, **fields: Any) -> None:
        await self.create("Representative", "reference", reference, fields)

    async def contact(self, reference: str, account: str, **fields: Any) -> None:
        await self.create("Contact", "reference", reference, {"accountNumber": account} | fields)

    async def note(self, account: str, reference: str, body: str = "Called.", **fields: Any) -> None:
        await self.create("Note", "accountNumber", account, {"reference": reference, "body": body} | fields)

    async def link(self, reference: str, *, account: str | None = None, document: str | None = None) -> None:
        target, key, value = (
            ("Account", "accountNumber", account) if account else ("Document", "documentNumber", document)
        )
        await self.done(
            f"mutation($reference: String!, $key: String!) {{ linkRepresentativeTo{target}"
            f"(reference: $reference, {key}: $key) {{ userErrors {{ code field message }} }} }}",
            reference=reference,
            key=value,
        )

    async def close(self, number: str, reason: str = "PAID", **fields: Any) -> None:
        await self.done(
            "mutation($number: String!, $input: ClosureInput!) { closeDocument(documentNumber: $number, input: $input)"
            " { userErrors { code field message } } }",
            number=number,
            input={"closureReason": reason} | fields,
        )

    async def patch(self, type_: str, key: str, value: str, **fields: Any) -> None:
        await self.write("patch", "patch", type_, f"{type_}Patch", key, value, fields)

    async def create(self, type_: str, key: str, value: str, fields: Fields) -> None:
        await self.write("create", "input", type_, f"{type_}Input", key, value, fields)

    async def write(self, verb: str, body: str, type_: str, input_: str, key: str, value: str, fields: Fields) -> None:
        text = (
            f"mutation($key: String!, $data: {input_}!) {{ {verb}{type_}({key}: $key, {body}: $data) "
            "{ userErrors { code field message } } }"
        )
        await self.done(text, key=value, data=fields)

    async def done(self, text: str, **variables: Any) -> None:
        payload = await self.client.only(text, **variables)
        assert payload["userErrors"] == [], (variables, payload["userErrors"])
