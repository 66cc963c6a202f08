"""What a buyer says of a cart or a checkout as a whole: call it off, wait, go on, another address, all but one."""

import re
from typing import Final, Literal

from nodes.lanes.matching import fold
from nodes.lanes.shopping.details import place_in, sent_to
from nodes.lanes.shopping.reading import buys
from nodes.shop.ownership import email_in, phone_in

Detail = Literal["name", "address", "reach", "way", "method"]

EMPTYING: Final = "empty_cart"
"""What the conversation awaits after the question whether the cart is to be emptied."""

_WORD: Final = re.compile(r"\w+(?:[.,]\d+)?")
_CANCELS: Final = re.compile(
    r"(?:(?:no|pues|mejor|ok|vale|bueno|oye|mira|espera|al final|perdona|si|actually|sorry|wait|please) )*"
    r"(?:cancel(?:a|ar|alo|ala|adlo|o|emos)?|anul(?:a|ar|alo)|olvida(?:lo|te)?|"
    r"dejalo(?: estar)?|no quiero (?:nada|comprar|comprar nada|seguir|pedir nada|el pedido)|"
    r"(?:ya )?no (?:lo|la|los|las) (?:quiero|necesito)|ya no (?:quiero|necesito) (?:nada|comprar\w*|el pedido)|"
    r"quiero cancelar(?:lo)?|"
    r"cancel(?: it| that| this| everything)?|forget (?:it|about it)|never ?mind|i want to cancel|"
    r"i (?:don t|do not|no longer) want (?:it|anything|this|to buy(?: anything)?))"
    r"(?: (?:todo|eso|esto|el pedido|mi pedido|la compra|la cesta|"
    r"the order|my order|my basket|all|any ?more|anymore|ya|"
    r"gracias|thanks|por favor|porfa|please|mejor|entonces|pues|instead|then|actually|now|ahora|de momento))*"
)
_WAITS: Final = re.compile(
    r"(?:ok |vale |no )?(?:esper(?:a|ad|e|ate)|wait|hold on|un (?:momento|segundo|momentito|minuto)|one (?:moment|sec)|"
    r"just a (?:moment|sec|second|minute)|(?:me )?lo (?:pienso|pensare)|deja que lo piense|i ?ll think about it|"
    r"let me think|dame un (?:momento|segundo|minuto)|give me a (?:moment|minute|sec))"
    r"(?: (?:un (?:momento|segundo|poco|minuto|momentito)|a (?:moment|minute|sec|second|bit)|por favor|please))*"
)
_GOES_ON: Final = re.compile(
    r"(?:si |ok |vale |yes |quiero |i want to |let me )*(?:compr(?:ar|arl[oa]s?|o|emos)|l[oa]s? compro|"
    r"(?:me )?l[oa]s? (?:quiero|llevo|quedo|cojo)|i (?:want|ll take|ll have) (?:it|them)|"
    r"hacer (?:el|mi) pedido|pedir(?:l[oa]s?)?|realizar (?:el|mi|la) (?:pedido|compra)|buy|order|buy (?:it|now|them)|"
    r"order (?:it|now|them)|place (?:the|my|an) order)(?: (?:ya|ahora|now|please|por favor|todo))*"
)
_GETS_IT: Final = re.compile(
    r"\b(?:(?:me|nos) l[oa]s? (?:pued\w+ |pod\w+ )?(?:envi|mand|tra[ei])\w*|"
    r"(?:envi|mand|tra)\w*(?:me|nos)l[oa]s?|(?:envi|mand)\w*l[oa]s?|(?:lo|la|los|las) (?:quiero|prefiero) a "
    r"(?:casa|domicilio)|a (?:mi )?(?:casa|domicilio)|(?:l[oa]s? )?recoj[oa]|recoger(?:l[oa]s?)?|recogid[ao]|pas[oa] a "
    r"(?:por|recog\w+)|en (?:la )?tienda|(?:ship|deliver|send) (?:it|them|this)|home delivery|to my (?:home|house|"
    r"place)|(?:pick|collect) (?:it|them|up)|i ?ll (?:pick|collect)|pickup|collect in)\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:cambi\w*|corrig\w*|correg\w*|correc\w*|modific\w*|otr[oa]|mal|equivoc\w*|erron\w*|me he confundido|"
    r"change|fix|wrong|another|different|update|mistake)\b"
)
_DETAILS: Final[dict[Detail, re.Pattern[str]]] = {
    "name": re.compile(r"\b(?:nombre|name)\b"),
    "reach": re.compile(r"\b(?:correo|e ?mail|mail|telefono|movil|phone)\b"),
    "address": re.compile(r"\b(?:direccion|domicilio|calle|address|codigo postal|postcode)\b"),
    "way": re.compile(r"\b(?:pago|pagar|pagarlo|payment|pay)\b"),
    "method": re.compile(r"\b(?:entrega|envio|delivery|shipping)\b"),
}
_ORDERED: Final = re.compile(r"\b[A-Za-z]{1,3}-\d{3,}\b")
_NUMBER: Final = re.compile(
    r"(?:solo |only |just |mejor |que sean |make it |make that |pon |ponme |quiero |i want )*"
    r"(\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|two|three|four|five|six|seven|eight|nine|ten)"
    r"(?: (?:unidades|uds|piezas|pieces|units|of them|of those|of it|de ell[ao]s|de es[ao]s|por favor|please|mejor|"
    r"instead))*"
)
_QUANTITY: Final = re.compile(
    r"(?:(?:cambi|pon|sub|baj|modific|set|change|make|raise|lower)\w* )?"
    r"(?:la |the |a )?(?:cantidad|quantity|amount|number)"
    r"(?: (?:a|to|en|de|es|sea|is|que|of))* (\d{1,2}|un[oa]?|one|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|"
    r"two|three|four|five|six|seven|eight|nine|ten)(?: (?:unidad(?:es)?|units?|pieces?|por favor|porfa|please))*"
)
_RIGHT: Final = re.compile(
    r"(?:(?:si|no|que|yes|ya|asi|todo|pero|it|that|the|el|la|codigo|postal|postcode|direccion|address) )*"
    r"(?:esta|es|is|s) (?:bien|correct[oa]|asi|right|correct|fine|ok)(?: asi| as it is)?"
)
_HOW_LONG: Final = re.compile(
    r"\b(?:tardar?(?:a|an|ia|ias|ais|eis)?|demora\w*|cuando (?:me |nos |lo |la )*(?:lleg|recib|estar|vendr|tendr)\w+|"
    r"how (?:long|soon)|when (?:will|would|does|do|can) (?:it|i|they)|para cuando)\b"
)
_DELIVERIES: Final = re.compile(
    r"\b(?:envios?|entregas?|reparto|deliver(?:y|ies)|shipping|refund|reembolso|devolucion)\b"
)
_MY_ORDER: Final = re.compile(
    r"(?:y |and |what about |que hay de |a ver |show me )*(?:mi|el|my|the) (?:pedido|compra|order)"
)
_FEW: Final = 7
_NUMBERS: Final = {
    word: many
    for many, some in enumerate(
        "dos two|tres three|cuatro four|cinco five|seis six|siete seven|ocho eight|nueve nine|diez ten".split("|"), 2
    )
    for word in some.split()
}
_ALL_BUT: Final = re.compile(
    r"\b(?:quit\w*|elimin\w*|borr\w*|sac\w*|remove|delete|drop)\b.*?\b(?:todo|todos|todas|everything|all)\b.*?"
    r"\b(?:menos|excepto|salvo|except|but|apart from)\b(?: for)? (?P<kept>.+)"
)
_SWAPS: Final = re.compile(
    r"\b(?:cambi\w*|sustituy\w*|reemplaz\w*|change|swap|replace)\b (?P<old>.+?) \b(?:por|for|with|to)\b (?P<new>.+)"
)
_IT: Final = re.compile(
    r"(?:si |vale |ok |yes )*"
    r"(?:(?:anad|agreg|met|pon)\w{0,4}?(?:me)?l[oa]s?(?: (?:a|en) (?:la|el|mi) (?:cesta|carrito))?|"
    r"(?:add|put) (?:it|them|that|this)(?: (?:to|in|into) (?:the|my) (?:basket|cart))?)(?: (?:por favor|please))?"
)
_REQUESTS: Final = re.compile(
    r"(?:hola |hi |hello |hey )*(?:(?:can|could|may) (?:i|we) (?:get|have|order|buy)|"
    r"me (?:pones|pondrias|das|puedes poner)|"
    r"(?:puedo|podria) (?:pedir|encargar|comprar)) "
    r"(?P<what>\d{1,2}|an?|un|una|dos|tres|cuatro|cinco|seis|the|el|la|los|las|two|three|four|five|six)\b"
)
_BULK: Final = re.compile(
    r"(?<![\d.,-])(\d{1,3}[.,]?\d{3}|\d{3,5})(?![\d.,-])(?!\s*(?:cm|ml|mm|g|gr|kg|l|w|eur\w*|€|\$))"
)
_LEADS_IN: Final = re.compile(
    r"^\W*(?:(?:espera\w*|un momento|perdona\w*|perd[oó]n|ay|uy|ah|oye|wait|hold on|sorry|oh|pero|but|"
    r"(?:no|s[ií]|yes)(?=\s*[,.!]))\b[\s,.!]*)+",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return the folded words of `text` with single spaces between."""
    return " ".join(_WORD.findall(fold(text)))


def cancels(text: str) -> bool:
    """Tell whether the whole message calls the purchase off; one that names an order is about that."""
    return bool(_CANCELS.fullmatch(plain(text))) and not names_an_order(text)


def names_an_order(text: str) -> bool:
    """Tell whether the message has an order's number in it."""
    return bool(_ORDERED.search(text))


def order_only(text: str) -> bool:
    """Tell whether the message is an order's number and nothing else."""
    return bool(_ORDERED.fullmatch(text.strip(" .")))


def is_right(text: str) -> bool:
    """Tell whether the whole message insists: "está bien así", "the postcode is correct"."""
    return bool(_RIGHT.fullmatch(plain(text)))


def asks_how_long(text: str) -> bool:
    """Tell whether a few words ask how long what is being ordered will take; not those that ask it of deliveries."""
    said = plain(text)
    if len(said.split()) > _FEW or _ORDERED.search(text) or _DELIVERIES.search(said):
        return False
    return bool(_HOW_LONG.search(said))


def asks_for_order(text: str) -> bool:
    """Tell whether the whole message asks for the order there is: "¿mi pedido?"."""
    return bool(_MY_ORDER.fullmatch(plain(text)))


def waits(text: str) -> bool:
    """Tell whether the message asks for a moment and nothing else."""
    return bool(_WAITS.fullmatch(plain(text)))


def goes_on(text: str) -> bool:
    """Tell whether the whole message is that the customer buys: "comprar", "place the order"."""
    return bool(_GOES_ON.fullmatch(plain(text)))


def gets_it(text: str) -> bool:
    """Tell whether the message says how the cart's things are to get to the customer."""
    return "?" not in text and bool(_GETS_IT.search(plain(text)))


def detail_changed(text: str) -> Detail | None:
    """Return which detail of the order is to be otherwise: "quiero cambiar el nombre", "a otra dirección"."""
    said = plain(text)
    if "?" in text or not _OTHERWISE.search(said) or _ORDERED.search(text):
        return None
    return next((detail for detail, words in _DETAILS.items() if words.search(said)), None)


def bare_count(text: str) -> int | None:
    """Return the number where a message is a number and nothing else: "dos", "make it 3", "the quantity to 2"."""
    found = _NUMBER.fullmatch(plain(text))
    return (_NUMBERS.get(found[1]) or int(found[1])) if found else new_quantity(text)


def new_quantity(text: str) -> int | None:
    """Return how many the message says the quantity is to be: "cambia la cantidad a dos"."""
    found = _QUANTITY.fullmatch(plain(text))
    if found is None:
        return None
    return int(found[1]) if found[1].isdigit() else _NUMBERS.get(found[1], 1)


def kept(text: str) -> str:
    """Return what stays where everything else is taken out: "all but the bread bin"; empty where that isn't said."""
    found = _ALL_BUT.search(plain(text))
    return found["kept"] if found else ""


def swapped(text: str) -> tuple[str, str] | None:
    """Return what goes out and what comes in: "cambia la tetera por una roja"."""
    found = _SWAPS.search(plain(text))
    return (found["old"], found["new"]) if found else None


def adds_it(text: str) -> bool:
    """Tell whether the whole message is to put in what was just shown: "añádela", "add it to my basket"."""
    return bool(_IT.fullmatch(plain(text)))


def requests(text: str) -> bool:
    """Tell whether a question asks for things as a buyer does: "can I get two kettles?"."""
    return bool(_REQUESTS.match(plain(text)))


def without_request(text: str) -> str:
    """Return what is asked for: "can I get two kettles?" is "two kettles"."""
    found = _REQUESTS.match(said := plain(text))
    return said[found.start("what") :] if found else text


def bulk(text: str) -> int | None:
    """Return a number of three digits and more that can be a number of pieces, None where there is none."""
    if place_in(text) or phone_in(text) or email_in(text) or not (buys(text) or text.strip()[:1].isdigit()):
        return None
    found = _BULK.search(text)
    return int(re.sub(r"\D", "", found[1])) if found else None


def without_lead_in(text: str) -> str:
    """Return the text without what it begins with and nobody means: "espera, mejor dos" is "mejor dos"."""
    return _LEADS_IN.sub("", text) or text


def head_of_order(text: str) -> str:
    """Return what stands before the address and the person in a whole order; empty where a message is none."""
    found = _DETAIL_BEGINS.search(text)
    told = email_in(text) or phone_in(text) or place_in(text)
    return text[: found.start()] if found and told and ("?" not in text or sent_to(text)) else ""


_DETAIL_BEGINS: Final = re.compile(
    r"(?<=\w)[\s,.;]+(?:y |and |con |with )?(?:(?:me |nos )?l[oa]s? (?:pued\w+ |pod\w+ )?)?(?:can you |could you )?"
    r"(?:(?:env[ií]\w*|m[aá]nd\w*|entrega\w*|ship\w*|send\w*|deliver\w*|a domicilio|a casa|"
    r"recog\w*|recojo|pick\w*|collect\w*|pickup|soy|me llamo|a nombre de|my name|i'm|pago|pay\w*|calle|avenida)\b)",
    re.IGNORECASE,
)
