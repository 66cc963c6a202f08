"""Messages without words: what can honestly be said to a photo, a voice note, a place."""

from nodes.lanes.phrasing import Phrasing
from state.conversation import Reply, Source
from state.turn import (
    ContactsPart,
    FlowReplyPart,
    LocationPart,
    MediaPart,
    OrderPart,
    ReactionPart,
    SystemPart,
    Turn,
    UnsupportedPart,
)


def answer_attachments(turn: Turn, phrasing: Phrasing) -> Reply | None:
    """Return the answer to a turn without words, such as a photo or a thumb up; None when there are words to answer."""
    for part in turn.parts:
        match part:
            case OrderPart(lines=lines):
                total = phrasing.money(sum(line.quantity * line.price_minor for line in lines))
                count = sum(line.quantity for line in lines)
                return Reply(phrasing.say("order_received", count=count, total=total))
            case LocationPart():
                return Reply(phrasing.say("location_received"), [Source("contact", "tenant.yaml", "")])
            case ReactionPart():
                return Reply(phrasing.say("reaction"))
            case MediaPart() | ContactsPart() | FlowReplyPart() | SystemPart() | UnsupportedPart() if not turn.text:
                return Reply(phrasing.say("media_received", kind=phrasing.say(f"kind_{_noun(part.kind)}")))
            case _:
                continue
    if turn.text and not any(character.isalnum() for character in turn.text):
        return Reply(phrasing.say("reaction"))
    return None


def _noun(kind: str) -> str:
    return kind if kind in {"image", "audio", "voice", "video", "document", "sticker"} else "other"
