"""What a buyer's words say: how many of what, which one of a list, whether they buy, ask or take something out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.shopping.narrower import joined_narrower

_WORD: Final = re.compile(r"\w+(?:[.,]\d+)?")
_NUMBER_WORDS: Final = (
    "un una uno one a an|dos two couple par pair|tres three|cuatro four|cinco five|seis six|siete seven|ocho eight|"
    "nueve nine|diez ten|once eleven|doce twelve docena dozen"
)
_NUMBERS: Final = {
    word: number for number, words in enumerate(_NUMBER_WORDS.split("|"), 1) for word in words.split()
} | dict.fromkeys(("otro", "otra", "another", "unos", "unas", "some"), 1)
_ORDINALS: Final = {
    word: place
    for place, words in enumerate(
        "primero primera primer first|segundo segunda second|tercero tercera tercer third|cuarto cuarta fourth|"
        "quinto quinta fifth|sexto sexta sixth|septimo septima seventh|octavo octava eighth".split("|")
    )
    for word in words.split()
} | {"ultimo": -1, "ultima": -1, "last": -1}
_LEADING: Final = frozenset(
    "hola buenas hey hi hello ok vale pues venga si yes quiero queria querria quisiera necesito me "
    "te le ponme ponga pon "
    "poner ponles poneme ponedme pongame anade anadid anademe anadir anada agrega agregame agregar suma sumale mete "
    "dame deme mandame apuntame apunta llevo llevare quedo guardame reservame comprar compro "
    "encargar encargo pedir pido "
    "con y e tambien ademas ahora mas por favor porfa i id ill want wanna would d ll like to add "
    "put take have get give "
    "send me us please also and my the buy order purchase need down for can could you el la los las lo al a carrito "
    "cesta pedido tomo adquirir hacer gustaria mejor solo solamente que sean only just make it change cambia "
    "actually sure dale venga oye mandame mandanos quita quitame quitad "
    "elimina borra saca remove delete drop off out".split()
)
_LINKING: Final = frozenset("x ud uds unidad unidades pieza piezas unit units of pieces piece mas more".split())
_COUNTED: Final = rf"(?:\d{{1,3}}(?![\d.,]*\s*(?:cm|l|w)\b)|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_PARTS: Final = re.compile(
    rf"\s*(?:[;\n+&]\s*|,\s*(?:y\s+|and\s+)?(?={_COUNTED}\b|el\b|la\b|los\b|las\b|the\b)|"
    rf"\s(?:y|e|and|plus|mas)\s+(?:tambien\s+|also\s+)?(?={_COUNTED}\b|el\b|la\b|los\b|las\b|the\b|some\b))"
)
_BUYS: Final = re.compile(
    r"\b(quiero|querria|queria|quisiera|pon(me|ga|game|edme|eme|le)?|anad\w*|agreg\w*|suma\w*|mete|me (lo|la|los|las) "
    r"(llev\w+|qued\w+|compro)|me (llevo|quedo)|compr(o|ar|arl[oa]s?|are)|encarg\w*|pedir|pido|pedido|apunta\w*|"
    r"mandame|mandadme|dame|deme|guardame|reserva\w*|adquirir|lo cojo|la cojo|tomo|add|i want|want|"
    r"i ?ll (take|have|get)|"
    r"i d like|i would like|buy|buying|order|purchase|get me|give me|put|take|taking|having|send me|those please)\b"
)
_ADDS: Final = re.compile(
    r"\b(pon(me|ga|game|edme|eme|le)?|anad\w*|agreg\w*|suma\w*|mete|me (lo|la|los|las) (llev\w+|qued\w+)|me llevo|"
    r"apunta\w*|(lo|la|los|las) (quiero|cojo|compro)|(quiero|dame|ponme) (otr[oa]|tambien)|tambien quiero|add|put|"
    r"i ?ll (take|have|get)|i want (it|that one|this one|them)|another)\b"
)
_ASKS: Final = re.compile(
    r"^\W*(?:hola|hi|hello|buenas|oye|hey|perdona|y|and|,|\s)*(como|how|donde|where|se puede|can i|"
    r"could i|puedo|podria|"
    r"podeis|is there|hay|do i|do you|teneis|tienes|tienen|what|que|cual|which|cuanto|por que|why|"
    r"es posible|shall|will|hablame|hablanos|cuentame|explicame|informacion|info|tell me|describe)\b"
)
_ABOUT: Final = re.compile(
    r"^\W*(?:(?:y|and|hola|hi|hello)\W+)?"
    r"(?:hablame|hablanos|cuentame|explicame|informacion|info|tell me|describe)\b"
)
_TAKES_OUT: Final = re.compile(
    r"\b((?:quit|elimin|borr|sac|retir|tach|descart)(?:a|ar|ad|ando|amos|as|o|e|en)(?:me|nos|se)?(?:l[oa]s?)?|"
    r"saqu(?:e|en)(?:l[oa]s?)?|sin (el|la|los|las)|ya no quiero|no quiero|remove|delete|take "
    r"(off|out|away)|take (the|that|it|one|both|them|those)\b.*\b(off|out|away)|"
    r"(pull|leave) (\w+ ){1,4}out|drop|lose the|ditch|without the|"
    r"get rid of|scrap|fuera (el|la|los|las)|prescind\w+|"
    r"don ?t want|no longer want)\b"
)
_TAKES_IT_OUT: Final = re.compile(
    r"(?:(?:no|si|vale|ok|oye|mejor|pues|yes|please|actually) )*"
    r"(?:(?:quit|elimin|borr|sac|retir)\w{1,3}?(?:me)?l[oa]|(?:quita|elimina|borra|saca|retira) (?:es[eoa]|est[eoa])|"
    r"ya no l[oa] quiero|(?:remove|delete|drop|scrap) (?:it|that|this)(?: one)?|take (?:it|that|this) (?:out|off)|"
    r"(?:i )?don t want (?:it|that one)(?: any ?more)?)"
    r"(?: (?:de la cesta|del carrito|por favor|porfa|please|from (?:the|my) (?:basket|cart)|mejor|otra vez))*"
)
_CHANGES: Final = re.compile(
    r"\b(cambi\w*|mejor|solo|solamente|en vez de|en lugar de|que sean|pon(me|le)? solo|dej\w+ en|deja solo|make "
    r"(it|that|them)|change|instead|only|just|i meant|actually|quiero que sean)\b"
)
_EXTRA: Final = re.compile(r"\b(mas|otr[oa]s?|tambien|ademas|more|another|extra|also|too|as well)\b")
_EMPTIES: Final = re.compile(
    r"\b(vaci\w*|empty|clear|(quita|borra|elimina|remove|delete)\w* (todo|todos|everything|all))\b"
)
_CHEAPEST: Final = re.compile(
    r"\b(mas (barat|economic)\w*|precios? mas baj\w+|menor precio|cheapest|least expensive|lowest (price|cost))\w*\b"
)
_PRICIEST: Final = re.compile(
    r"\b(mas car[oa]s?|precios? mas alt\w+|mayor precio|priciest|most expensive|dearest|highest price)\b"
)
_MORE: Final = re.compile(
    r"^\W*(ver |muestrame |ensename |show |see |dime |give me )?(me |us )?(los |las |the |algun[oa]s? )?"
    r"(mas|more|otr[oa]s|demas|resto|rest|others|siguientes|next)( opciones| productos| options| of them)?\W*$"
)
_FINISHES: Final = re.compile(
    r"\b(finaliz\w*|tramit\w*|termin\w*|(eso|esto|nada mas|con eso) (es|seria) todo|eso es todo|nada mas|ya esta|pagar|"
    r"check ?out|checkout|finish\w*|that s (all|it|everything)|pay|nothing else|proced\w*|proceed\w*|complete)\b"
)
_STOCK: Final = re.compile(
    r"\b(?:ten(?:eis|es|en|is)|tienen?|tienes|hay|habra|qued\w+|stock|disponi\w+|agotad\w+|existencias|vend\w+|segu?is|"
    r"unidad(?:es)?|llega\w*|repon\w*|have|has|got|left|available|availability|sell|selling|any|there|sold out|"
    r"remaining|back|carry|in)\b"
)
_TIMES: Final = re.compile(r"\bx ?(\d{1,2})\b")
_SIZE: Final = re.compile(r"(?<![\w-])\d{1,3}(?:[.,]\d)?(?![\w-])")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a message: `quantity` is None where none is said, `text` is what is left to name the product."""

    text: str
    quantity: int | None


_UNITS: Final = [[unit] for unit in ("cm", "mm", "l", "ml", "cl", "w", "kg", "g", "litros", "litres", "liters")]
_THEM: Final = r"(?:de|of) (?:ell[ao]s|es[ao]s|est[ao]s|them|those|these)"
_BEHIND: Final = re.compile(
    rf"[\s,]({_COUNTED})\s+(?:unidad(?:es)?|uds?|units?|pieces?|piezas?|pcs|{_THEM})(?: (?:por favor|please))?\W*$"
)
"""How many, behind what: "la olla, dos unidades"."""
_OF_THEM: Final = re.compile(
    rf"(?:{_THEM}|ell[ao]s|es[ao]s|them|those|these)?(?: ?(?:please|por favor|porfa|gracias|thanks))?"
)
_INTO_CART: Final = re.compile(r"\b(?:(?:in|into|to) (?:my|the) (?:basket|cart)|(?:a|en) (?:la|mi) cesta|al carrito)\b")
"""Where it goes, which is no product: a banneton is a basket, too."""


def wanted(text: str) -> list[Wanted]:
    """Return the parts of a message that may name a product each.

    >>> wanted("2 sartenes de 28 y una tetera azul")
    [Wanted(text='sartenes de 28', quantity=2), Wanted(text='tetera azul', quantity=1)]
    >>> wanted("the pressure cooker, two of them")
    [Wanted(text='pressure cooker', quantity=2)]
    """
    said = joined_narrower(_INTO_CART.sub(" ", fold(text)))
    joined: list[Wanted] = []
    for part in (_part(piece) for piece in _PARTS.split(said) if piece and piece.strip()):
        counted = part.quantity is not None and _OF_THEM.fullmatch(part.text)
        if counted and joined and joined[-1].text and joined[-1].quantity is None:
            joined[-1] = replace(joined[-1], quantity=part.quantity)
        else:
            joined.append(part)
    return joined


def _part(piece: str) -> Wanted:
    if (behind := _BEHIND.search(piece)) and (before := piece[: behind.start()].strip()):
        many = behind[1]
        return Wanted(_part(before).text, _NUMBERS.get(many) or int(many))
    after = _TIMES.search(piece)
    found = _WORD.findall(_TIMES.sub("", piece))
    quantity = int(after[1]) if after else None
    if found[:3] == ["un", "par", "de"] or found[:3] == ["a", "couple", "of"]:
        return Wanted(" ".join(found[3:]), 2)
    at = 0
    while at < len(found):
        word = found[at]
        measured = word.isdigit() and found[at + 1 : at + 2] in _UNITS
        many = _NUMBERS.get(word) or (int(word) if word.isdigit() and len(word) < len("1000") else None)
        if quantity is None and many is not None and not measured and not (word == "a" and at + 1 == len(found)):
            quantity = many
        elif word not in _LEADING and not (quantity is not None and word in _LINKING):
            break
        at += 1
    return Wanted(" ".join(found[at:]), quantity)


def place_in_list(text: str) -> int | None:
    """Return which one of a list is meant, from 0, -1 for the last; None when none is."""
    found = _WORD.findall(fold(text))
    bare = [word for word in found if word not in {"el", "la", "the", "number", "numero", "opcion", "option", "one"}]
    if len(bare) == 1 and bare[0].isdigit():
        return int(bare[0]) - 1
    return next((_ORDINALS[word] for word in found if word in _ORDINALS), None)


def bare_number(text: str) -> bool:
    """Tell whether a message is a number and nothing else."""
    return text.strip(" .)#").isdigit() and len(text.strip()) < len("12345")


def sizes(text: str) -> list[str]:
    """Return the measures in a text, as a product's name has them: `28`, `1,7`."""
    return [found.replace(".", ",") for found in _SIZE.findall(fold(text))]


def buys(text: str) -> bool:
    """Tell whether the words want something, and don't ask how or whether."""
    return bool(_BUYS.search(_plain(text))) and not asks(text)


def adds(text: str) -> bool:
    """Tell whether the words say to put something into the cart."""
    return bool(_ADDS.search(_plain(text))) and not asks(text) and not takes_out(text)


def asks(text: str) -> bool:
    """Tell whether the message is a question of how, where, whether or which."""
    return bool(_ASKS.search(fold(text)))


def asks_about(text: str) -> bool:
    """Tell whether more is to be told of something: "háblame de la tetera azul"."""
    return bool(_ABOUT.search(fold(text)))


def takes_out(text: str) -> bool:
    """Tell whether something is to be taken out of the cart."""
    return bool(_TAKES_OUT.search(_plain(text)))


def takes_it_out(text: str) -> bool:
    """Tell whether the whole message is to take out what was spoken of: "quítala", "remove it please"."""
    return bool(_TAKES_IT_OUT.fullmatch(_plain(text)))


def changes(text: str) -> bool:
    """Tell whether something in the cart is to be otherwise."""
    return bool(_CHANGES.search(_plain(text)))


def on_top(text: str) -> bool:
    """Tell whether something comes on top of what there is: "one more", "otra"."""
    return bool(_EXTRA.search(_plain(text))) and not takes_out(text)


def empties(text: str) -> bool:
    """Tell whether the whole cart is to be emptied."""
    return bool(_EMPTIES.search(_plain(text)))


def more(text: str) -> bool:
    """Tell whether the rest of a list is asked for."""
    return bool(_MORE.match(fold(text)))


def by_price(text: str) -> int:
    """Return -1 where the cheapest is meant, 1 where the dearest, 0 where neither."""
    folded = fold(text)
    return -1 if _CHEAPEST.search(folded) else 1 if _PRICIEST.search(folded) else 0


def many_in(parts: Sequence[Wanted]) -> int | None:
    """Return the last quantity that was said: "no two, make it three" is three."""
    said = [part.quantity for part in parts if part.quantity is not None]
    return said[-1] if said else None


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


def counts(text: str) -> bool:
    """Tell whether the message says how many."""
    return many_in(wanted(text)) is not None


def asks_stock(text: str) -> bool:
    """Tell whether the words are of what there is: "¿os queda?", "is it in stock?"."""
    return bool(_STOCK.search(_plain(text)))


def finishes(text: str) -> bool:
    """Tell whether the words end the shopping: "eso es todo", "check out"."""
    return bool(_FINISHES.search(_plain(text)))
