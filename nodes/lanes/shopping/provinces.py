"""Spanish postcodes: their first two figures are the province's, numbered by the names of 1857."""

import re
from typing import Final

from nodes.lanes.matching import fold

_PROVINCES: Final = tuple(
    some.split("|")
    for some in (
        "Álava|Vitoria|Vitoria-Gasteiz;Albacete;Alicante|Alacant;Almería;Ávila;Badajoz;"
        "Baleares|Palma|Palma de Mallorca|Mallorca|Menorca|Ibiza;"
        "Barcelona;Burgos;Cáceres;Cádiz;Castellón|Castellón de la Plana;"
        "Ciudad Real;Córdoba;A Coruña|La Coruña|Coruña;Cuenca;Girona|Gerona;Granada;Guadalajara;"
        "Gipuzkoa|Guipúzcoa|San Sebastián|Donostia;Huelva;Huesca;Jaén;León;Lleida|Lérida;La Rioja|Logroño;Lugo;Madrid;"
        "Málaga;Murcia;Navarra|Pamplona;Ourense|Orense;Asturias|Oviedo;Palencia;Las Palmas|Las Palmas de Gran Canaria;"
        "Pontevedra;Salamanca;Tenerife|Santa Cruz de Tenerife;Cantabria|Santander;Segovia;Sevilla|Seville;Soria;"
        "Tarragona;Teruel;Toledo;Valencia|València;Valladolid;Bizkaia|Vizcaya|Bilbao;Zamora;Zaragoza;Ceuta;Melilla"
    ).split(";")
)
_NUMBERS: Final = {fold(name): number for number, names in enumerate(_PROVINCES, 1) for name in names}
_FIGURES: Final = 5


def other_province(postcode: str, city: str) -> str:
    """Return the province of a Spanish postcode where `city` is a province, or its capital, elsewhere; else empty.

    >>> other_province("08001", "Madrid"), other_province("28013", "madrid"), other_province("08001", "Sitges")
    ('Barcelona', '', '')
    """
    there = _NUMBERS.get(" ".join(re.findall(r"[\w-]+", fold(city))))
    if there is None or len(postcode) != _FIGURES or not postcode.isdigit():
        return ""
    number = int(postcode[:2])
    return _PROVINCES[number - 1][0] if 1 <= number <= len(_PROVINCES) and number != there else ""


def is_province(name: str) -> bool:
    """Tell whether a province, or its capital, is called so."""
    return " ".join(re.findall(r"[\w-]+", fold(name))) in _NUMBERS


def capitalised(city: str) -> str:
    """Return a town that was written in small letters as it is spelt: "palma de mallorca" is "Palma de Mallorca"."""
    if not city.islower():
        return city
    return " ".join(word if word in _SMALL and at else word.capitalize() for at, word in enumerate(city.split()))


_SMALL: Final = frozenset("de del la las los el y d".split())
