"""The customers of a demonstration tenant: companies in families, each declared for some of the products."""

from dataclasses import dataclass
from typing import Any

from app.demo.countries import Country, address, company
from app.demo.history import History, Products, values_for
from app.demo.person_names import plain
from app.demo.plan import Plan, digits
from app.demo.tenants import DemoTenant
from app.domain.caller import Caller
from app.domain.enums import CurrencyModel, Product, Resource

FAMILY = 8  # of so many accounts in a row the first is the parent of the next CHILDREN
CHILDREN = 2
GROUPS = ("Key Accounts", "Wholesale", "Retail", "Public Sector", "Distributors")
TERMS = (30, 30, 45, 14, 60)
ALL = tuple(Product)
DECLARED: tuple[Products, ...] = (
    ALL,
    ALL,
    (Product.COLLECTIONS,),
    (Product.COLLECTIONS, Product.INVOICING),
    ALL,
    (Product.OPEN_BALANCE, Product.CASH_APP),
    (Product.COLLECTIONS, Product.CASH_APP),
    (),
    (Product.INVOICING,),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """An account as the rest of the ledger needs to know it."""

    tenant: DemoTenant
    index: int
    number: str
    name: str
    country: Country
    currency: str
    terms: int  # days
    products: Products
    ship_to: dict[str, str]
    parent: str | None
    domain: str


def number_of(tenant: DemoTenant, index: int) -> str:
    return str(tenant.first_account + index)


def customer(plan: Plan, tenant: DemoTenant, index: int) -> Customer:
    rng = plan.rng(tenant.name, "customer", index)
    head = index - index % FAMILY if 0 < index % FAMILY <= CHILDREN else index
    country = tenant.countries[head % len(tenant.countries)]
    ship_to = address(rng, country, index)
    name, _, form = company(head, country).rpartition(" ")
    if head != index:
        name = f"{name} {ship_to['city']}"
    return Customer(
        tenant,
        index,
        number_of(tenant, index),
        f"{name} {form}",
        country,
        country.currency if country.currency in CURRENCIES[tenant.model] else tenant.base_currency,
        TERMS[index % len(TERMS)],
        tuple(product for product in DECLARED[index % len(DECLARED)] if product in tenant.products),
        ship_to,
        None if head == index else number_of(tenant, head),
        f"{plain(name)[:40]}.example",
    )


CURRENCIES = {
    CurrencyModel.BASIC: ("USD", "EUR", "GBP"),
    CurrencyModel.EXTENDED: ("EUR", "USD", "GBP", "CHF", "SEK", "PLN"),
}


def account(plan: Plan, caller: Caller, of: Customer) -> History:
    """The account's row; every third had its credit limit raised since."""
    rng = plan.rng(of.tenant.name, "account", of.index)
    history = History(caller, Resource.ACCOUNT, of.number, of.products)
    since = rng.randint(500, 1800)
    limit = rng.choice((20_000, 40_000, 60_000, 100_000, 250_000))
    values = identity(plan, of) | reach(plan, of) | {"credit_limit": limit}
    history.create(values_for(Resource.ACCOUNT, of.products, values), plan.moment(since, 8, rng.randint(0, 59)))
    if of.index % 3 == 1 and history.row["credit_limit"]:
        history.patch({"credit_limit": limit * 3 // 2}, plan.moment(rng.randint(20, 400), 9, rng.randint(0, 59)))
    return history


def identity(plan: Plan, of: Customer) -> dict[str, Any]:
    """Who the customer is, and how it stands to others."""
    rng = plan.rng(of.tenant.name, "identity", of.index)
    family = {"parent_account_number": of.parent, "is_parent_account": False} if of.parent else {}
    if of.index % FAMILY == 0:
        family = {"is_parent_account": True}
    optional: dict[str, Any] = {}
    if of.index % 2 == 0:
        optional["description"] = f"Customer since {plan.day(rng.randint(900, 4000)).year}; invoices by e-mail."
        optional["data_providers"] = {
            "dun_and_bradstreet": {"duns": digits(rng, "## ### ####")},
            "creditsafe": {"score": rng.randint(20, 95)},
        }
    return {
        "name": of.name,
        "display_reference": f"{plain(of.name).partition('-')[0].upper()}-{of.number}",
        "currency": of.currency,
        "language": of.country.language,
        "account_group": GROUPS[of.index % len(GROUPS)],
        "branch_name": of.tenant.branches[of.index % len(of.tenant.branches)][1],
        "payment_terms": f"NET{of.terms}",
        "vat": digits(rng, of.country.vat),
        "company_registration_number": digits(rng, of.country.register),
        "custom_fields": {"collections": custom_fields(plan, of)},
        **family,
        **optional,
    }


def custom_fields(plan: Plan, of: Customer) -> dict[str, Any]:
    rng = plan.rng(of.tenant.name, "custom", of.index)
    fields: dict[str, Any] = {"region": "Americas" if of.country.code == "US" else "EMEA", "score": rng.randint(1, 10)}
    if of.index % 5 == 0:
        fields["vip"] = True
    if of.index % 4 == 1:
        fields["review_on"] = plan.day(-rng.randint(10, 120)).isoformat()
    return fields


def reach(plan: Plan, of: Customer) -> dict[str, Any]:
    """Where the customer is, and how to speak to it."""
    rng = plan.rng(of.tenant.name, "reach", of.index)
    optional = {"fax": digits(rng, of.country.phone)} if of.index % 4 == 0 else {}
    if of.index % 6 == 3:
        optional["mobile_phone"] = digits(rng, of.country.phone)
    return {
        "billing_address": of.ship_to if of.index % 3 else address(rng, of.country, of.index + 1),
        "remit_to": of.tenant.remit_to,
        "phone": digits(rng, of.country.phone),
        "email": f"accounts.payable@{of.domain}",
        **optional,
    }
