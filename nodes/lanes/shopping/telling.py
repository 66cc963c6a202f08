"""The buyer's name in a message that tells more of an order: the address, the e-mail, how it is paid."""

import re
from typing import Final

from nodes.lanes.matching import fold, says
from nodes.lanes.shopping.details import looks_like_a_street, pays, place_in
from nodes.lanes.shopping.naming import name_in
from nodes.lanes.shopping.provinces import is_province
from nodes.shop.ownership import phone_in
from prompts.shop import ShopRules

_ENDS: Final = re.compile(r"[,;:\n]|\.\s|\s[-–]\s")
_REACHED: Final = "\0"
_MOST: Final = 4
_PARTICLES: Final = frozenset("de del la el los las y i e van von da dos".split())


def name_among(text: str, rules: ShopRules) -> str:
    """Return the name that stands beside others of the buyer's details; empty where nothing is surely one.

    Beside an e-mail or a phone two words do; further from them, or without them, each needs its capital.
    """
    if "?" in text or "¿" in text:
        return ""
    pieces = _pieces(text)
    place = place_in(text)
    town = fold(f"{place.street} {place.city}") if place else ""
    for at, piece in enumerate(pieces):
        name = name_in(piece) if piece != _REACHED else ""
        written = name.split()
        if not 1 < len(written) <= _MOST or len(piece.split()) > 2 * _MOST:
            continue
        beside = _REACHED in pieces[max(0, at - 1) : at + 2]
        if (beside or _capital(written)) and not (_is_place(piece, rules, town) or pays(piece)):
            return name
    return ""


def only_a_name(text: str) -> bool:
    """Tell whether a message is two or three words with capitals that may be a name, and nothing else."""
    written = text.strip(" .!").split()
    return 1 < len(written) < _MOST and _capital(written) and len(name_in(text).split()) == len(written)


def _pieces(text: str) -> list[str]:
    """Return what stands between commas, with a mark for where the e-mail and the phone are."""
    reached = re.findall(r"[^\s,;:]+@[^\s,;]+", text)
    for one in filter(None, (phone_in(text), *reached)):
        text = text.replace(one, f",{_REACHED},")
    return [piece.strip() for piece in _ENDS.split(text) if piece.strip()]


def _capital(written: list[str]) -> bool:
    return all(word[0].isupper() or word in _PARTICLES for word in written)


def _is_place(piece: str, rules: ShopRules, town: str) -> bool:
    served = any(says(piece, place) for zone in rules.zones for place in zone.places)
    return served or is_province(piece) or looks_like_a_street(piece) or fold(piece) in town
