"""Goods of an order that are said to be broken: they can come back, so a return is offered before a ticket."""

import re
from typing import Final

from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.terms import reason_in
from nodes.lanes.matching import fold

_TICKET: Final = re.compile(
    r"\b(?:tickets?|tiket|tique|incidencias?|casos?|cases?|reclam\w*|quejas?|parte|issues?|compl\w*|report\w*|"
    r"abr(?:e|ir|id|eme|idme)|open|log|raise|file)\b"
)
_BROKEN: Final = frozenset({"damaged", "faulty"})


def is_broken(talk: Talk) -> bool:
    """Tell whether a turn taken for a ticket says only that something of an order is broken, and wishes no ticket."""
    if talk.action != "open_ticket" or talk.tapped or talk.awaiting is not None:
        return False
    told = order_in(talk.text) is not None and reason_in(talk.text) in _BROKEN
    return told and _TICKET.search(fold(talk.text)) is None
