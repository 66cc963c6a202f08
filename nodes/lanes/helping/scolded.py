"""A customer who scolds in the middle of buying: calmed down, with what was asked still open."""

from typing import Final

from nodes.lanes.helping.mood import has_had_enough
from nodes.lanes.helping.talk import Talk
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.form_questions import STEPS
from nodes.shop.ownership import email_in
from state.conversation import Reply

_BUYING: Final = STEPS | {CART}


def scolds(text: str, awaiting: str | None) -> bool:
    """Tell whether a text answers nothing that buying asked for and says only that somebody has had enough."""
    return awaiting in _BUYING and has_had_enough(text) and not any(map(str.isdigit, text)) and not email_in(text)


async def calmed_down(talk: Talk) -> Reply | None:
    """Return a calm line, a way to a person and the question again, None where nobody scolds in a checkout."""
    if not scolds(talk.text, talk.awaiting) or talk.state["intent"] == "talk_to_person":
        return None
    asked = talk.state["turns"][-2].reply if len(talk.state["turns"]) > 1 else ""
    question = (asked or "").strip().rsplit("\n\n", 1)[-1]
    text = "\n\n".join(filter(None, [talk.says("calm"), question]))
    return Reply(text, choices=talk.phrasing.offer_person(), awaiting=talk.awaiting)
