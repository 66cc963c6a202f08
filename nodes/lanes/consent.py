"""The customer's yes or no to what was proposed."""

import re
from hashlib import blake2s
from typing import Final, Literal
from unicodedata import category

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from state.conversation import Choice, Conversation, Proposal, Reply
from state.turn import ReactionPart, ReplyPart

CONFIRMATION: Final = "confirmation"
"""What the conversation awaits after the question."""
YES, NO = "confirm", "decline"
"""What the ids of the two choices begin with; the proposal's digest follows."""

CHANGING: Final = "buy_change"
"""What the conversation awaits after a no to an order: what is to be otherwise."""

PLACES: Final = "place_order"
"""The tool whose yes may also be said in the words of an order."""

Consent = Literal["yes", "no"]

_YES: Final = (
    "si, si por favor, si gracias, si claro, si confirmo, si adelante, si hazlo, vale, vale si, ok, okay, okey, claro, "
    "claro que si, por supuesto, confirmo, lo confirmo, confirmado, confirmar, adelante, de acuerdo, correcto, exacto, "
    "hazlo, perfecto, dale, sip, si eso es, eso es, si quiero, si correcto, si perfecto, si vale, si dale, "
    "yes, yes please, yep, yeah, yup, sure, ok yes, yes ok, confirm, confirmed, i confirm, yes i confirm, go ahead, "
    "yes go ahead, do it, yes do it, please do, correct, yes correct, thats right, yes thats right, right, of course, "
    "absolutely, sounds good, perfect, yes confirm, fine, y, s"
)
_SURELY: Final = (
    r"s+i+p?|claro(?: que si)?|por supuesto|obvi(?:o|amente)|vale|ok(?:ay|ey|i)?|dale|va|venga|de una|perfecto|"
    r"adelante|de acuerdo|correcto|exacto|hazlo|(?:lo )?confirm(?:o|ado)|eso es|ye+s|ye+p|yeah|yup|sure|go ahead|"
    r"go for it|do it|please do|i confirm|confirm(?:ed)?|of course|absolutely|definitely|perfect|thats right"
)
_COURTESY: Final = r"por ?fa(?:vor)?|porfi[as]*|porfa(?:s|vorcito)|please|pl[sz]"
_AGREES: Final = re.compile(rf"(?:{_SURELY}|{_COURTESY})(?: (?:{_SURELY}|{_COURTESY}))*")
"""A yes in one word or several: "sí porfa", "yes pls", "dale, obvio"; who says please wants it."""
_NO: Final = (
    "no, no gracias, nop, mejor no, ahora no, todavia no, aun no, no lo hagas, dejalo, no quiero, cancela, cancelar, "
    "no todavia no, no aun no, de momento no, por ahora no, para, espera, no espera, no confirmo, olvidalo, "
    "nope, no thanks, no thank you, not now, not yet, no not yet, no not now, dont, do not, "
    "stop, cancel, wait, no wait, forget it, leave it, n, nah, dont do it, no dont"
)
_ORDERS: Final = frozenset(
    "confirma el pedido, confirmar el pedido, confirmo el pedido, confirma, confirmalo, haz el pedido, "
    "hazme el pedido, tramita el pedido, tramitalo, comprar, quiero comprarlo, confirm the order, confirm my order, "
    "confirm it, place the order, place my order, place it, order it, buy it".split(", ")
)
"""What says yes to an order and would mean something else after "shall I cancel it?"."""
_YES_MARKS: Final = frozenset("👍👌✅🆗✔☑")
_NO_MARKS: Final = frozenset("👎❌🚫✖⛔")
_SAID: Final[dict[str, Consent]] = {
    **dict.fromkeys(_YES.split(", "), "yes"),
    **dict.fromkeys(_NO.split(", "), "no"),
}


def consent(text: str) -> Consent | None:
    """Return what a whole message says; None for anything that says more than yes or no.

    >>> consent("Sí, por favor."), consent("Sí, pero cambia la dirección"), consent("👎🏽")
    ('yes', None, 'no')
    """
    marked, words = _marked(text), _bare(text)
    if marked is not None and not words:
        return marked if _only_marks(text) else None
    whole = _said(words)
    if marked is not None and whole is not None and whole != marked:
        return None
    if whole or "," not in text:
        return whole
    said = [_said(_bare(piece)) for piece in text.split(",")]
    return "yes" if all(one == "yes" for one in said) else None


def orders(text: str) -> bool:
    """Tell whether a whole message says to place the order that was shown: "perfecto, confirma el pedido"."""
    pieces = [_bare(piece) for piece in text.split(",")]
    return any(piece in _ORDERS for piece in pieces) and all(
        piece in _ORDERS or _said(piece) == "yes" for piece in pieces
    )


def _said(words: str) -> Consent | None:
    return _SAID.get(words) or ("yes" if _AGREES.fullmatch(words) else None)


def _marked(text: str) -> Consent | None:
    """Return what the signs in a text say; None where there are none, or both."""
    yes, no = (any(mark in marks for mark in text) for marks in (_YES_MARKS, _NO_MARKS))
    return None if yes == no else "yes" if yes else "no"


def _only_marks(text: str) -> bool:
    """Tell whether a text without words is nothing but such signs, of whatever skin colour."""
    signs = [sign for sign in text if not sign.isspace() and category(sign)[0] not in "MP" and category(sign) != "Sk"]
    return all(sign in _YES_MARKS | _NO_MARKS for sign in signs)


def _bare(text: str) -> str:
    kept = "".join(character for character in fold(text) if character.isalnum() or character.isspace())
    return " ".join(kept.split())


def answer_to(proposal: Proposal, state: Conversation) -> Consent | None:
    """Return what this turn says to `proposal`: a tap on its buttons, a sign put on the question, words right after."""
    turn = state["turns"][-1]
    taps = [part.id.split(":") for part in turn.parts if isinstance(part, ReplyPart)]
    for tap in taps:
        if len(tap) == len((YES, "lane", "digest")) and tap[0] in {YES, NO} and tap[2] == digest(proposal):
            return "yes" if tap[0] == YES else "no"
    if state["awaiting"] != CONFIRMATION or taps:
        return None
    asked = state["turns"][-2].id if len(state["turns"]) > 1 else None
    for part in turn.parts:
        if isinstance(part, ReactionPart):
            return consent(part.emoji) if part.turn is not None and part.turn == asked else None
    return "yes" if proposal.tool == PLACES and orders(turn.text) else consent(turn.text)


def question(proposal: Proposal, phrasing: Phrasing) -> Reply:
    """Return the question with its two buttons, which are good for this proposal only."""
    ids = [f"{kind}:{proposal.lane}:{digest(proposal)}" for kind in (YES, NO)]
    titles = [phrasing.say("choice_confirm"), phrasing.say("choice_decline")]
    choices = [Choice(one, title) for one, title in zip(ids, titles, strict=True)]
    return Reply(proposal.words, choices=choices, awaiting=CONFIRMATION)


def digest(proposal: Proposal) -> str:
    """Return 16 hexadecimal digits that stand for exactly what was asked (BLAKE2s)."""
    asked = "\0".join((proposal.lane, proposal.tool, proposal.args, proposal.words))
    return blake2s(asked.encode("utf-8", "replace"), digest_size=8).hexdigest()
