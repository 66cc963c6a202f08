"""The customer's yes or no to what was proposed."""

from hashlib import blake2s
from typing import Final, Literal

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from state.conversation import Choice, Conversation, Proposal, Reply
from state.turn import ReplyPart

CONFIRMATION: Final = "confirmation"
"""What the conversation awaits after the question."""
YES, NO = "confirm", "decline"
"""What the ids of the two choices begin with; the proposal's digest follows."""

Consent = Literal["yes", "no"]

_YES: Final = (
    "si, si por favor, si gracias, si claro, si confirmo, si adelante, si hazlo, vale, vale si, ok, okay, okey, claro, "
    "claro que si, por supuesto, confirmo, lo confirmo, confirmado, confirmar, adelante, de acuerdo, correcto, exacto, "
    "hazlo, perfecto, dale, sip, si eso es, eso es, si quiero, si correcto, si perfecto, si vale, si dale, "
    "yes, yes please, yep, yeah, yup, sure, ok yes, yes ok, confirm, confirmed, i confirm, yes i confirm, go ahead, "
    "yes go ahead, do it, yes do it, please do, correct, yes correct, thats right, yes thats right, right, of course, "
    "absolutely, sounds good, perfect, yes confirm, fine, y, s"
)
_NO: Final = (
    "no, no gracias, nop, mejor no, ahora no, todavia no, aun no, no lo hagas, dejalo, no quiero, cancela, cancelar, "
    "no todavia no, no aun no, de momento no, por ahora no, para, espera, no espera, no confirmo, olvidalo, "
    "nope, no thanks, no thank you, not now, not yet, no not yet, no not now, dont, do not, "
    "stop, cancel, wait, no wait, forget it, leave it, n, nah, dont do it, no dont"
)
_SAID: Final[dict[str, Consent]] = {
    **dict.fromkeys(_YES.split(", "), "yes"),
    **dict.fromkeys(_NO.split(", "), "no"),
}


def consent(text: str) -> Consent | None:
    """Return what a whole message says; None for anything that says more than yes or no.

    >>> consent("Sí, por favor."), consent("Sí, pero cambia la dirección")
    ('yes', None)
    """
    bare = "".join(character for character in fold(text) if character.isalnum() or character.isspace())
    return _SAID.get(" ".join(bare.split()))


def answer_to(proposal: Proposal, state: Conversation) -> Consent | None:
    """Return what this turn says to `proposal`: a tap on its own buttons, or words right after the question."""
    turn = state["turns"][-1]
    taps = [part.id.split(":") for part in turn.parts if isinstance(part, ReplyPart)]
    for tap in taps:
        if len(tap) == len((YES, "lane", "digest")) and tap[0] in {YES, NO} and tap[2] == digest(proposal):
            return "yes" if tap[0] == YES else "no"
    return consent(turn.text) if state["awaiting"] == CONFIRMATION and not taps else None


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
