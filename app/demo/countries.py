"""The countries that the demonstration customers live in: their cities, streets, names and numbers, as literal data.

Telephone numbers are from the ranges that regulators keep for fiction, or have too few digits to be anyone's.
"""

from dataclasses import dataclass
from random import Random

from app.demo.plan import digits


@dataclass(frozen=True, slots=True)
class Country:
    """What is usual in a country; `#` stands for a digit."""

    code: str
    language: str
    currency: str
    cities: tuple[tuple[str, str, str], ...]  # city, state, postal code
    streets: tuple[str, ...]
    house: str  # how street and number are written
    phone: str
    vat: str
    register: str
    forms: tuple[str, ...]  # legal forms
    trades: tuple[str, ...]
    firms: tuple[str, ...]


ENGLISH_FIRMS = (
    "Alder & Finch", "Blue Harbor", "Cascade", "Dunmore", "Eastgate", "Fernhill", "Granite Bay", "Hollis",
    "Ironbridge", "Juniper", "Kestrel", "Larkspur", "Meridian Hill", "Northgate", "Oakhaven", "Pinecrest",
    "Quarry Lane", "Redwater", "Silverline", "Thornbury", "Umberland", "Vantage Point", "Westmark", "Yarrow",
    "Zephyr Cove", "Ashcombe", "Brightwater", "Copperfield", "Driftwood", "Elmstead", "Foxglove", "Greystone",
)  # fmt: skip
ENGLISH_TRADES = (
    "Hardware", "Logistics", "Foods", "Outfitters", "Builders Supply", "Medical", "Printing", "Hospitality",
    "Electric", "Office Products", "Packaging", "Textiles", "Marine Supply",
)  # fmt: skip
GERMAN_FIRMS = (
    "Bergmann", "Hagedorn", "Küster", "Lindenau", "Möllenkamp", "Reinhardt", "Steinbach", "Vogelsang", "Weidlich",
)  # fmt: skip
GERMAN_TRADES = ("Maschinenbau", "Fördertechnik", "Großhandel", "Werkzeuge", "Elektrotechnik", "Logistik", "Stahlbau")

US = Country(
    "US", "en", "USD",
    (("Boston", "MA", "021##"), ("Chicago", "IL", "606##"), ("Denver", "CO", "802##"), ("Austin", "TX", "787##"),
     ("Seattle", "WA", "981##"), ("Atlanta", "GA", "303##"), ("Columbus", "OH", "432##"), ("Portland", "OR", "972##")),
    ("Commerce Street", "Harbor Boulevard", "Mill Road", "Industrial Parkway", "Lakeview Avenue", "Depot Street"),
    "{number} {street}", "+1 617 555 01##", "", "US-#######", ("Inc.", "LLC", "Corp.", "Co."),
    ENGLISH_TRADES, ENGLISH_FIRMS,
)  # fmt: skip
GB = Country(
    "GB", "en", "GBP",
    (("London", "Greater London", "EC1A #BB"), ("Manchester", "Greater Manchester", "M1 #AE"),
     ("Leeds", "West Yorkshire", "LS1 #UR"), ("Bristol", "Avon", "BS1 #TR")),
    ("Canal Road", "Station Approach", "Foundry Lane", "Kingsway", "Albion Street"),
    "{number} {street}", "+44 20 7946 0###", "GB#########", "0#######", ("Ltd", "plc", "LLP"),
    ENGLISH_TRADES, ENGLISH_FIRMS,
)  # fmt: skip
IE = Country(
    "IE", "en", "EUR",
    (("Dublin", "Leinster", "D02 X2##"), ("Cork", "Munster", "T12 W8##"), ("Galway", "Connacht", "H91 E2##")),
    ("Merchants Quay", "Parnell Street", "Dock Road"),
    "{number} {street}", "+353 20 91# ####", "IE#######T", "######", ("Ltd", "DAC"), ENGLISH_TRADES, ENGLISH_FIRMS,
)  # fmt: skip
DE = Country(
    "DE", "de", "EUR",
    (("Hamburg", "Hamburg", "20###"), ("München", "Bayern", "80###"), ("Köln", "Nordrhein-Westfalen", "50###"),
     ("Stuttgart", "Baden-Württemberg", "70###"), ("Leipzig", "Sachsen", "04###")),
    ("Industriestraße", "Am Hafen", "Bahnhofstraße", "Lindenallee", "Gewerbepark"),
    "{street} {number}", "+49 30 23125 ###", "DE#########", "HRB #####", ("GmbH", "AG", "GmbH & Co. KG", "KG"),
    GERMAN_TRADES, GERMAN_FIRMS,
)  # fmt: skip
AT = Country(
    "AT", "de", "EUR",
    (("Wien", "Wien", "10##"), ("Graz", "Steiermark", "80##"), ("Linz", "Oberösterreich", "40##")),
    ("Donaustraße", "Am Bahndamm", "Werkgasse"),
    "{street} {number}", "+43 1 555 01##", "ATU########", "FN ######", ("GmbH", "AG"), GERMAN_TRADES, GERMAN_FIRMS,
)  # fmt: skip
CH = Country(
    "CH", "de", "CHF",
    (("Zürich", "ZH", "80##"), ("Basel", "BS", "40##"), ("Winterthur", "ZH", "84##")),
    ("Hardstrasse", "Rheinweg", "Technikumstrasse"),
    "{street} {number}", "+41 44 555 01##", "CHE-###.###.###", "CHE-###.###.###", ("AG", "GmbH"),
    GERMAN_TRADES, GERMAN_FIRMS,
)  # fmt: skip
FR = Country(
    "FR", "fr", "EUR",
    (("Lyon", "Auvergne-Rhône-Alpes", "690##"), ("Lille", "Hauts-de-France", "590##"),
     ("Nantes", "Pays de la Loire", "440##"), ("Toulouse", "Occitanie", "310##")),
    ("rue des Ateliers", "avenue du Port", "rue de la Gare", "boulevard Carnot"),
    "{number} {street}", "+33 1 99 00 ## ##", "FR###########", "### ### ###", ("SAS", "SARL", "SA"),
    ("Distribution", "Équipements", "Industrie", "Mécanique", "Conditionnement"),
    ("Delacroix", "Fontanel", "Garnier-Blanc", "Lemarchand", "Rivoire", "Sénéchal", "Thibaudeau"),
)  # fmt: skip
NL = Country(
    "NL", "nl", "EUR",
    (("Rotterdam", "Zuid-Holland", "30## AB"), ("Utrecht", "Utrecht", "35## CD"),
     ("Eindhoven", "Noord-Brabant", "56## EF")),
    ("Havenweg", "Stationsplein", "Nijverheidslaan"),
    "{street} {number}", "+31 20 555 01##", "NL#########B01", "########", ("B.V.", "N.V."),
    ("Handel", "Techniek", "Verpakkingen", "Transport", "Bouwmaterialen"),
    ("De Graaf", "Hoekstra", "Van Rijn & Zonen", "Vermeulen", "Zuiderduin"),
)  # fmt: skip
IT = Country(
    "IT", "it", "EUR",
    (("Torino", "TO", "101##"), ("Bologna", "BO", "401##"), ("Verona", "VR", "371##")),
    ("via dell'Industria", "via Mazzini", "corso Europa"),
    "{street} {number}", "+39 06 555 01##", "IT###########", "REA #######", ("S.r.l.", "S.p.A."),
    ("Meccanica", "Ricambi", "Impianti", "Utensili", "Trasporti"),
    ("Bellandi", "Colombari", "Ferretti & Figli", "Morandini", "Valsecchi"),
)  # fmt: skip
ES = Country(
    "ES", "es", "EUR",
    (("Barcelona", "Cataluña", "080##"), ("Valencia", "Comunidad Valenciana", "460##"),
     ("Bilbao", "País Vasco", "480##")),
    ("calle del Puerto", "avenida de la Industria", "calle Mayor"),
    "{street} {number}", "+34 91 555 01##", "ESB########", "B-######", ("S.L.", "S.A."),
    ("Suministros", "Maquinaria", "Embalajes", "Montajes", "Transportes"),
    ("Aldecoa", "Casaverde", "Hermanos Ibarrola", "Montserrat", "Quintanar"),
)  # fmt: skip
SE = Country(
    "SE", "sv", "SEK",
    (("Göteborg", "Västra Götaland", "41# ##"), ("Malmö", "Skåne", "21# ##"), ("Västerås", "Västmanland", "72# ##")),
    ("Hamngatan", "Verkstadsgatan", "Industrivägen"),
    "{street} {number}", "+46 8 465 004 ##", "SE##########01", "55####-####", ("AB",),
    ("Verkstad", "Maskin", "Industri", "Teknik", "Logistik"),
    ("Bergqvist", "Ekelund", "Lindström & Söner", "Norrköpings", "Åkesson"),
)  # fmt: skip
PL = Country(
    "PL", "pl", "PLN",
    (("Poznań", "wielkopolskie", "61-###"), ("Gdańsk", "pomorskie", "80-###"), ("Wrocław", "dolnośląskie", "50-###")),
    ("ul. Fabryczna", "ul. Portowa", "al. Przemysłowa"),
    "{street} {number}", "+48 22 555 01 ##", "PL##########", "KRS ##########", ("sp. z o.o.", "S.A."),
    ("Budowa Maszyn", "Hurtownia", "Narzędzia", "Spedycja"),
    ("Borowik", "Jaworski", "Kamiński i Synowie", "Wiśniewska"),
)  # fmt: skip


def address(rng: Random, country: Country, index: int) -> dict[str, str]:
    """An address as Ingest takes it, neighbours in the index being in different cities; one in three has a second
    line."""
    city, state, code = country.cities[index % len(country.cities)]
    second = {"address2": rng.choice(("Suite 200", "2nd floor", "Building C", "Unit 7"))} if rng.random() < 0.35 else {}
    street = country.house.format(street=rng.choice(country.streets), number=rng.randint(1, 240))
    return {
        "address1": street,
        **second,
        "city": city,
        "state": state,
        "zip": digits(rng, code),
        "country": country.code,
    }


def company(index: int, country: Country) -> str:
    """The name of the country's company of that number. All combinations of firm and trade come before one is repeated,
    as no country's number of trades shares a factor with its number of firms plus one."""
    firm = country.firms[index % len(country.firms)]
    trade = country.trades[(index + index // len(country.firms)) % len(country.trades)]
    return f"{firm} {trade} {country.forms[index % len(country.forms)]}"
