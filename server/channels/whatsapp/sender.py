"""Send what is in the outbox by the Cloud API, within its rates and its rules of who may be written to when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

import structlog

from server.channels.whatsapp.accounts import Template, app_of, number_of
from server.channels.whatsapp.answers import Sent
from server.channels.whatsapp.cloud import CloudClient
from server.channels.whatsapp.limits import SendRates
from server.channels.whatsapp.outbound import Address, Body
from server.channels.whatsapp.refusals import CloudError
from server.channels.whatsapp.shaping import in_template, shaped
from server.clock import now_ms
from server.delivery_ports import Contacts
from server.telemetry.metrics import Metrics
from state.contact import Contact
from state.outbox import Delivery, OutboundRow
from state.send_errors import SendAmbiguousError, SendLaterError, SendParkedError, SendRefusedError, ShapeError

log = structlog.get_logger()

WINDOW_MS: Final = 24 * 3_600_000
"""How long after a customer's last message free words may be sent (Meta's customer service window)."""
_LONGEST_PAUSE_S: Final = 300.0
_STOPPED_S: Final = 60.0
"""How often a number that an operator has to mend is tried, with one message."""
_WAMID: Final = "wamid."


@dataclass(frozen=True, slots=True)
class Line:
    """What the numbers of one app are written from."""

    cloud: CloudClient
    rates: SendRates
    template: Template | None = None


class WhatsAppSender:
    """Delivers the messages of every connected number; `lines` are by the app's name."""

    def __init__(self, lines: Mapping[str, Line], contacts: Contacts, metrics: Metrics, *, menu: str) -> None:
        self._lines = lines
        self._contacts = contacts
        self._metrics = metrics
        self._menu = menu
        self._stopped: set[str] = set()

    async def wait_s(self, delivery: Delivery) -> float:
        """Return how many seconds the number's and the customer's rates want this message to wait."""
        row = delivery.row
        line = self._lines.get(app_of(row.account))
        if line is None:
            return 0.0
        leave = await line.rates.take(row.account, row.contact or "")
        if leave.probe:
            self._stopped.add(row.account)
        return leave.wait_s

    async def send(self, delivery: Delivery) -> str:
        """Send a message and return its wamid; see `ChannelSender.send`."""
        row = delivery.row
        line = self._lines.get(app_of(row.account))
        contact = await self._contacts.get(row.account, row.contact) if row.contact else None
        if line is None or contact is None or not contact.identities:
            raise SendRefusedError("no_address", hint="The number, the app or the customer is not known any more.")
        if contact.stopped and contact.stopped != row.turn:
            raise SendParkedError("stopped")
        if contact.paused > now_ms():
            raise SendParkedError("paused")
        open_window = now_ms() - contact.heard <= WINDOW_MS
        try:
            sent = await self._sent(row, line, contact, freely=open_window)
        except ShapeError as error:
            raise SendRefusedError(error.code, hint=error.message) from error
        except CloudError as error:
            await self._refused(error, line, row, delivery.tries)
        if row.account in self._stopped:
            self._stopped.discard(row.account)
            await line.rates.resume(row.account)
            log.info("whatsapp.works_again", account=row.account)
        return sent.wamid

    async def _sent(self, row: OutboundRow, line: Line, contact: Contact, *, freely: bool) -> Sent:
        try:
            return await line.cloud.send(number_of(row.account), self._body(row, line, contact, freely=freely))
        except CloudError as error:
            if not freely or error.kind != "template":
                raise
        return await self._sent(row, line, contact, freely=False)

    def _body(self, row: OutboundRow, line: Line, contact: Contact, *, freely: bool) -> Body:
        quoted = row.reply_to if row.reply_to and row.reply_to.startswith(_WAMID) else None
        address = Address(_address(contact), opaque=f"{row.session}/{row.id}", reply_to=quoted)
        if freely:
            return shaped(row.message, address, menu=self._menu)
        if line.template is None or contact.no_marketing:
            raise SendParkedError("window_shut")
        try:
            return in_template(row.message, address, line.template.name, line.template.language(row.locale))
        except ShapeError as error:
            raise SendParkedError("window_shut") from error

    async def _refused(self, error: CloudError, line: Line, row: OutboundRow, tries: int) -> NoReturn:
        """Say what an answer of Meta's means for the message, and hold back what would only be refused, too."""
        reason = str(error.error_code or error.kind)
        pause = min(max(2.0**tries, error.retry_after_s or 0), _LONGEST_PAUSE_S)
        match error.kind:
            case "ambiguous":
                raise SendAmbiguousError(reason) from error
            case "template":
                raise SendParkedError("window_shut") from error
            case "never":
                raise SendRefusedError(reason, hint=error.message) from error
            case "retry_once" if tries > 1:
                raise SendRefusedError(reason, hint=error.message) from error
            case "pair":
                pause = await line.rates.pair_refused(row.account, row.contact or "")
            case "throttle":
                await line.rates.hold(row.account, pause)
            case "operator":
                pause = max(error.retry_after_s or 0, _STOPPED_S)
                await self._stop(line, row.account, reason, error.hint, pause)
        raise SendLaterError(reason, pause, blames_message=error.kind in {"retry", "retry_once"}) from error

    async def _stop(self, line: Line, account: str, reason: str, hint: str, pause: float) -> None:
        log.error("whatsapp.stopped", account=account, code=reason, hint=hint)
        self._metrics.channel_stopped()
        self._stopped.add(account)
        await line.rates.stop(account, pause)


def _address(contact: Contact) -> str:
    known = contact.identities
    return known.get("phone") or known.get("user") or known["parent"]
