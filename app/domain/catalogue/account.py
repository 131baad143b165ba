"""The fields of an account, and of the addresses it holds."""

from dataclasses import replace

from app.domain.fields import Field, Kind

# Invoicing prints the billing address and needs four of its lines; CashApp matches on all but the country.
BILLING_ADDRESS = (
    Field("address1", Kind.TEXT, "O OR-O", "Street and number."),
    Field("address2", Kind.TEXT, "O OO-O", "Second address line, such as suite or floor."),
    Field("city", Kind.TEXT, "O OR-O", "City."),
    Field("state", Kind.TEXT, "O OR-O", "State, province or region."),
    Field("zip", Kind.TEXT, "O OR-O", "Postal code."),
    Field("country", Kind.COUNTRY, "O OO--", "Country, ISO 3166-1 alpha-2."),
)

REMITTANCE_ADDRESS = tuple(replace(part, use_codes="O ----") for part in BILLING_ADDRESS)

ACCOUNT = (
    Field("account_number", Kind.KEY, "R RRRR", "The caller's own key of the account, unique within the tenant."),
    Field("name", Kind.TEXT, "R RRRR", "Name of the customer."),
    Field(
        "display_reference",
        Kind.TEXT,
        "O OO-O",
        "Short reference shown instead of the account number; CashApp matches remittances on it.",
    ),
    Field(
        "currency", Kind.CURRENCY, "O R---", "Currency of the account, ISO 4217; the first write that sets it fixes it."
    ),
    Field("language", Kind.LANGUAGE, "O R---", "Language of reminders, ISO 639-1."),
    Field("billing_address", Kind.OBJECT, "O OR-O", "Where invoices go.", parts=BILLING_ADDRESS, part_type="Address"),
    Field("remit_to", Kind.OBJECT, "O ----", "Where payments go.", parts=REMITTANCE_ADDRESS, part_type="Address"),
    Field("phone", Kind.TEXT, "O O---", "Telephone number."),
    Field("mobile_phone", Kind.TEXT, "O O---", "Mobile telephone number."),
    Field("fax", Kind.TEXT, "O O---", "Fax number."),
    Field("email", Kind.EMAIL, "O O---", "Address that reminders are sent to first."),
    Field("payment_terms", Kind.TEXT, "O ----", "Agreed terms of payment, such as NET30."),
    Field("credit_limit", Kind.DECIMAL, "O O---", "The most the customer may owe, in the account's currency."),
    Field("account_group", Kind.TEXT, "O O---", "Accounts with the same value are shown together."),
    Field(
        "parent_account_number",
        Kind.KEY,
        "O O--O",
        "Account number of the parent in the hierarchy; the parent need not exist yet.",
    ),
    Field(
        "is_parent_account",
        Kind.BOOLEAN,
        "C C---",
        "Whether this account is itself a parent.",
        when="parentAccountNumber is set",
    ),
    Field("branch_name", Kind.TEXT, "O -O--", "Branch whose site and branding invoices take."),
    Field("description", Kind.FREE_TEXT, "O O---", "Free description."),
    Field("vat", Kind.TEXT, "O O---", "VAT registration number."),
    Field("company_registration_number", Kind.TEXT, "O O---", "Number in the company register."),
    Field("data_providers", Kind.JSON, "O O---", "Identifiers at credit data providers; any keys, kept as sent."),
    Field("custom_fields", Kind.CUSTOM_FIELDS, "O O---", "Fields of the tenant's own making, typed by their values."),
)
