"""Whose a record is: asked before a tool may name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from state.conversation import Conversation
from state.ids import ContactId, SessionId, TenantId
from state.turn import Channel


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes, as far as it is known.

    `contact` is an identity that the channel vouches for (a WhatsApp number). `claims` are the conversation's slots:
    what the customer gave, which proves nothing but together with what the record says.
    """

    tenant: TenantId
    session: SessionId
    channel: Channel
    contact: ContactId | None
    claims: Mapping[str, str]

    @classmethod
    def of(cls, state: Conversation) -> "Customer":
        """Return the customer of a conversation."""
        return cls(
            state["tenant_id"], state["session_id"], state["channel"], state.get("user_id"), dict(state["slots"])
        )


class Owner(Protocol):
    """Knows whose the records of one kind are."""

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the record `ref` is this customer's; False as well where there is no such record."""
        ...
