"""Balances and aging: exact sums of what is open, by currency and by days past the due date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger
from tests.reads.mass import add_documents

BALANCES = "balances%s { currency openAmount overdueAmount overdueInvoices openCredits openDocuments aging { %s } }"
AGING = "current days1To30 days31To60 days61To90 over90"
BUCKETS = AGING.split()
DUE = date(2026, 3, 1)
LARGEST = "999999999999999.9999"


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    made = Ledger(acme)
    for number in ("A", "B"):
        await made.account(number)
    return made


def query(where: str = 'account(accountNumber: "A")', as_of: date | str | None = None) -> str:
    arguments = f'(asOf: "{as_of}")' if as_of else ""
    return f"{{ {where} {{ {BALANCES % (arguments, AGING)} }} }}"


async def balances(ledger: Ledger, where: str = 'account(accountNumber: "A")', as_of: Any = None) -> Any:
    found = (await ledger.client.only(query(where, as_of)))["balances"]
    assert len(ledger.client.gateway.statements) == 1
    return found


def balance(
    currency: str, amount: str, overdue: str, documents: int, *, invoices: str = "", credits: str = "0", **aging: str
) -> dict[str, Any]:
    """`invoices` are the overdue ones: all that is overdue, where no credit note is."""
    return {
        "currency": currency,
        "openAmount": amount,
        "overdueAmount": overdue,
        "overdueInvoices": invoices or overdue,
        "openCredits": credits,
        "openDocuments": documents,
        "aging": dict.fromkeys(BUCKETS, "0") | aging,
    }


async def test_each_bucket_holds_the_days_from_its_first_to_its_last(ledger: Ledger) -> None:
    await ledger.document("D", "A", "7.25", dueDate=str(DUE))
    found = {}
    for days in (-1000, -1, 0, 1, 30, 31, 60, 61, 90, 91, 100_000):
        (row,) = await balances(ledger, as_of=DUE + timedelta(days=days))
        (filled,) = (name for name in BUCKETS if row["aging"][name] == "7.25")
        assert row == balance("USD", "7.25", "7.25" if days > 0 else "0", 1, **{filled: "7.25"})
        found[days] = filled
    assert found == {
        **dict.fromkeys((-1000, -1, 0), "current"),
        **dict.fromkeys((1, 30), "days1To30"),
        **dict.fromkeys((31, 60), "days31To60"),
        **dict.fromkeys((61, 90), "days61To90"),
        **dict.fromkeys((91, 100_000), "over90"),
    }


async def test_the_ends_of_the_calendar_are_days_like_any_other(ledger: Ledger) -> None:
    for number, due in (("FIRST", "0001-01-01"), ("LAST", "9999-12-31")):
        await ledger.document(number, "A", "1", dueDate=due)
    assert await balances(ledger, as_of="0001-01-01") == [balance("USD", "2", "0", 2, current="2")]
    assert await balances(ledger, as_of="0001-01-02") == [balance("USD", "2", "1", 2, current="1", days1To30="1")]
    assert await balances(ledger, as_of="0001-02-01") == [balance("USD", "2", "1", 2, current="1", days31To60="1")]
    assert await balances(ledger, as_of="9999-12-31") == [balance("USD", "2", "1", 2, current="1", over90="1")]


async def test_without_a_day_today_counts(ledger: Ledger) -> None:
    today = datetime.now(UTC).date()
    for days in (0, 1, 31):
        await ledger.document(f"D-{days}", "A", "1", dueDate=str(today - timedelta(days=days)))
    expected = [balance("USD", "3", "2", 3, current="1", days1To30="1", days31To60="1")]
    assert await balances(ledger) == expected
    text = query().replace("balances", "balances(asOf: null)")
    assert (await ledger.client.only(text))["balances"] == expected


async def test_credit_notes_count_below_zero_and_closed_documents_not_at_all(ledger: Ledger) -> None:
    await ledger.document("D-1", "A", "100", dueDate=str(DUE))
    await ledger.document("D-2", "A", "50.5")
    await ledger.credit_note("CN-1", "A", "D-1", "-30.25", dueDate=str(DUE))
    await ledger.document("PAID", "A", "0")
    await ledger.document("WRITTEN-OFF", "A", "999")
    await ledger.close("WRITTEN-OFF", "WRITE_OFF")
    await ledger.document("OTHER", "B", "1000")
    assert await balances(ledger, as_of="2026-03-02") == [
        balance("USD", "120.25", "120.25", 3, invoices="150.5", credits="-30.25", days1To30="120.25"),
    ]
    assert await balances(ledger, as_of="2026-03-01") == [
        balance("USD", "120.25", "50.5", 3, credits="-30.25", current="69.75", days1To30="50.5"),
    ]


async def test_a_credit_note_alone_makes_a_balance_below_zero(ledger: Ledger) -> None:
    await ledger.credit_note("CN", "A", "GONE", "-0.0001", dueDate=str(DUE))
    expected = [balance("USD", "-0.0001", "-0.0001", 1, invoices="0", credits="-0.0001", days1To30="-0.0001")]
    assert await balances(ledger, as_of="2026-03-02") == expected


async def test_what_is_overdue_is_not_hidden_by_a_credit_note_that_is_larger(ledger: Ledger) -> None:
    await ledger.document("D", "A", "100", dueDate=str(DUE))
    await ledger.credit_note("CN", "A", "D", "-300", dueDate=str(DUE))
    await ledger.credit_note("LATER", "A", "D", "-7", dueDate="2026-12-31")
    await ledger.document("EUR", "A", "1", "EUR", dueDate=str(DUE))
    assert await balances(ledger, as_of="2026-03-02") == [
        balance("EUR", "1", "1", 1, days1To30="1"),
        balance("USD", "-207", "-200", 3, invoices="100", credits="-307", current="-7", days1To30="-200"),
    ]


async def test_overdue_invoices_are_the_sum_of_what_the_filter_lists(ledger: Ledger) -> None:
    for n, amount in enumerate(("100", "0.0001", LARGEST, "2.5")):
        await ledger.document(f"D-{n}", "A", amount, dueDate="2020-01-01")
    await ledger.document("FUTURE", "A", "8", dueDate="9999-12-31")
    await ledger.document("OVERPAID", "A", "-4", gross="4", dueDate="2020-01-01")
    await ledger.credit_note("CN", "A", "D-1", "-3", dueDate="2020-01-01")
    await ledger.close("D-3")
    (row,) = await balances(ledger)
    listed = await ledger.client.only("{ documents(filter: {overdue: true}) { nodes { openAmount } } }")
    assert Decimal(row["overdueInvoices"]) == sum(Decimal(node["openAmount"]) for node in listed["nodes"])
    assert (row["overdueInvoices"], row["openCredits"]) == ("1000000000000100", "-7")
    assert row["overdueAmount"] == "1000000000000093"


async def test_amounts_that_cancel_out_leave_a_balance_of_zero(ledger: Ledger) -> None:
    await ledger.document("D", "A", "5", dueDate=str(DUE))
    await ledger.credit_note("CN", "A", "D", "-5", dueDate=str(DUE))
    assert await balances(ledger, as_of=DUE) == [balance("USD", "0", "0", 2, credits="-5")]


async def test_currencies_are_told_apart_and_go_by_code(ledger: Ledger) -> None:
    for n, (amount, currency) in enumerate((("1", "USD"), ("2", "EUR"), ("4", "USD"), ("8", "CHF"))):
        await ledger.document(f"D-{n}", "A", amount, currency, dueDate=str(DUE))
    assert await balances(ledger, as_of=DUE) == [
        balance("CHF", "8", "0", 1, current="8"),
        balance("EUR", "2", "0", 1, current="2"),
        balance("USD", "5", "0", 2, current="5"),
    ]


async def test_sums_are_exact_however_large_and_small(ledger: Ledger) -> None:
    for n, amount in enumerate((LARGEST, LARGEST, LARGEST, "0.0001", "0.1", "0.2")):
        await ledger.document(f"D-{n}", "A", amount, dueDate=str(DUE))
    await ledger.credit_note("CN-1", "A", "D-0", f"-{LARGEST}", "EUR", dueDate=str(DUE))
    await ledger.credit_note("CN-2", "A", "D-0", "-0.0001", "EUR", dueDate=str(DUE))
    assert await balances(ledger, as_of=DUE) == [
        balance("EUR", "-1000000000000000", "0", 2, credits="-1000000000000000", current="-1000000000000000"),
        balance("USD", "3000000000000000.2998", "0", 6, current="3000000000000000.2998"),
    ]


@pytest.mark.slow
async def test_no_number_of_largest_amounts_is_too_much(ledger: Ledger) -> None:
    largest = [f"L-{n}" for n in range(10_000)]
    gateway = ledger.client.gateway
    await add_documents(gateway.database, gateway.named("acme"), "A", largest, Decimal(LARGEST), due=DUE)
    expected = "9999999999999999999"
    assert await balances(ledger, as_of=DUE) == [balance("USD", expected, "0", 10_000, current=expected)]


async def test_under_the_extended_model_a_document_counts_in_its_base_currency(ledger: Ledger) -> None:
    names = "originalCurrency baseCurrency originalDenominationInOriginalCurrency originalDenominationInBaseCurrency "
    names += "denominationInOriginalCurrency denominationInBaseCurrency"
    for n, values in enumerate((("JPY", "EUR", 1000, 9, 500, 4.5), ("USD", "EUR", 10, 9, 10, 9))):
        amounts = dict(zip(names.split(), values, strict=True))
        await ledger.document(f"D-{n}", "A", amounts={"extended": amounts}, dueDate=str(DUE))
    assert await balances(ledger, as_of=DUE) == [balance("EUR", "13.5", "0", 2, current="13.5")]
    text = "{ documents(orderBy: {field: OPEN_AMOUNT}) { nodes { openAmount openCurrency currencyModel } } }"
    assert (await ledger.client.only(text))["nodes"] == [
        {"openAmount": "4.5", "openCurrency": "EUR", "currencyModel": "EXTENDED"},
        {"openAmount": "9", "openCurrency": "EUR", "currencyModel": "EXTENDED"},
    ]


async def test_documents_without_an_amount_count_in_no_balance(ledger: Ledger) -> None:
    await ledger.document("BARE", "A")
    gross = {"amounts": {"basic": {"originalDenomination": "70"}}}
    body = {"accountNumber": "A", "invoiceDate": "2026-01-01", "dueDate": str(DUE), **gross}
    await ledger.create("Document", "documentNumber", "GROSS", {"invoicing": body})
    text = "{ documents { nodes { documentNumber status openAmount openCurrency currencyModel } } }"
    assert (await ledger.client.only(text))["nodes"] == [
        {"documentNumber": "BARE", "status": "OPEN", "openAmount": None, "openCurrency": None, "currencyModel": None},
        {
            "documentNumber": "GROSS",
            "status": "OPEN",
            "openAmount": None,
            "openCurrency": None,
            "currencyModel": "BASIC",
        },
    ]
    assert await balances(ledger) == []


async def test_an_account_without_documents_has_no_balances(ledger: Ledger) -> None:
    assert await balances(ledger) == []


async def test_the_tenant_s_balances_are_those_of_all_its_accounts(ledger: Ledger) -> None:
    await ledger.document("D-1", "A", "1", dueDate=str(DUE))
    await ledger.document("D-2", "B", "2", dueDate="2025-01-01")
    await ledger.document("D-3", "B", "4", "EUR")
    assert await balances(ledger, "tenant", DUE) == [
        balance("EUR", "4", "4", 1, days1To30="4"),
        balance("USD", "3", "2", 2, current="1", over90="2"),
    ]


async def test_a_reopened_document_counts_again(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10", dueDate=str(DUE))
    await ledger.patch("Document", "documentNumber", "D", denomination="0")
    assert await balances(ledger, as_of=DUE) == []
    await ledger.patch("Document", "documentNumber", "D", denomination="2.5")
    assert await balances(ledger, as_of=DUE) == [balance("USD", "2.5", "0", 1, current="2.5")]


async def test_the_balances_of_many_accounts_take_one_statement(ledger: Ledger) -> None:
    for n in range(6):
        await ledger.account(f"M-{n}")
        await ledger.document(f"D-{n}", f"M-{n}", str(n + 1), dueDate=str(DUE))
    where = 'accounts(filter: {accountNumber: {startsWith: "M"}}) { nodes'
    text = query(where, DUE).replace("} } }", "} } } }")
    found = (await ledger.client.only(text))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    assert [row["balances"] for row in found] == [
        [balance("USD", str(n + 1), "0", 1, current=str(n + 1))] for n in range(6)
    ]
