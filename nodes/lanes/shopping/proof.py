"""Whose a record is: what a customer is asked, and told, where a model named one that isn't known to be theirs.

The steps say the same in `orders.py` and `order_steps.py`; wrong details are counted with theirs.
"""

from typing import Final

from nodes.lanes.phrasing import Phrasing
from nodes.shop.ownership import MISSES, email_in, phone_in
from nodes.tools import ToldInstead, ToolContext
from state.conversation import Reply

NUMBER, PROOF, ADDRESS = "order_number", "order_proof", "order_address"
"""What the conversation awaits: which order, whose it is, where it is to go."""
_CLAIMS: Final = frozenset({"email", "phone"})


def whose(context: ToolContext, ref: str, noted: dict[str, str], *, unknown: str = "order_unknown") -> ToldInstead:
    """Ask whose `ref` is, or say that it isn't theirs by what they gave; `noted` goes into the slots.

    The words are the same whether there is such a record or not.
    """
    phrasing, slots, text = (
        Phrasing(context.ports.tenant, context.turn.locale),
        context.state["slots"],
        context.turn.text,
    )
    tried = bool(email_in(text) or phone_in(text))
    misses = int(slots.get("misses", "0")) + tried
    kept = {key: one for key, one in slots.items() if key not in _CLAIMS} if tried else slots
    over = misses >= MISSES
    key = "order_locked" if over else unknown if tried else "order_whose"
    reply = Reply(phrasing.say(key, order=ref), choices=phrasing.offer_person(), awaiting=None if over else PROOF)
    return ToldInstead(reply, {"slots": {**kept, **noted, "misses": str(misses)}})
