"""Whose a record is: asked before a tool may name it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from state.conversation import Conversation
from state.ids import ContactId, SessionId, TenantId
from state.turn import Channel

_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d[\d ().-]{7,18}\d(?![\w-])")


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes, as far as it is known.

    `contact` is an identity that the channel vouches for (a WhatsApp number). `claims` are the conversation's slots and
    the last `email` and `phone` that the customer wrote: they prove nothing but together with what the record says.
    `at` is when they wrote last (ms since 1970 UTC).
    """

    tenant: TenantId
    session: SessionId
    channel: Channel
    contact: ContactId | None
    claims: Mapping[str, str]
    at: int = 0

    @classmethod
    def of(cls, state: Conversation) -> "Customer":
        """Return the customer of a conversation."""
        *before, turn = state["turns"]
        earlier = {name: one for said in before for name, one in _written(said.text).items()}
        claims = {**earlier, **state["slots"], **_written(turn.text)}
        return cls(state["tenant_id"], state["session_id"], state["channel"], state.get("user_id"), claims, turn.at)


def _written(text: str) -> dict[str, str]:
    found = {"email": _EMAIL.search(text), "phone": _PHONE.search(text)}
    return {name: match[0] for name, match in found.items() if match}


class Owner(Protocol):
    """Knows whose the records of one kind are."""

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the record `ref` is this customer's; False as well where there is no such record."""
        ...
