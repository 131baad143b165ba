"""The amounts of a demonstration document: lines, tax and totals that add up, in the customer's currency and, where the
tenant reports in another, in that one too."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from app.demo.accounts import Customer
from app.demo.tenants import RATES, DemoTenant, Good
from app.domain.enums import CurrencyModel

CENT = Decimal("0.01")
TAX = {"US": ("0.0625", "MA"), "GB": ("0.20", "S"), "IE": ("0.23", "S"), "CH": ("0.081", "N")}
EU_TAX = ("0.20", "S")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    good: Good
    quantity: int
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceAmounts:
    """The lines of a document, with their totals."""

    lines: tuple[InvoiceLine, ...]
    rate: Decimal
    code: str
    freight: Decimal

    @property
    def subtotal(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.subtotal + self.tax + self.freight


def random_amounts(rng: Random, customer: Customer) -> InvoiceAmounts:
    rate, code = TAX.get(customer.country.code, EU_TAX)
    lines = []
    for good in rng.sample(customer.tenant.goods, rng.randint(1, 4)):
        quantity = 1 + int(good.most * rng.random() ** 3)  # mostly few
        net = cents(good.price * quantity)
        lines.append(InvoiceLine(good, quantity, net, cents(net * Decimal(rate))))
    return InvoiceAmounts(tuple(lines), Decimal(rate), code, Decimal(rng.choice((0, 0, 35, 120))))


def line_items(amounts: InvoiceAmounts) -> list[dict[str, Any]]:
    return [
        {
            "line_number": str(number),
            "item_code": line.good.code,
            "description": line.good.name,
            "quantity_ordered": line.quantity,
            "quantity_shipped": line.quantity,
            "unit_of_measure": line.good.unit,
            "unit_price": line.good.price,
            "net_amount": line.net,
            "tax_flag": "Y",
            "tax_amount": line.tax,
            "tax_code": amounts.code,
        }
        for number, line in enumerate(amounts.lines, start=1)
    ]


def all_amounts(customer: Customer, gross: Decimal, still_open: Decimal) -> dict[str, Any]:
    """All amounts of the tenant's currency model."""
    tenant, currency = customer.tenant, customer.currency
    if tenant.model is CurrencyModel.BASIC:
        return {"currency": currency, "original_denomination": gross, **open_amounts(customer, still_open)}
    return {
        "original_currency": currency,
        "base_currency": tenant.base_currency,
        "original_denomination_in_original_currency": gross,
        "original_denomination_in_base_currency": in_base_currency(tenant, currency, gross),
        **open_amounts(customer, still_open),
    }


def open_amounts(customer: Customer, amount: Decimal) -> dict[str, Any]:
    """The amounts that a payment changes."""
    if customer.tenant.model is CurrencyModel.BASIC:
        return {"denomination": amount}
    return {
        "denomination_in_original_currency": amount,
        "denomination_in_base_currency": in_base_currency(customer.tenant, customer.currency, amount),
    }


def gross_amount(customer: Customer, gross: Decimal) -> dict[str, Any]:
    """All that Invoicing needs to know of the money."""
    if customer.tenant.model is CurrencyModel.BASIC:
        return {"original_denomination": gross}
    return {"original_denomination_in_original_currency": gross}


def in_base_currency(tenant: DemoTenant, currency: str, amount: Decimal) -> Decimal:
    """The amount in the tenant's base currency."""
    return cents(amount * RATES[currency] / RATES[tenant.base_currency])
