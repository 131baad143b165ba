"""The fields of a contact, a person on the customer's side. Collections alone reads them."""

from app.domain.fields import Field, Kind

CONTACT = (
    Field("reference", Kind.KEY, "R R---", "The caller's own key of the contact, unique within the tenant."),
    Field(
        "account_number",
        Kind.KEY,
        "O R---",
        "Account number of the customer the person works for, which must exist where given; "
        "Collections leaves contacts without one aside.",
    ),
    Field("name", Kind.TEXT, "O O---", "Full name in one piece; excludes the first and the last name."),
    Field("first_name", Kind.TEXT, "O O---", "Given name; excludes the name in one piece."),
    Field("last_name", Kind.TEXT, "O O---", "Family name; excludes the name in one piece."),
    Field("function", Kind.TEXT, "O O---", "What the person does for the customer, such as accountant."),
    Field("email", Kind.EMAIL, "O O---", "E-mail address."),
    Field("phone", Kind.TEXT, "O O---", "Telephone number."),
    Field("mobile_phone", Kind.TEXT, "O O---", "Mobile telephone number."),
    Field("fax", Kind.TEXT, "O O---", "Fax number."),
    Field("title", Kind.TEXT, "O O---", "Form of address or position held, such as Dr or Controller."),
    Field("department", Kind.TEXT, "O O---", "Part of the customer's company the person works in."),
    Field("contact_type", Kind.TEXT, "O O---", "Class of contact; any word of the caller's choice."),
    Field("language", Kind.LANGUAGE, "O O---", "Language in which to write to the person, ISO 639-1."),
    Field("address1", Kind.TEXT, "O O---", "Street and number."),
    Field("address2", Kind.TEXT, "O O---", "Second address line, such as suite or floor."),
    Field("city", Kind.TEXT, "O O---", "City."),
    Field("state", Kind.TEXT, "O O---", "State, province or region."),
    Field("zip", Kind.TEXT, "O O---", "Postal code."),
    Field("country", Kind.COUNTRY, "O O---", "Country, ISO 3166-1 alpha-2."),
    Field("notes", Kind.FREE_TEXT, "O O---", "Anything else worth knowing about the person."),
    Field(
        "is_primary",
        Kind.BOOLEAN,
        "O O---",
        "Whether this is the first person to turn to; an account has one at most, and a new one takes the place "
        "of the former.",
    ),
    Field("custom_fields", Kind.CUSTOM_FIELDS, "O O---", "Fields of the tenant's own making, typed by their values."),
)
