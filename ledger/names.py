"""Names of cities, countries and continents in the language that is spoken, as the Unicode CLDR has them.

The CLDR names every country, and the cities after which time zones are called. Other cities that have
a usual name of their own stand here; all others keep the name that the dataset gives them, and in
English everything does.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from babel import Locale
from babel.core import get_global

from ledger.language import SOURCE, language, locale

#: The continents of the dataset, by the codes of their regions (UN M49).
_CONTINENTS = {
    "Africa": "002",
    "Asia": "142",
    "Europe": "150",
    "North America": "003",
    "South America": "005",
    "Oceania": "009",
}
#: Usual names of cities in a language, by their names in English and their countries; not those of the CLDR.
_USUAL = {
    "pt": {
        ("Bangkok", "TH"): "Bangcoc",
        ("Basel", "CH"): "Basileia",
        ("Beijing", "CN"): "Pequim",
        ("Bologna", "IT"): "Bolonha",
        ("Brasília (Federal District)", "BR"): "Brasília (Distrito Federal)",
        ("Cape Town", "ZA"): "Cidade do Cabo",
        ("Delhi", "IN"): "Délhi",
        ("Edinburgh", "GB"): "Edimburgo",
        ("Gothenburg", "SE"): "Gotemburgo",
        ("Hamburg", "DE"): "Hamburgo",
        ("Hanoi", "VN"): "Hanói",
        ("Kraków", "PL"): "Cracóvia",
        ("Kyoto", "JP"): "Quioto",
        ("Lo Barnechea (Greater Santiago)", "CL"): "Lo Barnechea (Grande Santiago)",
        ("Maipú (Greater Santiago)", "CL"): "Maipú (Grande Santiago)",
        ("Marseille", "FR"): "Marselha",
        ("Milan", "IT"): "Milão",
        ("Montréal", "CA"): "Montreal",
        ("Munich", "DE"): "Munique",
        ("New Delhi", "IN"): "Nova Délhi",
        ("New Orleans", "US"): "Nova Orleans",
        ("New Taipei", "TW"): "Nova Taipei",
        ("Philadelphia", "US"): "Filadélfia",
        ("Providencia (Greater Santiago)", "CL"): "Providencia (Grande Santiago)",
        ("Rotterdam", "NL"): "Roterdã",
        ("Santiago de Chile", "CL"): "Santiago do Chile",
    },
    "es": {
        ("Basel", "CH"): "Basilea",
        ("Beijing", "CN"): "Pekín",
        ("Bologna", "IT"): "Bolonia",
        ("Brasília (Federal District)", "BR"): "Brasília (Distrito Federal)",
        ("Cape Town", "ZA"): "Ciudad del Cabo",
        ("Edinburgh", "GB"): "Edimburgo",
        ("Gothenburg", "SE"): "Gotemburgo",
        ("Hamburg", "DE"): "Hamburgo",
        ("Hanoi", "VN"): "Hanói",
        ("Kraków", "PL"): "Cracovia",
        ("Kyoto", "JP"): "Kioto",
        ("Lo Barnechea (Greater Santiago)", "CL"): "Lo Barnechea (Gran Santiago)",
        ("Maipú (Greater Santiago)", "CL"): "Maipú (Gran Santiago)",
        ("Marseille", "FR"): "Marsella",
        ("Milan", "IT"): "Milán",
        ("Montréal", "CA"): "Montreal",
        ("Mumbai", "IN"): "Bombay",
        ("Munich", "DE"): "Múnich",
        ("New Delhi", "IN"): "Nueva Delhi",
        ("New Orleans", "US"): "Nueva Orleans",
        ("New Taipei", "TW"): "Nuevo Taipéi",
        ("Nice", "FR"): "Niza",
        ("Philadelphia", "US"): "Filadelfia",
        ("Porto", "PT"): "Oporto",
        ("Providencia (Greater Santiago)", "CL"): "Providencia (Gran Santiago)",
        ("Rotterdam", "NL"): "Róterdam",
    },
}


def city_name(english: str, country_code: str) -> str:
    """The name of a city of a country, by its name in English."""
    if language() == SOURCE:
        return english
    if usual := _USUAL.get(language(), {}).get((english, country_code)):
        return usual
    # The dataset says New York City and Panama City where the CLDR leaves the word out.
    known = _zones()
    zones = known.get((english, country_code)) or known.get((english.removesuffix(" City"), country_code), ())
    return _in_zones(zones, locale()) or english


def country_name(code: str, english: str) -> str:
    """The name of a country or territory; one that is a city is called as the city."""
    if language() == SOURCE:
        return english
    if zones := _zones().get((english, code)):
        return _in_zones(zones, locale()) or english
    return str(locale().territories.get(code, english))


def continent_name(english: str) -> str:
    """The name of a continent."""
    if language() == SOURCE:
        return english
    return str(locale().territories.get(_CONTINENTS.get(english, ""), english))


def _in_zones(zones: tuple[str, ...], spoken: Locale) -> str | None:
    """The city of a time zone, which may stand under any of the zone's names."""
    named = (spoken.time_zones.get(zone, {}).get("city") for zone in zones)
    return next((str(name) for name in named if name), None)


@cache
def _zones() -> dict[tuple[str, str], tuple[str, ...]]:
    """The names of the time zones that are called after a city, by its name in English and its country."""
    older = defaultdict(list)
    for alias, zone in get_global("zone_aliases").items():
        older[zone].append(alias)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for zone, territory in get_global("zone_territories").items():
        names = (zone, *older[zone])
        found[zone.rpartition("/")[2].replace("_", " "), territory] = names
        if city := _in_zones(names, Locale(SOURCE)):
            found[city, territory] = names
    return found
