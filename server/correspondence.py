"""What an operator does about a customer we deliver to: step in, step back, and see what arrived."""

from dataclasses import dataclass
from typing import Final

from server.clock import now_ms
from server.delivery_ports import Contacts, Outbox
from server.service import Service
from state.contact import Contact
from state.outbox import Delivery
from state.send_errors import NotDeliveredError

PAUSE_H: Final = 12.0
"""How long we are silent when nobody says otherwise."""
LONGEST_H: Final = 30 * 24.0
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Beside `Service`, the verbs for channels that deliver."""

    service: Service
    contacts: Contacts
    outbox: Outbox

    async def contact(self, session_id: str) -> Contact:
        """Return who writes in a session.

        Raises:
            SessionNotFoundError: no such session.
            NotDeliveredError: its channel has no contacts.
        """
        session = await self.service.session(session_id)
        found = await self.contacts.get(session.account or "", session.contact) if session.contact else None
        if found is None:
            raise NotDeliveredError(session.id, session.channel)
        return found

    async def pause(self, session_id: str, hours: float = PAUSE_H) -> Contact:
        """Send this customer nothing for a time, as a person of ours answers; raises as `contact`."""
        contact, now = await self.contact(session_id), now_ms()
        until = str(now + int(hours * _HOUR_MS))
        await self.contacts.flag(contact.account, contact.id, "paused", until, now)
        return await self.contact(session_id)

    async def resume(self, session_id: str, *, consent: bool = False) -> Contact:
        """Answer this customer again; with `consent` also one who wanted no more messages. Raises as `contact`."""
        contact, now = await self.contact(session_id), now_ms()
        await self.contacts.flag(contact.account, contact.id, "paused", "", now)
        if consent:
            await self.contacts.flag(contact.account, contact.id, "stopped", "", now)
        return await self.contact(session_id)

    async def deliveries(self, session_id: str) -> list[Delivery]:
        """Return the session's messages of the last days and how far each got; raises `SessionNotFoundError`."""
        session = await self.service.session(session_id)
        return await self.outbox.all(session.id)
