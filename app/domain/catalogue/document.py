"""The fields of a document: an invoice, a credit note or another receivable of an account."""

from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING
from app.domain.fields import PRECISE_PLACES, Field, Kind, numbered

# The fields of each currency model, which come all together; Invoicing reads the original amount alone.
BASIC_AMOUNTS = ("currency", "original_denomination", "denomination")
EXTENDED_AMOUNTS = (
    "original_currency",
    "base_currency",
    "original_denomination_in_original_currency",
    "original_denomination_in_base_currency",
    "denomination_in_original_currency",
    "denomination_in_base_currency",
)

BASIC = "the basic currency model is used"
EXTENDED = "the extended currency model is used"

DOCUMENT = (
    Field("document_number", Kind.KEY, "R RRRR", "The caller's own key of the document, unique within the tenant."),
    Field("account_number", Kind.KEY, "R RRRR", "Account number of the customer who owes it; the account must exist."),
    Field("document_type", Kind.DOCUMENT_TYPE, "O OOOO", "What kind of receivable it is; an invoice where left out."),
    Field(
        "applies_to_invoice",
        Kind.KEY,
        "C CCCC",
        "Number of the invoice that a credit note lowers; the invoice need not exist yet.",
        when="documentType is CREDIT_NOTE",
    ),
    Field(
        "invoice_num",
        Kind.KEY,
        "O OCCR",
        "Invoice number as the customer knows it; CashApp matches payments on it, "
        "Invoicing and Open Balance take the document number where it is empty.",
        when="the number that customers see differs from documentNumber",
    ),
    Field("invoice_date", Kind.DATE, "R RRRR", "Day the document was issued."),
    Field("due_date", Kind.DATE, "R RR--", "Day by which it is to be paid; aging counts from here."),
    Field("po_number", Kind.TEXT, "O -OOO", "Number of the customer's purchase order."),
    Field(
        "pdf_name",
        Kind.TEXT,
        "O -C--",
        "File name of the pushed PDF. Left empty beside thick billing data, the PDF is generated; "
        "with neither, no invoice goes out.",
        when="the PDF is pushed instead of generated",
    ),
    Field("description", Kind.FREE_TEXT, "O O---", "What the document is for."),
    Field("comment", Kind.FREE_TEXT, "O O---", "Remark on the document for those who collect it."),
    Field(
        "branch_name",
        Kind.TEXT,
        "O -CC-",
        "Branch, territory or division of the seller that issued it; decides over branding and site.",
        when="the seller bills as more than one entity",
    ),
    Field("ship_to_account_num", Kind.TEXT, "O -OO-", "Customer number of the receiver of the goods."),
    Field("ship_to_address_street", Kind.TEXT, "O -O--", "Street and number the goods went to."),
    Field("ship_to_address_suite", Kind.TEXT, "O -O--", "Suite, unit or floor the goods went to."),
    Field("ship_to_address_city", Kind.TEXT, "O -O--", "City the goods went to."),
    Field("ship_to_address_state", Kind.TEXT, "O -O--", "State, province or region the goods went to."),
    Field("ship_to_address_zip", Kind.TEXT, "O -O--", "Postal code the goods went to."),
    Field("ship_to_address_country", Kind.COUNTRY, "O -O--", "Country the goods went to, ISO 3166-1 alpha-2."),
    Field("discount_date", Kind.DATE, "O -OOO", "Last day on which the discount for paying early is granted."),
    Field(
        "discount_amount",
        Kind.DECIMAL,
        "O -OOO",
        "What the customer may deduct for paying early, in the document's currency; "
        "CashApp recognises such deductions by it.",
    ),
    Field(
        "freight_amount",
        Kind.DECIMAL,
        "O ---O",
        "Share of the total charged for carriage, in the document's currency; "
        "CashApp recognises payments that leave it out.",
    ),
    Field("routing", Kind.ROUTING, "O -O--", "Way the rendered invoice takes to the customer."),
    Field("dest_email_address", Kind.EMAIL, "O -O--", "E-mail address the invoice is delivered to."),
    Field("dest_fax_number", Kind.TEXT, "O -O--", "Fax number the invoice is delivered to."),
    Field("ship_from_zip", Kind.TEXT, "O -O--", "Postal code the goods left from; level 2/3 card data."),
    Field("duty_amt", Kind.DECIMAL, "O -O--", "Customs duty charged, in the document's currency; level 2/3 card data."),
    Field("merchant_name", Kind.TEXT, "O -O--", "The seller's business name or its tax number; level 2/3 card data."),
    Field("part_number", Kind.TEXT, "O -O--", "Number of the product or part sold; level 2/3 card data."),
    Field("commodity_code", Kind.TEXT, "O -O--", "Class of the goods in a commodity code list; level 2/3 card data."),
    Field(
        "tax_rate",
        Kind.DECIMAL,
        "O -O--",
        f"Tax rate of the document as a whole, passed on as sent, up to {PRECISE_PLACES} decimals; level 2/3.",
        places=PRECISE_PLACES,
    ),
    *numbered("udp{n}", 5, Field("", Kind.TEXT, "O -OO-", "Value of the seller's own column {n} in the portals.")),
    Field(
        "fabricated_record",
        Kind.BOOLEAN,
        "O --O-",
        "Whether the document was made up for a payment and has no invoice in the seller's books.",
    ),
    Field(
        "template_id",
        Kind.TEXT,
        "O --C-",
        "Payment template by which customers pay a fabricated document flexibly.",
        when="fabricatedRecord is true",
    ),
    *numbered(
        "match_field_{n}",
        22,
        Field("", Kind.TEXT, "O ---O", "The seller's own criterion {n} for matching payments to the document."),
    ),
    Field("currency", Kind.CURRENCY, "C C-CC", "Currency of both amounts of the basic model, ISO 4217.", when=BASIC),
    Field(
        "original_denomination",
        Kind.DECIMAL,
        "C CCCC",
        "Gross amount as issued, in the document's currency; payments leave it as it is, "
        "and on a credit note it is below zero.",
        when=BASIC,
    ),
    Field(
        "denomination",
        Kind.DECIMAL,
        "C C-CC",
        "Amount still open, in the document's currency; zero closes the document.",
        when=BASIC,
    ),
    Field(
        "original_currency", Kind.CURRENCY, "C C-CC", "Currency the document was issued in, ISO 4217.", when=EXTENDED
    ),
    Field("base_currency", Kind.CURRENCY, "C C-CC", "Currency the seller reports in, ISO 4217.", when=EXTENDED),
    Field(
        "original_denomination_in_original_currency",
        Kind.DECIMAL,
        "C CCCC",
        "Gross amount as issued, in the currency of issue; payments leave it as it is, "
        "and on a credit note it is below zero.",
        when=EXTENDED,
    ),
    Field(
        "original_denomination_in_base_currency",
        Kind.DECIMAL,
        "C C-CC",
        "Gross amount as issued, in the reporting currency; payments leave it as it is, "
        "and on a credit note it is below zero.",
        when=EXTENDED,
    ),
    Field(
        "denomination_in_original_currency",
        Kind.DECIMAL,
        "C C-CC",
        "Amount still open, in the currency of issue.",
        when=EXTENDED,
    ),
    Field(
        "denomination_in_base_currency",
        Kind.DECIMAL,
        "C C-CC",
        "Amount still open, in the reporting currency; zero closes the document.",
        when=EXTENDED,
    ),
    Field(
        "line_items",
        Kind.LIST,
        "O -O--",
        "The goods and services billed, a line each; a patch that sends any replaces them all.",
        parts=LINE_ITEM,
        part_type="LineItem",
    ),
    Field(
        "thick_billing",
        Kind.OBJECT,
        "O -O--",
        "What a generated invoice PDF shows; read where no PDF name is given.",
        parts=THICK_BILLING,
        part_type="ThickBilling",
    ),
    Field("custom_fields", Kind.CUSTOM_FIELDS, "O O---", "Fields of the tenant's own making, typed by their values."),
)
