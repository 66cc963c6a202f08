"""Show customers that their message was read, and that an answer is being written."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from server.channels.whatsapp.accounts import app_of, number_of
from server.channels.whatsapp.limits import Room
from server.channels.whatsapp.refusals import CloudError
from server.clock import now_ms
from server.delivery_ports import Contacts
from server.telemetry.metrics import Metrics
from state.contact import Contact
from state.errors import LanewayError
from state.ids import SessionId
from state.stores.ending import end
from state.turn import InboundMessage

log = structlog.get_logger()

REFRESH_S: Final = 20.0
"""Meta lets the sign go after 25 s, or when an answer comes."""
_CALL_S: Final = 5.0
_AT_ONCE: Final = 16
"""Calls under way in one process: sends need the connections, too."""


class Marks(Protocol):
    """Marks messages as read, as the Cloud API does."""

    async def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Mark a message, and those before it, and show that an answer is being written; raises `CloudError`."""
        ...


@dataclass(frozen=True, slots=True)
class Signs:
    """What one app's signs are given by."""

    marks: Marks
    room: Room


class WhatsAppPresence:
    """The signs of every connected app, by its name; one call at a time for each session, all of them beside the turns.

    A turn that ends stops the repetition. A call that is under way then is let end: it carries the read receipt.
    Nothing is shown while a person of ours answers, or when the number's rate has little room. Meta's throughput counts
    messages, and a read receipt is none: nothing is taken from the rate.
    """

    def __init__(
        self,
        signs: Mapping[str, Signs],
        contacts: Contacts,
        metrics: Metrics,
        *,
        refresh_s: float = REFRESH_S,
    ) -> None:
        self._signs = signs
        self._contacts = contacts
        self._metrics = metrics
        self._refresh_s = refresh_s
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._latest: dict[SessionId, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def answering(self, message: InboundMessage) -> Iterator[None]:
        """Show it until the block ends, for a message of WhatsApp's own: a dead letter answered anew is none."""
        over = asyncio.Event()
        if message.user_id and message.id.startswith("wamid."):
            self._begin(message, over)
        try:
            yield
        finally:
            over.set()

    async def stop(self) -> None:
        """Leave nothing running."""
        await asyncio.gather(*(end(task) for task in self._tasks))

    def _begin(self, message: InboundMessage, over: asyncio.Event) -> None:
        session = message.session_id
        task = asyncio.create_task(self._guarded(message, over, self._latest.get(session)))
        self._latest[session] = task
        self._tasks.add(task)

        def ended(_: "asyncio.Task[None]") -> None:
            self._tasks.discard(task)
            if self._latest.get(session) is task:
                del self._latest[session]

        task.add_done_callback(ended)

    async def _guarded(self, message: InboundMessage, over: asyncio.Event, before: "asyncio.Task[None] | None") -> None:
        session = message.session_id
        try:
            if before is not None:
                await asyncio.wait([before])
            if self._latest.get(session) is asyncio.current_task():  # else a later message says it for this one, too
                await self._show(message, over)
        except Exception as error:  # the task's outer edge: a sign that is missing harms nobody
            self._metrics.presence_failed()
            log.warning("whatsapp.presence_failed", session=session, exc_info=error)

    async def _show(self, message: InboundMessage, over: asyncio.Event) -> None:
        while True:
            try:
                async with asyncio.timeout(_CALL_S):
                    await self._mark(message, over)
            except (LanewayError, TimeoutError) as error:
                self._metrics.presence_failed()
                code = error.error_code if isinstance(error, CloudError) else None
                log.debug("whatsapp.presence_failed", session=message.session_id, reason=str(error), code=code)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._refresh_s)
            if over.is_set():
                return

    async def _mark(self, message: InboundMessage, over: asyncio.Event) -> None:
        account = message.account or ""
        signs = self._signs.get(app_of(account))
        contact = await self._contacts.get(account, message.user_id) if message.user_id else None
        if signs is None or contact is None or not _is_ours(contact, message) or self._slots.locked():
            return
        if await signs.room.has_room(account):
            async with self._slots:
                await signs.marks.mark_read(number_of(account), message.id, typing=not over.is_set())


def _is_ours(contact: Contact, message: InboundMessage) -> bool:
    """Tell whether we are the one to answer, and may."""
    return contact.paused <= now_ms() and (not contact.stopped or contact.stopped == message.turn_id)
