"""The people of the demonstration: names by language, and the addresses that go with them."""

import unicodedata
from random import Random

FIRST_NAMES = {
    "en": (
        "Amelia",
        "Benjamin",
        "Charlotte",
        "Daniel",
        "Eleanor",
        "Grace",
        "Henry",
        "Isla",
        "Marcus",
        "Priya",
        "Samuel",
    ),
    "de": ("Anke", "Birgit", "Dieter", "Franziska", "Jürgen", "Katrin", "Lukas", "Sabine", "Uwe"),
    "fr": ("Aurélie", "Baptiste", "Camille", "Étienne", "Manon", "Olivier", "Sylvie"),
    "nl": ("Anouk", "Bram", "Fleur", "Joost", "Marieke", "Sander"),
    "it": ("Alessia", "Davide", "Federica", "Luca", "Paola", "Stefano"),
    "es": ("Álvaro", "Carmen", "Íñigo", "Lucía", "Marta", "Rubén"),
    "sv": ("Annika", "Björn", "Elin", "Gustav", "Linnéa", "Mats"),
    "pl": ("Agnieszka", "Łukasz", "Małgorzata", "Paweł", "Zofia"),
}
LAST_NAMES = {
    "en": (
        "Abbott",
        "Brennan",
        "Carver",
        "Doyle",
        "Ellison",
        "Fairfax",
        "Hargrove",
        "Kendrick",
        "Okafor",
        "Patel",
        "Reyes",
    ),
    "de": ("Albrecht", "Brückner", "Eichhorn", "Hofmeister", "Kessler", "Neumann", "Pohl", "Schröder", "Zeller"),
    "fr": ("Besson", "Chevalier", "Lefèvre", "Marchand", "Perrin", "Roussel", "Vasseur"),
    "nl": ("Bakker", "De Wit", "Jansen", "Meijer", "Postma", "Visser"),
    "it": ("Bianchi", "Conti", "Galli", "Marchetti", "Rinaldi", "Serra"),
    "es": ("Castillo", "Domínguez", "Ferrer", "Navarro", "Ortega", "Vidal"),
    "sv": ("Bergström", "Dahl", "Forsberg", "Nyström", "Sandberg", "Wikström"),
    "pl": ("Adamczyk", "Dąbrowski", "Kaczmarek", "Nowicka", "Zieliński"),
}

# Letters that lose more than an accent in ASCII.
SPELLED = {ord(letter): plain for letter, plain in zip("ßłäöü", ("ss", "l", "ae", "oe", "ue"), strict=True)}


def person(rng: Random, language: str) -> tuple[str, str]:
    """A first and a last name."""
    return rng.choice(FIRST_NAMES[language]), rng.choice(LAST_NAMES[language])


def another_person(rng: Random, language: str, taken: set[tuple[str, str]]) -> tuple[str, str]:
    """A person of a name that is not taken yet, and now is."""
    found = person(rng, language)
    while found in taken:
        found = person(rng, language)
    taken.add(found)
    return found


def plain(text: str) -> str:
    """The text in ASCII letters and digits, words joined by hyphens."""
    spelled = text.lower().translate(SPELLED)
    letters = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in letters).split())


def mailbox(first: str, last: str, domain: str) -> str:
    return f"{plain(first)}.{plain(last)}@{domain}"
