"""What the rows of the demonstration hold, and that no rule is broken by any of them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from app.demo.countries import Country, company
from app.demo.tenants import TENANTS
from app.domain.aging import BUCKETS, days_past_due
from app.domain.enums import ClosureReason, DocumentStatus, DocumentType, Product, Resource
from app.domain.requirements import RequirementContext, unmet_requirements
from app.domain.resources import RESOURCES
from tests.demo.ledgers import AS_OF, Rows

Row = dict[str, Any]
COUNTRIES = list(dict.fromkeys(country for tenant in TENANTS for country in tenant.countries))
TABLE_OF = {resource: f"{resource}s" for resource in Resource}


@pytest.mark.parametrize("resource", Resource)
def test_everything_meets_the_requirements_of_the_products_it_is_declared_for(own: Rows, resource: Resource) -> None:
    (tenant,) = own["tenants"]
    model = tenant["currency_model"]
    lacking = {
        str(row["csr_id"]): unmet_requirements(
            resource, row, RequirementContext(row["products"], tenant["products"], model)
        )
        for row in own[TABLE_OF[resource]]
    }

    assert lacking
    assert {key: problems for key, problems in lacking.items() if problems} == {}


def test_nothing_is_declared_for_a_product_that_the_tenant_does_not_have(own: Rows) -> None:
    (tenant,) = own["tenants"]
    declared = {product for row in own["accounts"] + own["documents"] for product in row["products"]}

    assert declared == set(tenant["products"])


def test_the_tenants_use_one_currency_model_each(rows: Rows) -> None:
    models = {row["name"]: row["currency_model"] for row in rows["tenants"]}
    used = {(row["tenant_id"], row["currency_model"]) for row in rows["documents"] if row["currency_model"]}

    assert models == {"Northwind Supply": "basic", "Contoso Industrial": "extended"}
    assert used == {(row["tenant_id"], row["currency_model"]) for row in rows["tenants"]}
    assert {row["base_currency"] for row in rows["documents"]} == {None, "EUR"}


def test_the_first_tenants_customers_pay_in_three_currencies(rows: Rows) -> None:
    (northwind,) = [row["tenant_id"] for row in rows["tenants"] if row["name"] == "Northwind Supply"]

    assert {row["currency"] for row in rows["documents"] if row["tenant_id"] == northwind} == {
        None,
        "USD",
        "EUR",
        "GBP",
    }


def bucket_of(row: Row) -> str:
    late = (AS_OF - row["due_date"]).days
    return next(b.name for b in BUCKETS if (b.first is None or b.first <= late) and (b.last is None or late <= b.last))


def owed(row: Row) -> bool:
    return row["status"] == DocumentStatus.OPEN and row["open_amount"] is not None


def test_every_bucket_of_the_aging_has_open_documents(own: Rows) -> None:
    found = Counter(bucket_of(row) for row in own["documents"] if owed(row))

    assert set(found) == {bucket.name for bucket in BUCKETS}
    assert min(found.values()) >= 5
    assert any(row["due_date"] == AS_OF and owed(row) for row in own["documents"])


def test_every_status_type_and_reason_to_close_is_there(own: Rows) -> None:
    documents = own["documents"]
    closed = [row for row in documents if row["status"] == DocumentStatus.CLOSED]

    assert {row["status"] for row in documents} == set(DocumentStatus)
    assert {row["document_type"] for row in documents} == set(DocumentType)
    assert {row["closure_reason"] for row in closed} == {None, *ClosureReason}


STORIES: dict[str, Callable[[Row, list[str]], bool]] = {
    "part-paid": lambda row, history: owed(row) and 0 < abs(row["open_amount"]) < abs(gross(row)),
    "paid by closure": lambda row, history: row["closure_reason"] == "paid" and row["open_amount"] == 0,
    "closed by its amount": lambda row, history: history == ["open", "closed"] and row["closure_reason"] is None,
    "reopened": lambda row, history: history == ["open", "closed", "open"],
    "closed from the start": lambda row, history: history == ["closed"],
    "without amounts": lambda row, history: row["currency_model"] is None,
    "gross amount alone": lambda row, history: row["currency_model"] is not None and row["open_amount"] is None,
    "lines": lambda row, history: bool(row["line_items"]),
    "thick billing": lambda row, history: bool(row["thick_billing"]) and not row["pdf_name"],
    "pushed paper": lambda row, history: bool(row["pdf_name"]),
}


def gross(row: Row) -> Decimal:
    value: Decimal = row["original_denomination"] or row["original_denomination_in_base_currency"]
    return value


def histories(own: Rows) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {row["document_number"]: [] for row in own["documents"]}
    for entry in own["status_transitions"]:
        found[entry["document_number"]].append(entry)
    return found


@pytest.mark.parametrize("story", STORIES)
def test_every_kind_of_document_is_there(own: Rows, story: str) -> None:
    found = histories(own)
    told = [
        row for row in own["documents"] if STORIES[story](row, [e["status"] for e in found[row["document_number"]]])
    ]

    assert len(told) >= 3


def test_documents_are_declared_for_different_products(rows: Rows) -> None:
    declared = {row["products"] for row in rows["documents"]}

    assert {(), (Product.COLLECTIONS,), (Product.INVOICING,), (Product.OPEN_BALANCE,), (Product.CASH_APP,)} <= declared
    assert tuple(Product) in declared


def test_a_status_history_ends_where_the_document_is(own: Rows) -> None:
    entries = histories(own)
    for row in own["documents"]:
        first, *_, last = [*entries[row["document_number"]][:1], *entries[row["document_number"]]]
        assert (first["version"], first["at"]) == (1, row["created_at"])
        assert last["status"] == row["status"]
        assert last["version"] <= row["version"]
        closed = row["status"] == DocumentStatus.CLOSED
        assert (row["closed_at"], row["closure_reason"], row["closure_notes"]) == (
            (last["at"], last["reason"], last["notes"]) if closed else (None, None, None)
        )


def test_a_status_history_alternates_and_runs_forward(own: Rows) -> None:
    for entries in histories(own).values():
        statuses = [entry["status"] for entry in entries]
        assert all(before != after for before, after in pairwise(statuses))
        assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


def test_a_credit_note_is_negative_and_names_an_earlier_invoice_of_its_account(own: Rows) -> None:
    invoices = {(row["account_number"], row["invoice_key"]): row for row in own["documents"]}
    credit_notes = [row for row in own["documents"] if row["document_type"] == DocumentType.CREDIT_NOTE]

    assert credit_notes
    for row in credit_notes:
        invoice = invoices[row["account_number"], row["applies_to_invoice"]]
        assert invoice["document_type"] == DocumentType.INVOICE
        assert gross(row) < 0 >= row["open_amount"]
        assert -gross(row) <= gross(invoice)


def test_lines_taxes_and_freight_add_up_to_the_gross_amount(own: Rows) -> None:
    billed = [row for row in own["documents"] if row["thick_billing"]]

    assert billed
    for row in billed:
        bill = {name: Decimal(row["thick_billing"].get(name) or 0) for name in TOTALS}
        assert bill["subtotal"] == sum(Decimal(line["net_amount"]) for line in row["line_items"])
        assert bill["total_due"] == sum(bill.values()) - bill["total_due"]
        assert bill["total_due"] == (row["original_denomination"] or row["original_denomination_in_original_currency"])


TOTALS = ("subtotal", "freight", "sales_tax", "vat_tax", "total_due")


def test_an_account_has_contacts_and_exactly_one_is_primary(own: Rows) -> None:
    primary = Counter(row["account_number"] for row in own["contacts"] if row["is_primary"])

    assert primary == Counter(row["account_number"] for row in own["accounts"])
    assert len(own["contacts"]) > len(primary)


@pytest.mark.parametrize("country", COUNTRIES, ids=[country.code for country in COUNTRIES])
def test_companies_of_a_country_differ_until_its_combinations_are_used_up(country: Country) -> None:
    combinations = len(country.firms) * len(country.trades)

    assert len({company(index, country).rpartition(" ")[0] for index in range(combinations)}) == combinations


def test_children_name_a_parent_that_is_there(own: Rows) -> None:
    numbers = {row["account_number"]: row for row in own["accounts"]}
    parents = {row["parent_account_number"] for row in own["accounts"]} - {None}

    assert parents
    assert parents <= numbers.keys()
    assert len({row["name"] for row in own["accounts"]}) == len(numbers)


def test_representatives_answer_to_one_director_and_have_names_of_their_own(own: Rows) -> None:
    people = {row["reference"]: row["supervisor_representative_reference"] for row in own["representatives"]}

    assert [reference for reference, above in people.items() if above is None] == ["REP-01"]
    assert {people[above] for above in people.values() if above} == {None, "REP-01"}
    assert len({row["name"] for row in own["representatives"]}) == len(people)


def test_accounts_and_late_documents_have_representatives(own: Rows) -> None:
    linked = {row["account_number"] for row in own["account_representatives"]}
    late = {
        row["document_number"] for row in own["documents"] if owed(row) and days_past_due(row["due_date"], AS_OF) > 30
    }

    assert linked == {row["account_number"] for row in own["accounts"]}
    assert late <= {row["document_number"] for row in own["document_representatives"]}


def test_nothing_was_written_after_the_day_before(own: Rows) -> None:
    midnight = datetime.combine(AS_OF, time(), UTC)
    moments = [
        value for name, found in own.items() for row in found for value in row.values() if isinstance(value, datetime)
    ]

    assert max(moments) < midnight
    assert max(row["invoice_date"] for row in own["documents"]) < AS_OF
    assert all(row["created_at"] <= row["updated_at"] for row in own["documents"])


def test_the_fields_that_no_document_fills_are_these(rows: Rows) -> None:
    filled = {name for row in rows["documents"] for name, value in row.items() if value is not None}

    assert {field.name for field in RESOURCES[Resource.DOCUMENT].fields} - filled == {
        "commodity_code",
        "dest_fax_number",
        "duty_amt",
        "fabricated_record",
        "template_id",
        "udp3",
        "udp4",
        "udp5",
        *(f"match_field_{n}" for n in range(3, 23)),
    }


def test_every_field_of_an_account_is_filled_somewhere(rows: Rows) -> None:
    filled = {name for row in rows["accounts"] for name, value in row.items() if value is not None}

    assert {field.name for field in RESOURCES[Resource.ACCOUNT].fields} <= filled
