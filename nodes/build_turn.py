"""Make a turn of the accepted message."""

import re
import unicodedata
from typing import Final, cast

from langgraph.runtime import Runtime
from langgraph.types import Overwrite

from nodes.lanes.strangers import speaks_another_language
from nodes.ports import Ports
from nodes.routers.phrases import phrase
from nodes.take_in import taken_in
from state.conversation import Conversation, ConversationUpdate, defaults, upgrade
from state.errors import InvalidStateError
from state.turn import InboundMessage, Part, Turn, plain_text

SURE_OF_LANGUAGE: Final = 0.75
"""Below this the conversation's language stays, and a new conversation starts in the tenant's first: "ok", a product's
name or a language that the shop doesn't speak say little."""

_FACTS: Final = ("buy_", "order_")
"""What the names of facts that are awaited begin with: an address, an e-mail, an order's number."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NO_WORDS: Final = re.compile(r"\S+[@/]\S+|\S*\d\S*")
"""Mailboxes, addresses and numbers are the same in every language."""
_GREETINGS: Final = {
    "es": frozenset("hola holaa holaaa holis buenas buenos dias tardes noches saludos que tal".split()),
    "en": frozenset("hi hii hello helloo hiya good morning afternoon evening there".split()),
}
"""By language the words that a plain greeting is of; "hey" is said in both."""
_JOINERS: Final = frozenset("\u200c\u200d")


async def build_turn(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Open the turn: upgrade old state, fill in what is new, take in files, detect the language, keep the window."""
    inbound = state["inbound"]
    if inbound is None:
        raise InvalidStateError("A turn needs an inbound message.", hint="Put it under the state key 'inbound'.")
    patch = {**{key: value for key, value in defaults().items() if key not in state}, **upgrade(state)}
    parts = await taken_in(inbound, runtime, state.get("locale") or inbound.locale)
    turn = _turn(inbound, parts, state.get("locale"), runtime.context, told=_is_told(state))
    kept = [earlier for earlier in patch.get("turns", state.get("turns", [])) if earlier.id != turn.id]
    window = runtime.context.window
    patch |= {
        "locale": turn.locale,
        "turns": Overwrite([*kept[-(window - 1) :], turn]) if len(kept) >= window else [turn],
        "decision": None,
        "reply": None,
        "outbound": [],
        "status": "running",
        "error": None,
    }
    return cast("ConversationUpdate", patch)


def _is_told(state: Conversation) -> bool:
    """Tell whether the last reply asked for a name, an address or a number, which say nothing of a language."""
    return (state.get("awaiting") or "").startswith(_FACTS)


def _turn(inbound: InboundMessage, parts: list[Part], current: str | None, ports: Ports, *, told: bool) -> Turn:
    text = visible(plain_text(parts))
    known = told and current in ports.tenant.profile.locales
    return Turn(
        id=inbound.turn_id,
        message_id=inbound.id,
        at=inbound.at,
        parts=parts,
        text=text,
        locale=current if known and current else locale_of(text, current or inbound.locale, ports),
    )


def locale_of(text: str, current: str | None, ports: Ports) -> str:
    """Return the language of `text`; where it says too little, the `current` one."""
    profile = ports.tenant.profile
    fallback = current if current in profile.locales else profile.default_locale
    words = _NO_WORDS.sub(" ", text)
    greeted = _greeted_in(words)
    if greeted in profile.locales:
        return greeted
    if not any(character.isalpha() for character in words) or speaks_another_language(text):
        return fallback
    detected, probability = ports.languages.detect(words)
    return detected if probability >= SURE_OF_LANGUAGE else fallback


def _greeted_in(text: str) -> str:
    """Return the language of a text that is a greeting and nothing else; empty for all else."""
    said = set(phrase(text).split())
    return next((language for language, words in _GREETINGS.items() if said and said <= words), "")


def visible(text: str) -> str:
    """Return `text` on one line without control, format and bidirectional characters (Unicode categories C*)."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
    )
    return " ".join("".join(kept).split())
