"""The tables of currencies, countries and languages."""

import re

from app.domain.codes import COUNTRIES, CURRENCIES, LANGUAGES


def test_currencies_are_the_active_ones_with_funds_and_metals_but_without_test_and_none() -> None:
    assert len(CURRENCIES) == 176
    assert {"USD", "EUR", "JPY", "CHF", "KWD", "XAF", "XCG", "ZWG", "XAU", "XDR", "CLF"} <= CURRENCIES
    assert CURRENCIES.isdisjoint({"XTS", "XXX", "HRK", "BGN", "ANG", "DEM", "ZWL", "usd", "BTC", "US", ""})


def test_countries_are_the_249_assigned_ones() -> None:
    assert len(COUNTRIES) == 249
    assert {"US", "GB", "DE", "TW", "AX", "SS", "BQ", "UM"} <= COUNTRIES
    assert COUNTRIES.isdisjoint({"UK", "EU", "XK", "AN", "us", "USA", ""})


def test_languages_are_the_183_current_ones() -> None:
    assert len(LANGUAGES) == 183
    assert {"en", "de", "fr", "he", "id", "yi", "ro", "zh", "nb", "nn", "no", "sr"} <= LANGUAGES
    assert LANGUAGES.isdisjoint({"iw", "in", "ji", "jw", "mo", "sh", "bh", "EN", "eng", "en-US", ""})


def test_codes_are_of_their_standards_form() -> None:
    assert all(re.fullmatch("[A-Z]{3}", code) for code in CURRENCIES)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES)
    assert all(re.fullmatch("[a-z]{2}", code) for code in LANGUAGES)
