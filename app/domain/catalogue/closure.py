"""The fields of a closure: what a request that closes a document says."""

from app.domain.fields import Field, Kind

CLOSURE = (
    Field("closure_reason", Kind.CLOSURE_REASON, "R RRRR", "Why the document is closed."),
    Field("closure_date", Kind.DATETIME, "O OOOO", "Moment of the closure; that of the request where left out."),
    Field("notes", Kind.FREE_TEXT, "O OOOO", "Remark kept with the closure."),
)
