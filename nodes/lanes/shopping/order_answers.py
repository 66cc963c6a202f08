"""One question about an order that was shown before, answered by itself: when, where to, by whom, what is paid."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.order_words import day_of, note_words, pickup_words
from nodes.lanes.shopping.placing import payment_words
from state.conversation import Reply
from state.shop import Order

Ask = Literal["courier", "kept", "when", "payment", "total", "address"]

_ASKS: Final[tuple[tuple[Ask, re.Pattern[str]], ...]] = (
    ("courier", re.compile(r"\b(seguimiento|localizador|transportista|mensajeri?[oa]|tracking|courier|carrier)\b")),
    (
        "kept",
        re.compile(
            r"\b(hasta (?:cuando|que dia)|cuanto tiempo (?:me )?(?:lo |la )?guard\w+|(?:until|till) (?:when|what day)|"
            r"how long (?:do|will|can) you (?:keep|hold))\b"
        ),
    ),
    (
        "when",
        re.compile(
            r"\b(cuando|hasta cuando|cuanto (?:tiempo )?(?:tarda|falta)\w*|que dia|when|how (?:long|soon)|until when|"
            r"what (?:day|date|time))\b"
        ),
    ),
    (
        "payment",
        re.compile(
            r"\b((?:como|donde) (?:lo |la |se |te |os |puedo |tengo que |hay que )*pag\w+|"
            r"(?:ya )?(?:esta|lo he|he) pagad\w+|"
            r"(?:he|hemos) (?:hecho|mandado|enviado) (?:la|una|ya la) transferencia|"
            r"(?:made|sent|done) (?:the|a) (?:bank )?transfer|i(?: ve| have)? transferred|"
            r"enlace (?:de|para) pag\w+|how (?:do|can|should) i pay|(?:is it|have i|did i) (?:already )?pa(?:id|y)|"
            r"pay(?:ment)? link)\b"
        ),
    ),
    (
        "total",
        re.compile(
            r"\b(cuanto (?:es|era|fue|son|cuesta|costo|sale|salio|suma|pague|he pagado|ha sido|tengo que pagar|debo)|"
            r"how much (?:is|was|did|does|do i|have i)|what (?:is|was) the total|el total|importe)\b"
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(a (?:que|cual) (?:direccion|calle|sitio)|a ?donde (?:va|lo|llega|me)|donde (?:llega|"
            r"lo (?:mandais|enviais|entregais|recojo|recoger))|(?:what|which) address|"
            r"where (?:is it (?:going|being)|does it go|do i (?:collect|pick)|are you (?:sending|shipping)|"
            r"will it (?:be delivered|go)))\b"
        ),
    ),
)
_FEW: Final = 10


def asked_of(text: str) -> Ask | None:
    """Return what a few words ask of an order, None where they ask for all of it or something else.

    >>> asked_of("¿cuándo llega?"), asked_of("how do I pay?"), asked_of("¿dónde está mi pedido?")
    ('when', 'payment', None)
    """
    folded = " ".join(re.findall(r"\w+", fold(text).replace("'", " ").replace("’", " ")))
    if len(folded.split()) > _FEW:
        return None
    return next((ask for ask, words in _ASKS if words.search(folded)), None)


def answer_of(ask: Ask, order: Order, phrasing: Phrasing) -> Reply:
    """Return the answer to one question about an order, without the rest of it."""
    return _ANSWERS[ask](order, phrasing)


def _when(order: Order, phrasing: Phrasing) -> Reply:
    status = phrasing.say(f"status_{order.status}")
    if order.status in {"delivered", "cancelled", "ready"}:
        said = phrasing.say("order_is_since", order=order.number, status=status, date=day_of(phrasing, _since(order)))
        return Reply(f"{said} {pickup_words(phrasing, order)}".strip() if order.status == "ready" else said)
    if collected := pickup_words(phrasing, order):
        return Reply(f"{phrasing.say('order_is', order=order.number, status=status)} {collected}")
    zone = phrasing.tenant.shop.zone(order.draft.zone) if phrasing.tenant.shop else None
    days = phrasing.local(zone.days) if zone else ""
    if order.status == "shipped":
        left = phrasing.say("order_is_since", order=order.number, status=status, date=day_of(phrasing, _since(order)))
        takes = phrasing.say("order_takes", days=days) if days else ""
        return Reply(" ".join(filter(None, (left, takes, note_words(phrasing, order)))))
    takes = phrasing.say("order_will_take", days=days) if days else ""
    return Reply(f"{phrasing.say('order_is', order=order.number, status=status)} {takes}".strip())


def _since(order: Order) -> int:
    """Return when the order took the status it has (ms since 1970 UTC)."""
    return next((event.at for event in order.history if event.status == order.status), order.draft.at)


def _courier(order: Order, phrasing: Phrasing) -> Reply:
    if note := note_words(phrasing, order):
        return Reply(note)
    if order.draft.address is None:
        return _when(order, phrasing)
    status = phrasing.say(f"status_{order.status}")
    return Reply(phrasing.say("order_no_tracking", order=order.number, status=status))


def _payment(order: Order, phrasing: Phrasing) -> Reply:
    total = phrasing.money(order.payment.amount_minor, order.payment.currency)
    if order.payment.status != "due" or order.status == "cancelled":
        key = {"paid": "order_paid", "refund_due": "order_refund"}.get(order.payment.status, "order_nothing_due")
        return Reply(phrasing.say(key, order=order.number, total=total))
    how, link = payment_words(phrasing, order)
    said = phrasing.say("order_due", order=order.number, total=total)
    return Reply(f"{said} {how}".strip(), link=link)


def _total(order: Order, phrasing: Phrasing) -> Reply:
    total = phrasing.money(order.draft.total_minor, order.draft.currency)
    return Reply(phrasing.say("order_costs", order=order.number, total=total))


def _address(order: Order, phrasing: Phrasing) -> Reply:
    if order.draft.address is None:
        return Reply(pickup_words(phrasing, order) or phrasing.unknown())
    return Reply(phrasing.say("order_goes_to", order=order.number, place=order.draft.address.line))


def _kept(order: Order, phrasing: Phrasing) -> Reply:
    pickup = phrasing.tenant.shop.pickup if phrasing.tenant.shop else None
    if (
        order.draft.address is not None
        or order.status in {"delivered", "cancelled"}
        or not (pickup and pickup.kept_days)
    ):
        return _when(order, phrasing)
    return Reply(f"{_when(order, phrasing).text} {phrasing.say('order_kept', count=pickup.kept_days)}")


_ANSWERS: Final[Mapping[Ask, Callable[[Order, Phrasing], Reply]]] = {
    "kept": _kept,
    "when": _when,
    "courier": _courier,
    "payment": _payment,
    "total": _total,
    "address": _address,
}
