"""The days that customers call by a name: "¿abrís en nochebuena?", "are you open at Easter?"."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

from nodes.lanes.matching import fold
from prompts.tenant import SpecialDay

_Days = Callable[[int], list[date]]
"""The days of a feast that begins in a year."""


def easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher).

    >>> easter(2027)
    datetime.date(2027, 3, 28)
    """
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, (fourth, left) = (century - (century + 8) // 25 + 1) // 3, divmod(rest, 4)
    epact = (19 * golden + century - century // 4 - leap + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * fourth - epact - left) % 7
    months = epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114
    return date(year, months // 31, months % 31 + 1)


def _on(month: int, *days: int) -> _Days:
    return lambda year: [date(year, month, day) for day in days]


def _from_easter(*after: int) -> _Days:
    return lambda year: [easter(year) + timedelta(days=days) for days in after]


def _season(year: int) -> list[date]:
    return [*_on(12, 24, 25, 31)(year), *_on(1, 1, 5, 6)(year + 1)]


_FEASTS: Final[Sequence[tuple[str, _Days]]] = (
    (r"nochebuena|christmas eve|xmas eve", _on(12, 24)),
    (r"(?:dia|el 25) de navidad|christmas day|xmas day", _on(12, 25)),
    (r"boxing day|san esteban|sant esteve|st\.? stephen'?s", _on(12, 26)),
    (r"navidades|fiestas navidenas|over christmas|the festive|christmas (?:break|season)", _season),
    (r"navidad|christmas|xmas", _on(12, 24, 25, 26)),
    (r"nochevieja|noche vieja|fin de ano|new year'?s'? eve|new years eve", _on(12, 31)),
    (r"ano nuevo|new year'?s?(?:'? day)?", _on(1, 1)),
    (r"(?:noche|vispera|cabalgata) de (?:los )?reyes", _on(1, 5)),
    (r"(?:el |los |en |dia de |de )reyes(?: magos)?|epifania|epiphany|three kings|twelfth night", _on(1, 5, 6)),
    (r"jueves santo|maundy thursday|holy thursday", _from_easter(-3)),
    (r"viernes santo|good friday", _from_easter(-2)),
    (r"domingo de ramos|palm sunday", _from_easter(-7)),
    (r"(?:domingo de (?:pascua|resurreccion)|easter sunday)", _from_easter(0)),
    (r"lunes de pascua|easter monday", _from_easter(1)),
    (r"semana santa|holy week", _from_easter(-3, -2, -1, 0)),
    (r"pascua|easter", _from_easter(-2, -1, 0, 1)),
    (r"san valentin|valentine'?s?(?: day)?", _on(2, 14)),
    (r"(?:dia )?(?:del trabajo|del trabajador|de los trabajadores)|labou?r day|may day|puente de mayo", _on(5, 1)),
    (r"san juan|midsummer", _on(6, 24)),
    (r"la asuncion|assumption|virgen de agosto", _on(8, 15)),
    (r"(?:dia de )?la hispanidad|fiesta nacional|el pilar|columbus day", _on(10, 12)),
    (r"halloween", _on(10, 31)),
    (r"todos los santos|all saints(?:'? day)?", _on(11, 1)),
    (r"puente de (?:la constitucion|diciembre|la inmaculada|la purisima)|december bank holiday", _on(12, 6, 7, 8)),
    (r"(?:dia de )?la constitucion|constitution day", _on(12, 6)),
    (r"(?:la )?inmaculada|la purisima|immaculate conception", _on(12, 8)),
)  # fmt: skip
"""What each is called, folded, the longer names before the shorter ones that they hold."""

_PLAIN: Final = re.compile(r"[^\w' ]")
_MOVED: Final = re.compile(r"\s*\(.*\)")
_LEADING: Final = re.compile(r"^(?:dia de |dia del |fiesta de |fiesta )")


def named_feast(text: str, today: date, special: Sequence[SpecialDay] = ()) -> list[date]:
    """Return the days that a text calls by a name, the next ones; the shop's own special days by what they are called.

    A feast that the shop keeps on another day, because it fell on a Sunday, is that day, too.
    """
    said = f" {_plain(text)} "
    for names, days in _FEASTS:
        if re.search(rf"\b(?:{names})\b", said):
            years = (max(today.year - 1, 1), today.year, today.year + 1)
            found = next(found for year in years if (found := days(year))[-1] >= today)
            return [day for day in found if day >= today]
    own = [one.date for one in special if one.date >= today and any(f" {name} " in said for name in _called(one))]
    return sorted(own)[:1]


def without_feast(text: str) -> str:
    """Return a folded text without the names of feasts."""
    said = _plain(text)
    for names, _ in _FEASTS:
        said = re.sub(rf"\b(?:{names})\b", " ", said)
    return said


def _called(special: SpecialDay) -> list[str]:
    names = [_plain(_MOVED.sub("", reason)) for reason in special.reason.values()]
    return [name for full in names for name in (full, _LEADING.sub("", full))]


def _plain(text: str) -> str:
    return " ".join(_PLAIN.sub(" ", fold(text).replace("’", "'")).split())
