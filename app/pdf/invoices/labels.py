"""The words that the pages put beside values, and the order they come in; names are those of the catalogue."""

FACTS = (
    ("due_date", "Due date"),
    ("terms", "Terms"),
    ("account_number", "Account number"),
    ("po_number", "PO number"),
)

# What further particulars of order and shipment there are, below the addresses.
PARTICULARS = (
    ("order_number", "Order number"),
    ("order_date", "Order date"),
    ("order_by", "Ordered by"),
    ("release_number", "Release number"),
    ("contract_number", "Contract number"),
    ("service_date", "Service date"),
    ("ship_date", "Ship date"),
    ("ship_via", "Ship via"),
    ("tracking_number", "Tracking number"),
    ("salesperson", "Salesperson"),
    ("writer", "Written by"),
    ("bpni_email", "BPNi e-mail"),
    ("shipping_instructions", "Shipping instructions"),
    *((f"udp{n}", f"Property {n}") for n in range(1, 6)),
    *((f"user_defined_data{n}", f"User-defined {n}") for n in range(1, 8)),
)
LINE_COUNT = "Number of lines"

DELIVERY = (
    ("email_address", "E-mail"),
    ("fax_number", "Fax"),
    ("email_reply_override", "Reply to"),
    ("email_subject_biz_name", "Sender"),
    ("email_subject_override", "E-mail subject"),
)

DISCOUNT = "Early payment discount"
DISCOUNTS = (("discount_amount", DISCOUNT), ("discount_date", "If paid by"))

TOTALS = (
    ("subtotal", "Subtotal"),
    ("total_parts", "Parts"),
    ("total_labor", "Labor"),
    ("service_charge", "Service charge"),
    ("freight", "Freight"),
    ("handling", "Handling"),
    ("misc_cost", "Other costs"),
    ("sales_tax", "Sales tax"),
    ("gst_tax", "GST"),
    ("hst_tax", "HST"),
    ("pst_tax", "PST"),
    ("qst_tax", "QST"),
    ("vat_tax", "VAT"),
    ("misc_tax1", "Other tax 1"),
    ("misc_tax2", "Other tax 2"),
    ("payment_amount", "Already paid"),
)

# The gross amount as issued, under either currency model, and the field that names its currency.
GROSS_AMOUNTS = (
    ("original_denomination_in_original_currency", "original_currency"),
    ("original_denomination", "currency"),
)

OWN_COLUMNS = {f"itm_user_define{n}_col": f"User-defined {n}" for n in range(1, 8)}
# From left to right: what it is, how much of it, at what price; the amount of the line ends it, above the totals.
COLUMNS = {
    "line_num_col": "Line",
    "item_number_col": "PO line",
    "item_code_col": "Item",
    "desc_col": "Description",
    **OWN_COLUMNS,
    "qty_order_col": "Ordered",
    "qty_ship_col": "Shipped",
    "qty_bo_col": "Back order",
    "uom_col": "Unit",
    "item_unit_price_col": "Unit price",
    "disc_amt_col": "Discount",
    "net_unit_price_col": "Net price",
    "tax_col": "Taxed",
    "line_item_tax_code_col": "Tax code",
    "line_item_tax_col": "Tax",
    "net_amount_col": "Amount",
}
QUANTITIES = {"qty_order_col", "qty_ship_col", "qty_bo_col"}
COMMENT_COLUMNS = {f"cmt_user_define{n}_col": f"Comment {n}" for n in range(1, 8)}
BELOW = {**OWN_COLUMNS, **COMMENT_COLUMNS}
