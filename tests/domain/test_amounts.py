"""The two currency models: which one values speak, what is open, what is missing, which signs are wrong."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.amounts import (
    currency_model_problems,
    missing_amounts,
    model_of,
    open_amount,
    open_currency,
    without_other_model,
    wrongly_signed,
)
from app.domain.enums import CurrencyModel, Product
from app.domain.problems import Code

BASIC, EXTENDED = CurrencyModel.BASIC, CurrencyModel.EXTENDED
COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = Product
B: dict[str, Any] = {"currency": "EUR", "original_denomination": Decimal(100), "denomination": Decimal(40)}
E: dict[str, Any] = {
    "original_currency": "USD",
    "base_currency": "EUR",
    "original_denomination_in_original_currency": Decimal(110),
    "original_denomination_in_base_currency": Decimal(100),
    "denomination_in_original_currency": Decimal(44),
    "denomination_in_base_currency": Decimal(40),
}


@pytest.mark.parametrize(
    ("values", "model"),
    [
        ({}, None),
        (dict.fromkeys(B | E), None),
        ({"name": "x"}, None),
        *(({name: value}, BASIC) for name, value in B.items()),
        *(({name: value}, EXTENDED) for name, value in E.items()),
        (B | dict.fromkeys(E), BASIC),
        (B | {"base_currency": "EUR"}, EXTENDED),
        (B | E, EXTENDED),
        ({"denomination": Decimal(0)}, BASIC),
        ({"denomination_in_base_currency": Decimal(0)}, EXTENDED),
    ],
)
def test_one_extended_field_makes_values_extended(values: dict[str, Any], model: CurrencyModel | None) -> None:
    assert model_of(values) is model


def test_where_both_are_sent_the_basic_fields_are_dropped() -> None:
    assert without_other_model(B | E | {"comment": "x"}) == E | {"comment": "x"}
    assert without_other_model(B | {"base_currency": "EUR"}) == {"base_currency": "EUR"}
    assert without_other_model(B | dict.fromkeys(E)) == B | dict.fromkeys(E)
    assert without_other_model(dict.fromkeys(B) | E) == E


@pytest.mark.parametrize(
    ("values", "amount", "currency"),
    [
        ({}, None, None),
        (B, Decimal(40), "EUR"),
        (E, Decimal(40), "EUR"),
        (E | {"denomination_in_base_currency": Decimal("0.5")}, Decimal("0.5"), "EUR"),
        ({"original_denomination": Decimal(100)}, None, None),
        (B | {"denomination": Decimal(-5)}, Decimal(-5), "EUR"),
        (B | {"document_type": "credit_note"}, Decimal(-40), "EUR"),
        (B | {"document_type": "credit_note", "denomination": Decimal(-40)}, Decimal(-40), "EUR"),
        (B | {"document_type": "credit_note", "denomination": Decimal(0)}, Decimal(0), "EUR"),
        (B | {"document_type": "invoice"}, Decimal(40), "EUR"),
    ],
)
def test_what_is_open_and_in_which_currency(
    values: dict[str, Any], amount: Decimal | None, currency: str | None
) -> None:
    assert open_amount(values) == amount
    assert open_currency(values) == currency


@pytest.mark.parametrize(
    ("locked", "sent", "names"),
    [
        (None, B, []),
        (None, E, []),
        (BASIC, B, []),
        (EXTENDED, E, []),
        (BASIC, {}, []),
        (BASIC, E, list(E)),
        (EXTENDED, B, list(B)),
        (EXTENDED, {"denomination": Decimal(1)}, ["denomination"]),
        (BASIC, {"base_currency": "EUR", "currency": "EUR"}, ["base_currency"]),
        (BASIC, dict.fromkeys(E), []),
    ],
)
def test_the_other_model_is_refused_on_each_field_sent(
    locked: CurrencyModel | None, sent: dict[str, Any], names: list[str]
) -> None:
    found = [(problem.code, problem.field) for problem in currency_model_problems(locked, sent)]
    assert found == [(Code.CURRENCY_MODEL_LOCKED, (name,)) for name in names]


GROSS, GROSS_IN_ORIGINAL = "original_denomination", "original_denomination_in_original_currency"


@pytest.mark.parametrize(
    ("values", "products", "active", "locked", "lacking"),
    [
        ({}, [], [COLLECTIONS], None, []),
        ({}, [COLLECTIONS], [], None, list(B)),
        ({}, [COLLECTIONS], [], EXTENDED, list(E)),
        ({}, [INVOICING], [], None, [GROSS]),
        ({}, [INVOICING], [], EXTENDED, [GROSS_IN_ORIGINAL]),
        (B, list(Product), [], None, []),
        (E, list(Product), [], None, []),
        ({"currency": "EUR"}, [], [], None, ["original_denomination", "denomination"]),
        ({"base_currency": "EUR"}, [], [], BASIC, [name for name in E if name != "base_currency"]),
        ({GROSS: Decimal(1)}, [INVOICING], list(Product), None, []),
        ({GROSS: Decimal(1)}, [INVOICING, CASH_APP], [], None, ["currency", "denomination"]),
        ({GROSS: Decimal(1)}, [], [INVOICING], None, []),
        ({GROSS: Decimal(1)}, [], [INVOICING, COLLECTIONS], None, ["currency", "denomination"]),
        ({GROSS_IN_ORIGINAL: Decimal(1)}, [], [INVOICING], None, []),
        ({GROSS_IN_ORIGINAL: Decimal(1)}, [OPEN_BALANCE], [INVOICING], None, [n for n in E if n != GROSS_IN_ORIGINAL]),
        ({"currency": "EUR"}, [], [INVOICING], None, [GROSS]),
        ({GROSS: Decimal(0), "currency": "EUR", "denomination": Decimal(0)}, [COLLECTIONS], [], None, []),
    ],
)
def test_what_amounts_lack(
    values: dict[str, Any],
    products: list[Product],
    active: list[Product],
    locked: CurrencyModel | None,
    lacking: list[str],
) -> None:
    assert list(missing_amounts(values, products, active, locked)) == lacking


@pytest.mark.parametrize("amount", ["1", "0", "0.0001"])
def test_the_original_amounts_of_a_credit_note_are_below_zero(amount: str) -> None:
    note = {"document_type": "credit_note"}
    assert wrongly_signed(note | B | {"original_denomination": Decimal(amount)}) == ("original_denomination",)
    wrong = {name: Decimal(amount) for name in (GROSS_IN_ORIGINAL, "original_denomination_in_base_currency")}
    assert wrongly_signed(note | E | wrong) == (GROSS_IN_ORIGINAL, "original_denomination_in_base_currency")
    assert wrongly_signed(note | {"original_denomination": Decimal("-0.0001")}) == ()
    assert wrongly_signed(note) == ()
    for other in ("invoice", "other"):
        assert wrongly_signed({"document_type": other, "original_denomination": Decimal(amount)}) == ()
