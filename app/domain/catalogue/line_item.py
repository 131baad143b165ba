"""The fields of one line of a document. The public pages name the list alone; the names within it are ours."""

from app.domain.fields import PRECISE_PLACES, Field, Kind, numbered

DECIMALS = f"up to {PRECISE_PLACES} decimals"


def precise(name: str, meaning: str) -> Field:
    """A price or a quantity of one unit, which has more decimals than money."""
    return Field(name, Kind.DECIMAL, "O -O--", f"{meaning}; {DECIMALS}.", places=PRECISE_PLACES)


LINE_ITEM = (
    Field("line_number", Kind.TEXT, "O -O--", "Place of the line on the document."),
    Field("item_number", Kind.TEXT, "O -O--", "Number of the line in the customer's purchase order."),
    Field("item_code", Kind.TEXT, "O -O--", "The seller's code of the product or part."),
    Field("description", Kind.FREE_TEXT, "O -O--", "What was sold."),
    precise("quantity_ordered", "How much was ordered, in units of measure"),
    precise("quantity_shipped", "How much was sent and is billed here, in units of measure"),
    precise("quantity_backordered", "How much is still to be sent, in units of measure"),
    Field("unit_of_measure", Kind.TEXT, "O -O--", "Unit that quantities and prices count in, such as EA or KG."),
    precise("unit_price", "Price of one unit before discount, in the document's currency"),
    precise("net_unit_price", "Price of one unit after discount, in the document's currency"),
    Field("discount_amount", Kind.DECIMAL, "O -O--", "Discount on the line, in the document's currency."),
    Field("net_amount", Kind.DECIMAL, "O -O--", "Amount of the whole line, in the document's currency."),
    Field("tax_flag", Kind.TEXT, "O -O--", "Mark that tells whether the line is taxed, such as Y or N."),
    Field("tax_amount", Kind.DECIMAL, "O -O--", "Tax on the line, in the document's currency."),
    Field("tax_code", Kind.TEXT, "O -O--", "Code of the tax that the line falls under."),
    *numbered(
        "user_define{n}",
        7,
        Field("", Kind.TEXT, "O -O--", "Value {n} of the seller's own choice, shown with the line."),
    ),
    Field("comment", Kind.FREE_TEXT, "O -O--", "Remark printed under the line."),
    *numbered(
        "comment_user_define{n}",
        7,
        Field("", Kind.TEXT, "O -O--", "Value {n} of the seller's own choice, shown with the line's comment."),
    ),
)
