"""A buyer's name, read out of an answer to "who is it for?"; anything that wants something is none."""

import re
from typing import Final

from nodes.lanes.matching import fold
from nodes.shop.ownership import email_in, phone_in

_INTRODUCED: Final = re.compile(
    r"\b(?:soy|me llamo|mi nombre es|a nombre de|my name is|my name's|the name is|i'm|i am|in the name of)\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)
_CALLED: Final = re.compile(
    r"\b(?:me llamo|mi nombre es|me llaman|my name is|my name's|the name is|(?P<rather>soy|i'm|i am))\s+"
    r"(?P<name>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,4})",
    re.IGNORECASE,
)
_CALL_ME: Final = re.compile(
    r"^\W*(?:(?:hola|hello|hi|buenas)\W+)?(?i:ll[aá]ma(?:me|dme)|call me)\s+"
    r"(?P<name>[A-ZÁÉÍÓÚÑ][\w'’-]+(?:\s+[A-ZÁÉÍÓÚÑ][\w'’-]+){0,3})\W*$"
)
"""A name to be called by, with its capital: "llámame Pedro"; not "llámame mañana"."""
_NAME_GOES_ON: Final = re.compile(
    r"\s+(?:y|e|and|pero|but|que|from|with|con|calling|here|aqu[ií])\b.*", re.IGNORECASE | re.DOTALL
)
_LABELS: Final = re.compile(
    r"\b(ll[aá]mad?me (?:al?|en el)|(?:call|ring|phone) me (?:on|at)|"
    r"soy|me llamo|mi nombre( es)?|a nombre de|nombre|mi (correo|email|mail|telefono|teléfono|móvil|movil|numero|"
    r"número)( es)?|correo|e-?mail|mail|teléfono|telefono|tel|móvil|movil|es|my name is|i'm|i am|name|my|phone|number|"
    r"is|it's|under|the|el|vale|ok|sí|si|yes|hola|hi|claro|sure|para|for|por favor|please)\b",
    re.IGNORECASE,
)
_KIN: Final = re.compile(
    r"\b(?:mi|su|my|his|her|our)\s+(?:herman[oa]|madre|mam[aá]|padre|pap[aá]|abuel[oa]|amig[oa]|novi[oa]|mujer|marido|espos[oa]|"
    r"pareja|hij[oa]|suegr[oa]|prim[oa]|vecin[oa]|jef[ea]|cuñad[oa]|mum|mom|mother|dad|father|brother|sister|friend|"
    r"girlfriend|boyfriend|wife|husband|partner|son|daughter|neighbou?r|boss|aunt|uncle|cousin)\b,?",
    re.IGNORECASE,
)
"""Whom a name belongs to: "mi hermano Luis Gil"."""
_ENDS: Final = re.compile(r"[,;:\n(]|\.\s|\s(?:y|and|con|with)\s+(?:mi|my|el|the|su)\b|\s-\s", re.IGNORECASE)
_JOINING: Final = re.compile(r"^\W*(?:(?:y|and|con|with)\b\W*)+|\W*\b(?:y|and|con|with)\W*$", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,4}")
_LONGEST_NAME: Final = 60
_LONGEST_ANSWER: Final = 500
"""Characters within which a name is looked for: nobody needs more, and more would take long."""
_REQUESTS: Final = frozenset(
    "quiero quisiera querria quieres necesito hablar alguien persona humano agente devolver devolucion cambiar cambia "
    "cambio producto productos pedido pedidos ver cesta carrito no nada ya lo los las cancela cancelar anula anular "
    "quita quitar anade anadir pon poner ponme espera esperad momento gracias tramitar finalizar confirmar confirma "
    "pagar pago comprar compra tarjeta efectivo transferencia bizum recoger recojo recogerlo tienda domicilio casa "
    "envio enviar enviamelo mandamelo calle avenida plaza direccion que como cuando cuanto cuesta donde porque cual "
    "por mejor otro otra otros esto eso ese esa este tengo tienes teneis hay puedo puedes se me te le nos mi tu su "
    "antes luego despues ahora olvida olvidalo dejalo volver atras ayuda duda pregunta aqui ninguno nadie adelante "
    "seguir elegir mas menos correo telefono nombre horario abierto garantia factura llego roto rota falta "
    "i'm im looking want need would like speak talk someone somebody person human agent return refund change product "
    "order orders see show basket cart not don't dont cancel remove add put wait moment thanks thank checkout confirm "
    "pay payment card cash transfer buy collect pickup pick delivery deliver ship send home street address what how "
    "when where why which who another other this that it have has can could will do does is are you your me we us of "
    "back help question here nobody none go continue more less email phone name open hours warranty invoice broken "
    "hello later before after a an un una unos unas".split()
)
_PARTICLES: Final = frozenset("de del la el los las of".split())


def introduces(text: str) -> bool:
    """Tell whether the words say by themselves that a name follows: "soy Ana", "in the name of Ana"."""
    return bool(_introduced(text))


def without_introduction(text: str) -> str | None:
    """Return what a message says besides its writer's name, empty where that is all; None where it gives no name.

    >>> without_introduction("soy Ana Gil y quiero una olla"), without_introduction("me llamo Ana"), introduces("olla")
    ('quiero una olla', '', False)
    """
    found = _CALLED.search(text[:_LONGEST_ANSWER]) or _CALL_ME.search(text[:_LONGEST_ANSWER])
    if found is None or "?" in text[: found.end()]:
        return None
    name = _NAME_GOES_ON.sub("", found["name"])
    if not _bare_name(name):
        return None
    begins = found.start("name") + len(name)
    rest = f"{text[: found.start()]} {text[begins:]}"
    return " ".join(_JOINING.sub("", rest.strip(" ,.;:!")).strip(" ,.;:!").split())


def surely_named(text: str) -> bool:
    """Tell whether what introduces a name can introduce nothing else, or the name has its capitals.

    >>> surely_named("me llamo ana"), surely_named("soy Ana"), surely_named("soy alérgica")
    (True, True, False)
    """
    found = _CALLED.search(text[:_LONGEST_ANSWER])
    if found is None:
        return calls_by_name(text)
    name = _NAME_GOES_ON.sub("", found["name"])
    return found["rather"] is None or all(word[0].isupper() or word in _PARTICLES for word in name.split())


def calls_by_name(text: str) -> bool:
    """Tell whether a message says how its writer wants to be called, rather than asks for a call.

    >>> calls_by_name("llámame Pedro"), calls_by_name("llámame mañana"), calls_by_name("Call me Ana")
    (True, False, True)
    """
    return _CALL_ME.search(text) is not None


def name_in(text: str) -> str:
    """Return the name in an answer to "who is it for?"; empty where the words are none: a request, an address.

    >>> name_in("soy Luis Gil y mi teléfono es 600 111 222"), name_in("quiero devolver otro producto")
    ('Luis Gil', '')
    """
    if "?" in text or "¿" in text:
        return ""
    text = _KIN.sub(" ", text[:_LONGEST_ANSWER])
    bare = text.replace(phone_in(text) or "\0", " ")
    bare = re.sub(r"\S+@\S+", " ", bare) if email_in(text) else bare
    if _INTRODUCED.search(bare):
        return _introduced(bare)
    if any(word in _REQUESTS for word in _words(_LABELS.sub(" ", bare))):
        return ""
    return _bare_name(_JOINING.sub("", _LABELS.sub(" ", bare).strip(" ,.;:")))


def _introduced(text: str) -> str:
    """Return the name behind "me llamo"; where more follows it, only a name that is surely one: "soy Ana y pago ya"."""
    found = _INTRODUCED.search(text)
    if found is None:
        return ""
    before = _NAME_GOES_ON.sub("", found[1])
    return _bare_name(found[1]) or (_bare_name(before) if surely_named(text) else "")


def _bare_name(text: str) -> str:
    first = _ENDS.split(text.strip(" ,.;:"), maxsplit=1)[0].strip(" ,.;:!")
    said = _words(first)
    if not said or said[0] in _PARTICLES or any(word in _REQUESTS for word in said):
        return ""
    found = _NAME.fullmatch(" ".join(first.split()))
    return found[0][:_LONGEST_NAME] if found and len(found[0]) > 1 else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", fold(text))
