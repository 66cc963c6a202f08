"""Messages that are the names of products and nothing else: "2 sartenes de 28 y una tetera azul", "tetra azul"."""

import re
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import words
from nodes.lanes.shopping import corrections, reading
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.finding import LISTED
from nodes.lanes.shopping.form_questions import ADDRESS, BUYER
from nodes.lanes.shopping.limits import price_limits
from nodes.lanes.shopping.products import without_person
from nodes.routers.evidence import Evidence
from nodes.routers.on_basket import WANTED, throws_all_away, wanted_of
from prompts.tenant import Tenant
from state.decision import Stage

_LEAST: Final = 0.1
"""Probability of the intents about a basket below which their words mean something else: "take me off your list"."""
_LEAST_AFTER_IT: Final = 0.01
"""The same right after a reply about it."""
_OF_THE_BASKET: Final = 0.92
"""Share right of the examples, scored as if they weren't, that say what is wanted of a basket."""

_LOOKS: Final = re.compile(
    r"^\W*(?:busco|buscaba|estoy buscando|ando buscando|necesito|quer[ií]a|quiero|ten[eé]is|tienen|hay|"
    r"(?:i'?m )?looking for|i need|i want|i'?d like|do you (?:have|sell)|have you got)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_ADDS: Final = re.compile(
    r"^\W*(?:(?:y|and|also|tambi[eé]n)\s+)?"
    r"(?:a[ñn]ad[eai]\w*|agr[eé]g\w*|pon(?:me|ed|ga)?|m[eé]te(?:me)?|s[uú]ma(?:me)?|add|put in)\s+(?P<what>.+?)"
    r"(?:,?\s+(?:too|as well|please|tambi[eé]n|por favor|a la cesta|al carrito|to (?:my|the) (?:basket|cart)))*\W*$",
    re.IGNORECASE,
)

_ARTICLE: Final = re.compile(r"^\W*(?:hola\W+|hi\W+|hello\W+|buenas\W+)?(?:un|una|a|an)\s", re.IGNORECASE)
_BESIDE_A_BASKET: Final = frozenset({None, CART, LISTED, "product"})
_FEW: Final = 10
_ANSWERED_IN_WORDS: Final = frozenset({BUYER, ADDRESS})


def shopping_list(evidence: Evidence) -> Stage | None:
    """Return that something is bought, where every part names a product and one says how many."""
    text = evidence.turn.text
    parts = [part for part in reading.wanted(text) if part.text]
    if evidence.tenant.shop is None or reading.asks(text) or "?" in text or not parts:
        return None
    if not any(part.quantity for part in parts) or not all(_is_product(evidence.tenant, part.text) for part in parts):
        return None
    if _only_names(evidence, parts):
        intent = evidence.tenant.doing("product_search")
        return Stage("rules", True, "it is a product's name", "commerce", intent.name if intent else None, 0.95)
    intent = evidence.tenant.doing("buy")
    reason = "every part of the message names a product, and how many"
    return Stage("rules", True, reason, "commerce", intent.name if intent else None, 0.95)


def _only_names(evidence: Evidence, parts: list[reading.Wanted]) -> bool:
    """Tell whether a first message is a product's name with its article, which says nothing of buying: "una tetera"."""
    last, said = evidence.last_intent, evidence.turn.text
    asked = evidence.request.cart_open or (last is not None and last.answer.action == "buy")
    return not asked and len(parts) == 1 and bool(_ARTICLE.match(said)) and not reading.buys(said)


def put_in(evidence: Evidence) -> Stage | None:
    """Return that something is put into the basket: "add a paella pan too", "can I get two red kettles"."""
    text = evidence.turn.text
    found, asked = _ADDS.match(text), corrections.requests(text)
    if evidence.tenant.shop is None or not (found or asked):
        return None
    parts = [
        part for part in reading.wanted(found["what"] if found else corrections.without_request(text)) if part.text
    ]
    if not parts or not all(_is_product(evidence.tenant, part.text) for part in parts):
        return None
    if not found and not any(part.quantity for part in parts):
        return None
    intent = evidence.tenant.doing("cart_change" if evidence.request.cart_open else "buy")
    return Stage("rules", True, "it adds a product", "commerce", intent.name if intent else None, 0.95)


def basket(evidence: Evidence) -> Stage | None:
    """Return what is wanted of the open basket, by words that name it or follow a reply about it."""
    text, tenant, last = evidence.turn.text, evidence.tenant, evidence.last_intent
    if tenant.shop is None or not evidence.request.cart_open or evidence.request.awaiting not in _BESIDE_A_BASKET:
        return None
    spoken_of = last is not None and last.answer.action in WANTED
    wanted = wanted_of(text, named=bool(Knowledge.of(tenant).named(text)), spoken_of=spoken_of)
    intents = {action: intent.name for action in WANTED if (intent := tenant.doing(action))}
    inside = 1.0 - evidence.alone.out_of_scope
    share = sum(evidence.alone.intents.get(name, 0.0) for name in intents.values()) * inside
    if wanted is None or wanted not in intents or share < (_LEAST_AFTER_IT if spoken_of else _LEAST):
        return None
    reason = "the basket was spoken of, and this is about it" if spoken_of else "it says what is wanted of the basket"
    return Stage("rules", True, reason, "commerce", intents[wanted], _OF_THE_BASKET)


def nothing_to_empty(evidence: Evidence) -> Stage | None:
    """Return that the basket is asked about, where all is to be thrown away and there is nothing in it."""
    shows, last = evidence.tenant.doing("cart_show"), evidence.last_intent
    helping = evidence.request.awaiting is not None or (last is not None and last.lane == "support")
    if shows is None or evidence.request.cart_open or helping or not throws_all_away(evidence.turn.text):
        return None
    return Stage("rules", True, "it throws away what isn't there", "commerce", shows.name, _OF_THE_BASKET)


def looked_for(evidence: Evidence) -> Stage | None:
    """Return that a product is looked for, where its size leads the examples astray: "busco una sartén de 28"."""
    found = _LOOKS.match(evidence.turn.text)
    if found is None or not any(character.isdigit() for character in evidence.turn.text):
        return None
    intent = evidence.tenant.intent(next(iter(evidence.scores.intents)))
    about_products = intent is not None and (intent.answer.action or "").startswith("product_")
    limits = price_limits(found["what"])
    if about_products or not _is_product(evidence.tenant, limits.text if limits else found["what"]):
        return None
    searched = evidence.tenant.doing("product_search")
    return Stage("rules", True, "it looks for a product", "commerce", searched.name if searched else None, 0.9)


def in_another_language(evidence: Evidence) -> Stage | None:
    """Return that a product is looked for by a word of a language that the shop doesn't speak: "avete teiere?"."""
    text, tenant = evidence.turn.text, evidence.tenant
    if evidence.request.awaiting in _ANSWERED_IN_WORDS or len(text.split()) > _FEW:
        return None
    if not Knowledge.of(tenant).abroad.intersection(words(text)):
        return None
    intent = tenant.doing("product_search")
    return Stage("rules", True, "it names a product abroad", "commerce", intent.name if intent else None, 0.9)


def names_a_product(evidence: Evidence) -> Stage:
    """Return that a product is looked for, where all that the text says is its name.

    Asked when the examples leave it open: a name alone is like none of them.
    """
    if not _is_product(evidence.tenant, evidence.turn.text):
        return Stage("rules", fired=False, reason="it isn't a product's name either")
    intent = evidence.tenant.doing("product_search")
    return Stage("rules", True, "it is a product's name", "commerce", intent.name if intent else None, 0.9)


def _is_product(tenant: Tenant, text: str) -> bool:
    """Tell whether each word of `text` that says something is a word of one product."""
    text = without_person(text)
    said = set(words(text))
    named = Knowledge.of(tenant).named(text) if said else []
    return bool(named) and named[0].shared >= said
