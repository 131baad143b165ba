"""The fields of a note. Collections alone reads them."""

from app.domain.fields import Field, Kind

NOTE = (
    Field("reference", Kind.KEY, "R R---", "The caller's own key of the note, unique within the tenant."),
    Field("body", Kind.FREE_TEXT, "R R---", "What the note says."),
    Field("subject", Kind.TEXT, "O O---", "What the note is about, in a line."),
    Field("note_type", Kind.TEXT, "O O---", "Class of the note; any word of the caller's choice."),
    Field(
        "effective_date",
        Kind.DATETIME,
        "O O---",
        "Moment from which the note holds; that of writing it where left out.",
    ),
)
