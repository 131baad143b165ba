"""The two currency models: which one a body uses, its open amount, and the amounts that it must have."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from app.domain.catalogue.document import BASIC_AMOUNTS, EXTENDED_AMOUNTS
from app.domain.enums import CurrencyModel, DocumentStatus, DocumentType, Product
from app.domain.problems import Code, Problem

FIELDS = {CurrencyModel.BASIC: BASIC_AMOUNTS, CurrencyModel.EXTENDED: EXTENDED_AMOUNTS}
BY_PRECEDENCE = tuple((model, FIELDS[model]) for model in (CurrencyModel.EXTENDED, CurrencyModel.BASIC))
OTHER = {CurrencyModel.BASIC: CurrencyModel.EXTENDED, CurrencyModel.EXTENDED: CurrencyModel.BASIC}
OPEN_AMOUNT = {CurrencyModel.BASIC: "denomination", CurrencyModel.EXTENDED: "denomination_in_base_currency"}
OPEN_CURRENCY = {CurrencyModel.BASIC: "currency", CurrencyModel.EXTENDED: "base_currency"}
# All that Invoicing reads of a model: the gross amount.
INVOICED = {
    CurrencyModel.BASIC: ("original_denomination",),
    CurrencyModel.EXTENDED: ("original_denomination_in_original_currency",),
}
ORIGINALS = (
    "original_denomination",
    "original_denomination_in_original_currency",
    "original_denomination_in_base_currency",
)


def model_of(values: dict[str, Any]) -> CurrencyModel | None:
    """The model that values use: one non-null Extended field makes them Extended. None where there is no amount."""
    for model, names in BY_PRECEDENCE:
        for name in names:
            if values.get(name) is not None:
                return model
    return None


def without_other_model(sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, less the Basic fields where both models were: Extended wins."""
    if model_of(sent) is not CurrencyModel.EXTENDED:
        return sent
    return {name: value for name, value in sent.items() if name not in BASIC_AMOUNTS}


def open_amount(values: dict[str, Any]) -> Decimal | None:
    """The open amount that a document's fields state: a credit note's is never above zero."""
    model = model_of(values)
    amount = None if model is None else values.get(OPEN_AMOUNT[model])
    if amount is not None and values.get("document_type") == DocumentType.CREDIT_NOTE:
        return Decimal(-abs(amount))
    return amount


def effective_open_amount(stated: Decimal | None, status: str) -> Decimal | None:
    """What filters, orders and balances mean by the open amount: nothing is open of a closed document, whatever its
    fields state; without amounts there is none."""
    return Decimal(0) if stated is not None and status == DocumentStatus.CLOSED else stated


def open_currency(values: dict[str, Any]) -> str | None:
    """The currency that the open amount is in; None where nothing is open in any."""
    model = model_of(values)
    return None if model is None else values.get(OPEN_CURRENCY[model])


def currency_model_problems(locked: CurrencyModel | None, sent: dict[str, Any]) -> list[Problem]:
    """A problem on each field that was sent in the model that the tenant does not use."""
    if locked is None or model_of(sent) is not OTHER[locked]:
        return []
    return [
        Problem(
            Code.CURRENCY_MODEL_LOCKED,
            (name,),
            f"{name} belongs to the {OTHER[locked]} currency model; this tenant's documents use the {locked} model.",
        )
        for name in FIELDS[OTHER[locked]]
        if sent.get(name) is not None
    ]


def missing_amounts(
    values: dict[str, Any], products: Collection[Product], active: Collection[Product], locked: CurrencyModel | None
) -> tuple[str, ...]:
    """The amount fields that values lack. `products` are those the document is declared for; where there are none,
    amounts may be left out altogether, and a tenant active in Invoicing alone needs only what Invoicing reads."""
    model = model_of(values)
    if model is None and not products:
        return ()
    model = model or locked or CurrencyModel.BASIC
    invoicing_alone = set(products or active) == {Product.INVOICING}
    needed = INVOICED[model] if invoicing_alone else FIELDS[model]
    return tuple(name for name in needed if values.get(name) is None)


def wrongly_signed(values: dict[str, Any]) -> tuple[str, ...]:
    """The original amounts of a credit note that are not below zero."""
    if values.get("document_type") != DocumentType.CREDIT_NOTE:
        return ()
    return tuple(name for name in ORIGINALS if values.get(name) is not None and values[name] >= 0)
