"""A parcel that is said to be delivered and isn't there: what to do about it, after where the order is."""

import re
from dataclasses import replace
from typing import Final

from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.matching import fold
from nodes.lanes.written import written_answer
from prompts.tenant import Answer
from state.conversation import Reply

_PAGE: Final = "late-delivery"
_SAID: Final = re.compile(
    r"\b(?:(?:pone|dice|sale|figura|consta|aparece|marca(?:do)?|dado)\b.{0,25}\b(?:por )?entregad[oa]|"
    r"(?:says?|shows?|marked|listed|claims?|supposedly)\b.{0,25}\bdelivered)\b"
)
_NOT_HERE: Final = re.compile(
    r"\b(?:no|nunca|ni|sin|tampoco|not|never|n ?'?t|nothing|haven ?'?t|hasn ?'?t|didn ?'?t|don ?'?t|isn ?'?t)\b"
)


def with_what_to_do(talk: Talk, reply: Reply) -> Reply:
    """Return what is said of an order with what is done about a parcel that the customer says never came."""
    before = talk.state["turns"][-2:-1] if talk.awaiting in {ASKED_ORDER, ASKED_CONTACT} else []
    said = any(_is_missing(turn.text) for turn in (talk.turn, *before))
    written = written_answer(Answer(page=_PAGE), talk.phrasing) if said and reply.awaiting is None else None
    if written is None:
        return reply
    choices = ticket_choice(talk.phrasing) if talk.ports.cases else talk.phrasing.offer_person()
    return replace(
        reply, text=f"{reply.text}\n\n{written.text}", sources=[*reply.sources, *written.sources], choices=choices
    )


def _is_missing(text: str) -> bool:
    folded = fold(text).replace("’", "'")
    return bool(_SAID.search(folded) and _NOT_HERE.search(folded))
