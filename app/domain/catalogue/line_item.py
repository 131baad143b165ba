"""The fields of one line of a document. The public pages name the list alone; the names within it are ours."""

from app.domain.fields import Field, Kind, numbered

LINE_ITEM = (
    Field("line_number", Kind.TEXT, "O -O--", "Place of the line on the document."),
    Field("item_number", Kind.TEXT, "O -O--", "Number of the line in the customer's purchase order."),
    Field("item_code", Kind.TEXT, "O -O--", "The seller's code of the product or part."),
    Field("description", Kind.FREE_TEXT, "O -O--", "What was sold."),
    Field("quantity_ordered", Kind.DECIMAL, "O -O--", "How much was ordered, in units of measure."),
    Field("quantity_shipped", Kind.DECIMAL, "O -O--", "How much was sent and is billed here, in units of measure."),
    Field("quantity_backordered", Kind.DECIMAL, "O -O--", "How much is still to be sent, in units of measure."),
    Field("unit_of_measure", Kind.TEXT, "O -O--", "Unit that quantities and prices count in, such as EA or KG."),
    Field("unit_price", Kind.DECIMAL, "O -O--", "Price of one unit before discount, in the document's currency."),
    Field("net_unit_price", Kind.DECIMAL, "O -O--", "Price of one unit after discount, in the document's currency."),
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
