"""The fields of a representative, a person on the seller's side. Collections alone reads them."""

from app.domain.fields import Field, Kind

REPRESENTATIVE = (
    Field("reference", Kind.KEY, "R R---", "The caller's own key of the representative, unique within the tenant."),
    Field("name", Kind.TEXT, "O O---", "Full name."),
    Field("email", Kind.EMAIL, "O O---", "E-mail address that escalations are sent to."),
    Field("phone", Kind.TEXT, "O O---", "Telephone number."),
    Field("mobile_phone", Kind.TEXT, "O O---", "Mobile telephone number."),
    Field("fax", Kind.TEXT, "O O---", "Fax number."),
    Field("language", Kind.LANGUAGE, "O O---", "Language in which escalations are written, ISO 639-1."),
    Field("title", Kind.TEXT, "O O---", "Position held, such as Account Manager."),
    Field("department", Kind.TEXT, "O O---", "Part of the seller's company the person works in."),
    Field("representative_type", Kind.TEXT, "O O---", "Class of representative; any word of the caller's choice."),
    Field(
        "supervisor_representative_reference",
        Kind.KEY,
        "O O---",
        "Reference of the representative this one reports to, who must exist; nobody supervises themselves, "
        "through others neither.",
    ),
    Field("extra_info", Kind.FREE_TEXT, "O O---", "Anything else worth knowing about the person."),
    Field("custom_fields", Kind.CUSTOM_FIELDS, "O O---", "Fields of the tenant's own making, typed by their values."),
)
