"""Send what is in the outbox by the Cloud API, within its rates and its rules of who may be written to when."""

from typing import Final, NoReturn

import structlog

from server.channels.whatsapp.cloud import CloudClient
from server.channels.whatsapp.limits import SendRates
from server.channels.whatsapp.outbound import Address, shaped
from server.channels.whatsapp.refusals import CloudError
from server.clock import now_ms
from server.ports import Contacts
from state.contact import Contact
from state.errors import (
    SendAmbiguousError,
    SendLaterError,
    SendParkedError,
    SendRefusedError,
    ShapeError,
)
from state.outbox import Delivery

log = structlog.get_logger()

WINDOW_MS: Final = 24 * 3_600_000
"""How long after a customer's last message free words may be sent (Meta's customer service window)."""
_LONGEST_PAUSE_S: Final = 300.0
_OPERATOR_PAUSE_S: Final = 60.0


class WhatsAppSender:
    """Delivers the messages of one number."""

    def __init__(self, cloud: CloudClient, contacts: Contacts, rates: SendRates, *, number_id: str, menu: str) -> None:
        self._cloud = cloud
        self._contacts = contacts
        self._rates = rates
        self._number = number_id
        self._menu = menu

    async def wait_s(self, delivery: Delivery) -> float:
        """Return how many seconds the number's and the customer's rates want this message to wait."""
        return await self._rates.take(self._number, delivery.row.contact or "")

    async def send(self, delivery: Delivery) -> str:
        """Send a message and return its wamid; see `ChannelSender.send`."""
        row = delivery.row
        contact = await self._contacts.get(self._number, row.contact) if row.contact else None
        to = _address(contact)
        if contact is None or to is None:
            raise SendRefusedError("no_address", hint="The customer's number and id are not known any more.")
        if contact.paused > now_ms():
            raise SendParkedError("paused")
        if now_ms() - contact.heard > WINDOW_MS:
            raise SendParkedError("window_shut")
        try:
            bodies = shaped(row.message, Address(to, opaque=f"{row.session}/{row.id}"), menu=self._menu)
        except ShapeError as error:
            raise SendRefusedError(error.code, hint=error.message) from error
        try:
            sent = [await self._cloud.send(self._number, body) for body in bodies]
        except CloudError as error:
            await self._refused(error, row.contact or "", delivery.tries)
        return sent[-1].wamid

    async def _refused(self, error: CloudError, recipient: str, tries: int) -> NoReturn:
        """Say what an answer of Meta's means for the message, and hold back what would only be refused, too."""
        reason = str(error.error_code or error.kind)
        pause = min(max(2.0**tries, error.retry_after_s or 0), _LONGEST_PAUSE_S)
        match error.kind:
            case "ambiguous":
                raise SendAmbiguousError(reason) from error
            case "template":
                raise SendParkedError("window_shut") from error
            case "pair":
                pause = await self._rates.pair_refused(self._number, recipient)
            case "throttle":
                await self._rates.hold(self._number, pause)
            case "operator":
                log.error("whatsapp.stopped", code=reason, hint=error.hint)
                pause = max(pause, _OPERATOR_PAUSE_S)
                await self._rates.hold(self._number, pause)
            case "never":
                raise SendRefusedError(reason, hint=error.message) from error
            case "retry_once" if tries > 1:
                raise SendRefusedError(reason, hint=error.message) from error
        raise SendLaterError(reason, pause) from error


def _address(contact: Contact | None) -> str | None:
    known = contact.identities if contact else {}
    return known.get("phone") or known.get("user") or known.get("parent")
