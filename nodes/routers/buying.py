"""What is said to an open cart or checkout, by what is awaited: short words that other lanes might take for theirs."""

from typing import Final

from nodes.lanes.consent import CHANGING, CONFIRMATION, consent, orders
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.shopping import corrections, reading
from nodes.lanes.shopping.amending import takes_it
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.corrections import EMPTYING
from nodes.lanes.shopping.details import names_means, pays, place_in, says_how_paid, sent_to, tells_details
from nodes.lanes.shopping.finding import LISTED
from nodes.lanes.shopping.form_questions import ADDRESS, STEPS, WAY
from nodes.lanes.shopping.gifts import without_wrapping, wraps
from nodes.lanes.shopping.hesitating import hesitation
from nodes.lanes.shopping.naming import introduces
from nodes.lanes.shopping.telling import only_a_name
from nodes.routers.evidence import Evidence
from nodes.shop.ownership import email_in
from state.decision import Lane, Stage

_CONFIDENCE: Final = 0.98
_FEW: Final = 8
_OPEN: Final = frozenset({CART, EMPTYING, CHANGING, CONFIRMATION, *STEPS})

_OFFERING: Final = frozenset({"product_search", "product_price", "product_availability", "product_recommend"})
"""What intents do whose reply about one product has the button that puts it in."""
_FILLING: Final = frozenset({CONFIRMATION, *STEPS})


def bought(evidence: Evidence) -> Stage | None:
    """Return the commerce lane for what changes, calls off or goes on with what is being bought."""
    text, tenant = evidence.turn.text, evidence.tenant
    if tenant.shop is None or not text:
        return None
    awaiting = evidence.request.awaiting
    selling = (
        evidence.request.cart_open
        and awaiting in _OPEN
        and (awaiting != CONFIRMATION or evidence.request.current_lane == "commerce")
    )
    if not selling or awaiting is None:
        return _unasked(evidence)
    if awaiting in STEPS and corrections.order_only(text):
        return _fired("it names an order", evidence, "order_status")
    if _changes(text, awaiting):
        return _fired("the cart is changed", evidence, "cart_change")
    if _settles(text, awaiting):
        return _fired(f"{awaiting} was asked for, and this is about the order", evidence, "checkout")
    return _begins(evidence)


def _unasked(evidence: Evidence) -> Stage | None:
    """Return the commerce lane for what is said where the cart asked for nothing, or there is none yet."""
    text, request = evidence.turn.text, evidence.request
    if not request.cart_open or request.awaiting == LISTED:
        return _while_choosing(evidence) or (None if request.cart_open else _begins(evidence))
    if request.awaiting is not None:
        return None
    if corrections.cancels(text) and request.current_lane not in {"support", "handoff"}:
        return _fired("what is being bought is called off", evidence, "checkout")
    return _begins(evidence)


def tells(evidence: Evidence, clause: str) -> bool:
    """Tell whether a clause says how what is being bought gets there, or is paid, and so asks for nothing beside."""
    if evidence.request.awaiting not in {*_OPEN, LISTED} or "?" in clause or reading.asks(clause):
        return False
    if corrections.goes_on(clause) or reading.finishes(clause):
        return True
    return corrections.gets_it(clause) or place_in(clause) is not None or says_how_paid(clause)


def _while_choosing(evidence: Evidence) -> Stage | None:
    """Return the commerce lane for details of the order, told while one of several products is to be chosen."""
    text, last = evidence.turn.text, evidence.last_intent
    buys = last is not None and last.answer.action in {"buy", "cart_change", "checkout"}
    if evidence.request.awaiting != LISTED or not buys or reading.asks(text):
        return None
    told = corrections.gets_it(text) or tells_details(text) or says_how_paid(text)
    return _fired("it tells of the order while a product is chosen", evidence, "checkout") if told else None


def _settles(text: str, awaiting: str) -> bool:
    beside = corrections.cancels(text) or corrections.waits(text) or hesitation(text, awaiting)
    if beside or (awaiting in _FILLING and (corrections.asks_how_long(text) or corrections.asks_for_order(text))):
        return True
    if awaiting == EMPTYING:
        return consent(text) is not None
    if awaiting == CART:
        return (
            corrections.goes_on(text) or consent(text) == "no" or (corrections.gets_it(text) and not reading.asks(text))
        ) or (sent_to(text) is not None or tells_details(text))
    if awaiting == CONFIRMATION and orders(text):
        return True
    right = awaiting == ADDRESS and corrections.is_right(text)
    if right or consent(text) is not None or corrections.detail_changed(text) is not None:
        return True
    return _corrected(text, awaiting)


def _corrected(text: str, awaiting: str) -> bool:
    if "?" in text or reading.asks(text):
        return False
    paid = (
        says_how_paid(text)
        or names_means(text)
        or only_a_name(text)
        or (awaiting in {WAY, CHANGING, CONFIRMATION} and pays(text))
    )
    return paid or place_in(text) is not None or corrections.gets_it(text) or bool(email_in(text)) or introduces(text)


def _changes(text: str, awaiting: str) -> bool:
    said = corrections.without_lead_in(text)
    if corrections.kept(said) or reading.empties(said) or corrections.new_quantity(said) is not None:
        return True
    if awaiting in {CART, CHANGING, CONFIRMATION} and corrections.bare_count(said) is not None:
        return True
    return (
        awaiting in {CHANGING, CONFIRMATION}
        and reading.changes(said)
        and reading.counts(said)
        and not (email_in(text) or place_in(text))
    )


def _begins(evidence: Evidence) -> Stage | None:
    """Return the commerce lane for a whole order in one message, for hundreds of a product, and for "add it"."""
    text, awaiting = evidence.turn.text, evidence.request.awaiting
    if awaiting is not None and awaiting not in _OPEN and not awaiting.startswith(("product", "listed", "choice")):
        return None
    known = Knowledge.of(evidence.tenant)
    head = corrections.head_of_order(text)
    if head and (reading.buys(head) or reading.counts(head) or sent_to(text)) and known.named(head):
        return _fired("it is a whole order", evidence, "buy")
    many = corrections.bulk(text)
    if many is not None and evidence.tenant.shop and many > evidence.tenant.shop.most_of_one and known.named(text):
        return _fired(f"it asks for {many} pieces", evidence, "buy")
    so_many = awaiting is None and corrections.bare_count(text) is not None and _shown(evidence)
    agrees = awaiting is None and takes_it(text) and _shows_one(evidence)
    if so_many or agrees or (corrections.adds_it(text) and evidence.request.current_lane == "commerce"):
        return _fired("what was shown is to be put in", evidence, "buy")
    swaps = evidence.request.cart_open and corrections.swapped(text)
    if swaps and awaiting in _OPEN and all(known.named(part) for part in swaps):
        return _fired("one product is to be another", evidence, "cart_change")
    return _wrapped(evidence, known) or _rather(evidence, known)


def _delivers(evidence: Evidence, known: Knowledge) -> bool:
    """Tell whether the message says where the cart is to go, though something else was answered in between."""
    text = evidence.turn.text
    if not evidence.request.cart_open or evidence.request.current_lane in {"support", "handoff"}:
        return False
    if sent_to(text) is not None:
        return True
    alone = evidence.request.awaiting is None and len(text.split()) <= _FEW and not known.named(text)
    return alone and corrections.gets_it(text) and not reading.asks(text)


def _shown(evidence: Evidence) -> bool:
    """Tell whether the last reply was about products."""
    last = evidence.last_intent
    product = last is not None and (last.answer.action or "").startswith("product_")
    return product and evidence.request.current_lane == "commerce"


def _shows_one(evidence: Evidence) -> bool:
    """Tell whether the last reply was about products and offered the basket; one that asks something offers that."""
    last, turns = evidence.last_intent, evidence.request.turns
    offers = last is not None and last.answer.action in _OFFERING
    return offers and _shown(evidence) and len(turns) > 1 and "?" not in (turns[-2].reply or "?")


def _wrapped(evidence: Evidence, known: Knowledge) -> Stage | None:
    """Return what is said of gift wrapping for who buys something and wants it wrapped."""
    text = evidence.turn.text
    page = next((one for one in evidence.tenant.intents if one.answer.page == "gift-wrapping"), None)
    if page is None or "?" in text or not wraps(text):
        return None
    bare = without_wrapping(text)
    if not reading.buys(bare) or not known.named(bare):
        return None
    if max(evidence.lanes, key=evidence.lanes.__getitem__) == "commerce":
        return None
    return Stage("rules", True, "something is bought, to be wrapped", page.lane, page.name, _CONFIDENCE)


def _rather(evidence: Evidence, known: Knowledge) -> Stage | None:
    if _delivers(evidence, known):
        return _fired("it says how what is in the cart gets there", evidence, "checkout")
    text, awaiting = corrections.without_lead_in(evidence.turn.text), evidence.request.awaiting
    rather = awaiting in {CART, CHANGING, CONFIRMATION} and reading.changes(text) and "?" not in text
    if not rather or not known.named(text) or evidence.request.current_lane != "commerce":
        return None
    return _fired("rather another product", evidence, "cart_change")


def _fired(reason: str, evidence: Evidence, action: str) -> Stage:
    intent = evidence.tenant.doing(action)
    lane: Lane = intent.lane if intent else "commerce"
    return Stage("rules", True, reason, lane, intent.name if intent else None, _CONFIDENCE)
