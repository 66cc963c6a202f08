"""What a message changes of a cart beside putting something in: several things at once, how many there are to be."""

import re
from typing import Final

from nodes.lanes.consent import consent
from nodes.lanes.shopping import reading
from nodes.lanes.shopping.corrections import bare_count, plain

_NUMBERS: Final = {
    word: many
    for many, some in enumerate(
        "un una uno one|dos two|tres three|cuatro four|cinco five|seis six|siete seven|ocho eight|nueve nine|"
        "diez ten".split("|"),
        1,
    )
    for word in some.split()
}
_MANY: Final = rf"\d{{1,2}}|{'|'.join(_NUMBERS)}"
_SET_TO: Final = re.compile(
    r"\b(?:change|set|put|make|raise|lower|reduce|increase|bring|cambi\w+|pon\w*|dej\w+|sub\w+|baj\w+) "
    r"(?P<what>(?:\w+ ){1,5}?)(?:down to|up to|to|a|en) (?:just |only |solo )?"
    rf"(?P<many>{_MANY})(?: (?:unidad(?:es)?|units?|pieces?|piezas?|por favor|porfa|please))*$"
)
_VERB: Final = (
    r"(?:quit|elimin|borr|saca|retir|pon|anad|añad|agreg|mete|met[eé]|cambi|dej|sub[ea]|baj|mejor|remove|delete|take|drop|"
    r"add|put|change|make|set|leave|swap)"
)
_BETWEEN: Final = re.compile(
    rf"\s*(?:[,;]\s*)?(?:\b(?:y|and|pero|but)\s+(?:tambi[eé]n\s+|also\s+)?)(?={_VERB})|\s*[,;.]\s*(?={_VERB})",
    re.IGNORECASE,
)
_ONE_MORE: Final = re.compile(
    rf"\b(?:{_MANY}|another) more\b|\b(?:{_MANY}|otr[oa]s?) (?:\w+ ){{1,3}}mas(?=$| por\b| porfa)"
)


_WANTS_IT: Final = re.compile(r"\b(?:s+i+p?|ye+s|ye+p|yeah|yup|sure|please|pl[sz]|por ?fa\w*|por favor|dale|claro)\b")


def takes_it(text: str) -> bool:
    """Tell whether a whole message is a yes to what is offered; "ok" and "perfect" only say that it was heard."""
    return consent(text) == "yes" and bool(_WANTS_IT.search(plain(text)))


def pieces(text: str) -> list[str]:
    """Return the parts of a message that each begin with what is to be done.

    >>> pieces("quita el delantal y pon 3 tazas en vez de 2")
    ['quita el delantal', 'pon 3 tazas en vez de 2']
    """
    return [piece.strip() for piece in _BETWEEN.split(text) if piece.strip()]


def several(text: str) -> list[str]:
    """Return the parts of a message that takes one thing out and does another beside; none for all else."""
    found = pieces(text)
    out = [reading.takes_out(piece) for piece in found]
    return found if any(out) and not all(out) else []


def set_to(text: str) -> tuple[str, int] | None:
    """Return what there is to be so many of, and how many: "change the aprons to 1"."""
    found = _SET_TO.search(plain(text))
    if found is None:
        return None
    many = found["many"]
    return found["what"].strip(), _NUMBERS.get(many) or int(many)


def one_more(text: str) -> bool:
    """Tell whether more is wanted of what there is: "otro hervidor más", "one more kettle"; "another" may differ."""
    return bool(_ONE_MORE.search(plain(text))) and not reading.by_price(text)


def mentions(part: reading.Wanted, text: str) -> bool:
    """Tell whether `part` of `text` names a thing and says neither to put it in nor how many."""
    return part.quantity is None and not (reading.buys(text) or reading.on_top(text))


def count_first(text: str) -> tuple[int, str] | None:
    """Return the number that a message begins with as words, and what it goes on with: "make that 3 and add a pan"."""
    first, *rest = pieces(text) or [""]
    many = bare_count(first)
    return (many, " y ".join(rest)) if many is not None and len(plain(first).split()) > 1 else None
