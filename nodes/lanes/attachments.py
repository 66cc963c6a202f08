"""Messages without words: what can honestly be said to a photo, a voice note, a place."""

import re
from typing import Final

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.wishes import wish_in
from state.conversation import Reply, Source
from state.turn import (
    ContactsPart,
    FlowReplyPart,
    LocationPart,
    MediaPart,
    OrderLine,
    OrderPart,
    Part,
    ReactionPart,
    SystemPart,
    Turn,
    UnsupportedPart,
)

_THUMB: Final = "👍"
_ASKS: Final = re.compile(r"[?¿!¡.…,;:\s]*[?¿.…][?¿!¡.…,;:\s]*")
"""Marks alone, such as "???" and "...": whoever writes them waits for something."""


def answer_wish(turn: Turn, phrasing: Phrasing) -> Reply | None:
    """Return the answer to a customer who wants no more messages, or wants them again."""
    for part in turn.parts:
        if isinstance(part, SystemPart) and part.event in {"stop", "resume"}:
            return Reply(phrasing.say("stopped" if part.event == "stop" else "resumed"))
    match wish_in(turn.parts, phrasing.tenant.profile.consent):  # where nothing is delivered, nothing has to be stopped
        case "stop":
            return Reply(phrasing.say("nothing_to_stop"))
        case "resume":
            return Reply(phrasing.say("resumed"))
        case None:
            return None


def answer_attachments(turn: Turn, phrasing: Phrasing) -> Reply | None:
    """Return the answer to a turn without words, such as a photo or a thumb up; None when there are words to answer."""
    if wished := answer_wish(turn, phrasing):
        return wished
    for part in turn.parts:
        if reply := _answer(turn, part, phrasing):
            return reply
    if _ASKS.fullmatch(turn.text):
        return Reply(phrasing.say("help"), choices=phrasing.main_choices())
    if turn.text and not any(character.isalnum() for character in turn.text):
        return Reply(phrasing.say("reaction"), reaction=_THUMB)
    return None


def _answer(turn: Turn, part: Part, phrasing: Phrasing) -> Reply | None:
    wordless = not turn.text
    reply: Reply | None = None
    match part:
        case OrderPart(lines=lines):
            reply = Reply(_order(lines, phrasing))
        case LocationPart():
            reply = Reply(phrasing.say("location_received"), [Source("contact", "tenant.yaml", "")])
        case FlowReplyPart():
            reply = Reply(phrasing.say("form_received"))
        case ReactionPart():
            reply = Reply(phrasing.say("reaction"))
        case MediaPart(kind="sticker") if wordless:
            reply = Reply(phrasing.say("reaction"), reaction=_THUMB)
        case SystemPart(event="request_welcome") if wordless:
            reply = Reply(phrasing.say("greeting"), choices=phrasing.main_choices())
        case ContactsPart() if wordless:
            reply = Reply(phrasing.say("contact_received"))
        case MediaPart() | SystemPart() | UnsupportedPart() if wordless:
            kind = f"kind_{part.kind if isinstance(part, MediaPart) else 'other'}"
            reply = Reply(about_files(turn, phrasing) or phrasing.say("media_received", kind=phrasing.say(kind)))
    return reply


def _order(lines: list[OrderLine], phrasing: Phrasing) -> str:
    count = sum(line.quantity for line in lines)
    currencies = {line.currency for line in lines if line.priced}
    if len(currencies) != 1 or not all(line.priced for line in lines):
        return phrasing.say("order_received_unpriced", count=count)
    total = sum(line.quantity * line.price_minor for line in lines)
    return phrasing.say("order_received", count=count, total=phrasing.money(total, currencies.pop()))


def about_files(turn: Turn, phrasing: Phrasing) -> str:
    """Return what has to be said of the files of a turn, whatever else is answered; empty when there is nothing."""
    files = [part for part in turn.parts if isinstance(part, MediaPart) and part.kind != "sticker"]
    said = dict.fromkeys(_about(part, phrasing) for part in files)
    return "\n".join(one for one in said if one)


def _about(part: MediaPart, phrasing: Phrasing) -> str | None:
    if part.problem == "too_large":
        return phrasing.say("media_too_large", kind=phrasing.say(f"kind_{part.kind}"))
    if part.problem == "refused":
        return phrasing.say("media_refused")
    return phrasing.say("voice_received") if part.kind == "voice" and not part.transcript else None
