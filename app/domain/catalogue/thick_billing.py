"""The elements of thick billing: what an invoice PDF shows that this system generates itself.

`falls_back_to` says where the invoice takes a left-out element from, as resource and field, `lines` being the count of
the lines shown. Some of these fields may be empty in turn; what then follows is for the invoice to know.
"""

from app.domain.fields import MONEY_PLACES, PRECISE_PLACES, Field, Kind, numbered


def _element(
    name: str,
    kind: Kind,
    use_codes: str,
    meaning: str,
    *,
    max_length: int = 0,
    places: int = MONEY_PLACES,
    falls_back_to: str = "",
) -> Field:
    """A field named after its element in lower case."""
    return Field(
        name.lower(),
        kind,
        use_codes,
        meaning,
        max_length=max_length,
        places=places,
        element=name,
        falls_back_to=falls_back_to,
    )


def _amount(name: str, use_codes: str, meaning: str, *, falls_back_to: str = "") -> Field:
    """An element that states money: two decimals at most, unlike the amounts of a line."""
    return _element(name, Kind.DECIMAL, use_codes, meaning, places=2, falls_back_to=falls_back_to)


def _precise(name: str, meaning: str) -> Field:
    """An element of a line that states a price or a quantity of one unit, which has more decimals than money."""
    text = f"{meaning}; up to {PRECISE_PLACES} decimals."
    return _element(name, Kind.DECIMAL, "O -O--", text, places=PRECISE_PLACES)


HEADER = (
    _element("BRANCH_NUMBER", Kind.TEXT, "O -R--", "Number of the seller's branch or territory that bills."),
    _element(
        "BRANCH_NAME",
        Kind.TEXT,
        "O -R--",
        "Name of the seller's branch that bills.",
        falls_back_to="document.branch_name",
    ),
    _element("BRANCH_PHONE", Kind.TEXT, "O -O--", "Telephone number of the seller's branch."),
    _element(
        "INVOICE_NUMBER",
        Kind.TEXT,
        "O -R--",
        "Number printed as that of the invoice.",
        max_length=50,
        falls_back_to="document.invoice_num",
    ),
    _element(
        "INVOICE_DATE",
        Kind.DATE,
        "O -R--",
        "Day the invoice was issued.",
        max_length=15,
        falls_back_to="document.invoice_date",
    ),
    _element("DOC_TYPE", Kind.INVOICE_TITLE, "O -O--", "Title the page bears.", falls_back_to="document.document_type"),
    _element(
        "ACCOUNT_NUMBER",
        Kind.TEXT,
        "O -R--",
        "Number of the customer who is billed.",
        max_length=30,
        falls_back_to="document.account_number",
    ),
    _element("TERMS", Kind.TEXT, "O -O--", "Terms of payment in words.", falls_back_to="account.payment_terms"),
    _element("DUE_DATE", Kind.DATE, "O -O--", "Day by which to pay.", max_length=15, falls_back_to="document.due_date"),
    _amount(
        "DISCOUNT_AMOUNT",
        "O -O--",
        "What may be deducted for paying early, in the document's currency.",
        falls_back_to="document.discount_amount",
    ),
    _element(
        "DISCOUNT_MESSAGE", Kind.TEXT, "O -O--", "Sentence that offers the customer the discount.", max_length=200
    ),
    _element(
        "DISCOUNT_DATE",
        Kind.DATE,
        "O -O--",
        "Last day on which the discount is granted.",
        falls_back_to="document.discount_date",
    ),
    _element(
        "PO_NUMBER",
        Kind.TEXT,
        "O -O--",
        "Number of the customer's purchase order.",
        max_length=50,
        falls_back_to="document.po_number",
    ),
    _element("ORDER_NUMBER", Kind.TEXT, "O -O--", "Number of the order in the seller's books."),
    _element("ORDER_DATE", Kind.DATE, "O -O--", "Day the order was placed."),
    _element("SHIP_DATE", Kind.DATE, "O -O--", "Day the goods left."),
    _element("ORDER_BY", Kind.TEXT, "O -O--", "Person at the customer who ordered."),
    _element("RELEASE_NUMBER", Kind.TEXT, "O -O--", "Number of the release or delivery under the order."),
    _element("SALESPERSON", Kind.TEXT, "O -O--", "Who sold for the seller."),
    _element("SHIP_VIA", Kind.TEXT, "O -O--", "Carrier, or the way the goods travelled."),
    _element("WRITER", Kind.TEXT, "O -O--", "Person who wrote the document up."),
    _element("SHIPPING_INSTRUCTIONS", Kind.TEXT, "O -O--", "What the carrier was asked to mind."),
    _element("TRACKING_NUMBER", Kind.TEXT, "O -O--", "Number by which the carrier traces the shipment."),
    _amount("SUBTOTAL", "O -O--", "Sum of the lines before charges and taxes, in the document's currency."),
    _amount("FREIGHT", "O -O--", "Charge for carriage, in the document's currency."),
    _amount("HANDLING", "O -O--", "Charge for packing and handling, in the document's currency."),
    _amount("SALES_TAX", "O -O--", "Sales tax, in the document's currency."),
    _amount("MISC_TAX1", "O -O--", "First further tax, in the document's currency."),
    _amount("MISC_TAX2", "O -O--", "Second further tax, in the document's currency."),
    _amount("PAYMENT_AMOUNT", "O -O--", "What was paid already, in the document's currency."),
    _amount("TOTAL_DUE", "O -O--", "What is left to pay, in the document's currency."),
    _element("CURRENCY", Kind.TEXT, "O -O--", "Currency shown with the amounts.", falls_back_to="document.currency"),
    _element("FLAG_DUPLICATE", Kind.BOOLEAN, "O -O--", "Whether the page is marked as a duplicate."),
    _element("CONTRACT_NUMBER", Kind.TEXT, "O -O--", "Number of the contract that is billed."),
    _element("SUPPLIER_TAX_ID", Kind.TEXT, "O -O--", "Number under which the seller is registered for tax."),
    _element("SERVICE_DATE", Kind.DATE, "O -O--", "Day the service was done."),
    _amount("SERVICE_CHARGE", "O -O--", "Charge for service, in the document's currency."),
    _element("BPNI_EMAIL", Kind.EMAIL, "O -O--", "E-mail address for the payment network (BPNi)."),
    *numbered(
        "udp{n}",
        5,
        _element(
            "UDP{n}", Kind.TEXT, "O -O--", "Value of the seller's own property {n}.", falls_back_to="document.udp{n}"
        ),
    ),
    *numbered(
        "user_defined_data{n}",
        7,
        _element(
            "USER_DEFINED_DATA{n}", Kind.TEXT, "O -O--", "Value {n} of the seller's own choice in the head of the page."
        ),
    ),
    _amount("MISC_COST", "O -O--", "Costs of other kinds, in the document's currency."),
    _amount("TOTAL_PARTS", "O -O--", "Sum charged for parts, in the document's currency."),
    _amount("TOTAL_LABOR", "O -O--", "Sum charged for labour, in the document's currency."),
    _amount("GST_TAX", "O -O--", "Goods and services tax (GST), in the document's currency."),
    _amount("HST_TAX", "O -O--", "Harmonized sales tax (HST), in the document's currency."),
    _amount("PST_TAX", "O -O--", "Provincial sales tax (PST), in the document's currency."),
    _amount("QST_TAX", "O -O--", "Sales tax of Quebec (QST), in the document's currency."),
    _amount("VAT_TAX", "O -O--", "Value added tax (VAT), in the document's currency."),
    _element("HEADER_MESSAGE", Kind.FREE_TEXT, "O -O--", "Text printed at the top of the invoice."),
    _element("FOOTER_MESSAGE", Kind.FREE_TEXT, "O -O--", "Text printed at the bottom of the invoice."),
    _element("LINE_ITEM_COUNT", Kind.INTEGER, "O -O--", "How many lines the document has.", falls_back_to="lines"),
)

ROUTING = (
    _element(
        "ROUTING", Kind.ROUTING, "O -R--", "Way the invoice takes to the customer.", falls_back_to="document.routing"
    ),
    _element(
        "EMAIL_ADDRESS",
        Kind.EMAIL,
        "O -O--",
        "E-mail address the invoice goes to.",
        falls_back_to="document.dest_email_address",
    ),
    _element("EMAIL_REPLY_OVERRIDE", Kind.EMAIL, "O -O--", "E-mail address for answers, in place of the usual one."),
    _element(
        "EMAIL_SUBJECT_BIZ_NAME", Kind.TEXT, "O -O--", "Business name the e-mail shows, in place of the usual one."
    ),
    _element("EMAIL_SUBJECT_OVERRIDE", Kind.TEXT, "O -O--", "Subject of the e-mail, in place of the usual one."),
    _element(
        "FAX_NUMBER",
        Kind.DIGITS,
        "O -O--",
        "Fax number the invoice goes to, digits alone.",
        falls_back_to="document.dest_fax_number",
    ),
)

BILLING = (
    _element(
        "BILLING_ADDRESS1",
        Kind.TEXT,
        "O -R--",
        "First line of the customer's address: the name.",
        max_length=45,
        falls_back_to="account.name",
    ),
    _element(
        "BILLING_ADDRESS2",
        Kind.TEXT,
        "O -R--",
        "Second line of the customer's address.",
        max_length=45,
        falls_back_to="account.billing_address.address1",
    ),
    _element(
        "BILLING_ADDRESS3",
        Kind.TEXT,
        "O -R--",
        "Third line of the customer's address.",
        max_length=45,
        falls_back_to="account.billing_address.address2",
    ),
    _element(
        "BILLING_CITY", Kind.TEXT, "O -R--", "City of the customer.", falls_back_to="account.billing_address.city"
    ),
    _element(
        "BILLING_STATE",
        Kind.TEXT,
        "O -R--",
        "State or region of the customer.",
        falls_back_to="account.billing_address.state",
    ),
    _element("BILLING_PROVINCE", Kind.TEXT, "O -O--", "Province of the customer, where the address has one."),
    _element(
        "BILLING_ZIP", Kind.TEXT, "O -R--", "Postal code of the customer.", falls_back_to="account.billing_address.zip"
    ),
    _element(
        "BILLING_COUNTRY",
        Kind.TEXT,
        "O -R--",
        "Country of the customer, as a name or a code.",
        max_length=30,
        falls_back_to="account.billing_address.country",
    ),
)

REMITTANCE = (
    _element(
        "REMIT_ADDRESS_LINE1",
        Kind.TEXT,
        "O -O--",
        "First line of the address that payments go to.",
        max_length=100,
        falls_back_to="account.remit_to.address1",
    ),
    _element(
        "REMIT_ADDRESS_LINE2",
        Kind.TEXT,
        "O -O--",
        "Second line of the address that payments go to.",
        max_length=100,
        falls_back_to="account.remit_to.address2",
    ),
    _element(
        "REMIT_ADDRESS_LINE3", Kind.TEXT, "O -O--", "Third line of the address that payments go to.", max_length=100
    ),
    _element(
        "REMIT_ADDRESS_CITY", Kind.TEXT, "O -O--", "City that payments go to.", falls_back_to="account.remit_to.city"
    ),
    _element(
        "REMIT_ADDRESS_STATE",
        Kind.TEXT,
        "O -O--",
        "State or region that payments go to.",
        falls_back_to="account.remit_to.state",
    ),
    _element(
        "REMIT_ADDRESS_ZIP",
        Kind.TEXT,
        "O -O--",
        "Postal code that payments go to.",
        falls_back_to="account.remit_to.zip",
    ),
    _element(
        "REMIT_ADDRESS_COUNTRY",
        Kind.TEXT,
        "O -O--",
        "Country that payments go to.",
        falls_back_to="account.remit_to.country",
    ),
    _element("REMIT_PHONE", Kind.TEXT, "O -O--", "Telephone number for questions about payments."),
    _element("REMIT_FAX", Kind.TEXT, "O -O--", "Fax number for notices of payment."),
)

SHIPPING = (
    _element(
        "SHIP_TO_ACCT_NUM",
        Kind.TEXT,
        "O -O--",
        "Customer number of the receiver of the goods.",
        falls_back_to="document.ship_to_account_num",
    ),
    _element("SHIP_TO_NAME", Kind.TEXT, "O -O--", "First line of the address the goods went to: the name."),
    _element(
        "SHIPPING_ADDRESS2",
        Kind.TEXT,
        "O -O--",
        "Second line of the address the goods went to.",
        falls_back_to="document.ship_to_address_street",
    ),
    _element(
        "SHIPPING_ADDRESS3",
        Kind.TEXT,
        "O -O--",
        "Third line of the address the goods went to.",
        falls_back_to="document.ship_to_address_suite",
    ),
    _element(
        "SHIPPING_ADDRESS_CITY",
        Kind.TEXT,
        "O -O--",
        "City the goods went to.",
        falls_back_to="document.ship_to_address_city",
    ),
    _element(
        "SHIPPING_ADDRESS_STATE",
        Kind.TEXT,
        "O -O--",
        "State or region the goods went to.",
        falls_back_to="document.ship_to_address_state",
    ),
    _element(
        "SHIP_TO_ZIP",
        Kind.TEXT,
        "O -O--",
        "Postal code the goods went to.",
        falls_back_to="document.ship_to_address_zip",
    ),
    _element(
        "SHIPPING_COUNTRY",
        Kind.TEXT,
        "O -O--",
        "Country the goods went to, as a name or a code.",
        falls_back_to="document.ship_to_address_country",
    ),
)

RETURN = (
    *numbered(
        "return_address_line{n}",
        3,
        _element(
            "RETURN_ADDRESS_LINE{n}", Kind.TEXT, "O -O--", "Line {n} of the address that undelivered mail returns to."
        ),
    ),
    _element("RETURN_ADDRESS_CITY", Kind.TEXT, "O -O--", "City that undelivered mail returns to."),
    _element("RETURN_ADDRESS_STATE", Kind.TEXT, "O -O--", "State or region that undelivered mail returns to."),
    _element("RETURN_ADDRESS_ZIP", Kind.TEXT, "O -O--", "Postal code that undelivered mail returns to."),
    _element("RETURN_ADDRESS_COUNTRY", Kind.TEXT, "O -O--", "Country that undelivered mail returns to."),
)

# The elements of one line.
THICK_BILLING_DETAIL = (
    _element("LINE_NUM_COL", Kind.TEXT, "O -O--", "Place of the line on the invoice."),
    _element("ITEM_NUMBER_COL", Kind.TEXT, "O -O--", "Number of the line in the customer's purchase order."),
    _element("ITEM_CODE_COL", Kind.TEXT, "O -O--", "The seller's code of the product or part."),
    _element("DESC_COL", Kind.FREE_TEXT, "O -O--", "What was sold."),
    _precise("QTY_ORDER_COL", "How much was ordered, in units of measure"),
    _precise("QTY_SHIP_COL", "How much was sent and is billed here, in units of measure"),
    _precise("QTY_BO_COL", "How much is still to be sent, in units of measure"),
    _element("UOM_COL", Kind.TEXT, "O -O--", "Unit that quantities and prices count in, such as EA or KG."),
    _precise("ITEM_UNIT_PRICE_COL", "Price of one unit before discount, in the document's currency"),
    _precise("NET_UNIT_PRICE_COL", "Price of one unit after discount, in the document's currency"),
    _element("DISC_AMT_COL", Kind.DECIMAL, "O -O--", "Discount on the line, in the document's currency."),
    _element("NET_AMOUNT_COL", Kind.DECIMAL, "O -O--", "Amount of the whole line, in the document's currency."),
    _element("TAX_COL", Kind.TEXT, "O -O--", "Mark that tells whether the line is taxed, such as Y or N."),
    _element("LINE_ITEM_TAX_COL", Kind.DECIMAL, "O -O--", "Tax on the line, in the document's currency."),
    _element("LINE_ITEM_TAX_CODE_COL", Kind.TEXT, "O -O--", "Code of the tax that the line falls under."),
    *numbered(
        "itm_user_define{n}_col",
        7,
        _element(
            "ITM_USER_DEFINE{n}_COL", Kind.TEXT, "O -O--", "Value {n} of the seller's own choice, shown with the line."
        ),
    ),
    _element("COMMENT_COL", Kind.FREE_TEXT, "O -O--", "Remark printed under the line."),
    *numbered(
        "cmt_user_define{n}_col",
        7,
        _element(
            "CMT_USER_DEFINE{n}_COL",
            Kind.TEXT,
            "O -O--",
            "Value {n} of the seller's own choice, shown with the line's comment.",
        ),
    ),
)

THICK_BILLING = (
    *HEADER,
    *ROUTING,
    *BILLING,
    *REMITTANCE,
    *SHIPPING,
    *RETURN,
    Field(
        "detail",
        Kind.LIST,
        "O -O--",
        "The lines of the invoice; where left out, the document's line items are shown.",
        parts=THICK_BILLING_DETAIL,
        part_type="ThickBillingDetail",
        element="DETAIL",
    ),
)
