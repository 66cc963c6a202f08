"""Take in what a webhook tells: messages become turns, statuses move deliveries forward, the rest is noted."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import structlog
from pydantic import JsonValue

from nodes.lanes.wishes import wish_in
from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.items import (
    Echo,
    IdentityChange,
    IncomingMessage,
    Item,
    Other,
    Person,
    Preference,
    StatusUpdate,
)
from server.clock import now_ms
from server.delivery_ports import Contacts
from server.service import Service
from state.contact import Contact, Identity
from state.errors import IdempotencyConflictError
from state.ids import SessionId, TurnId, is_well_formed
from state.outbox import SendStatus
from state.turn import ChangePart, Part, ReactionPart, SystemPart

log = structlog.get_logger()

AT_ONCE: Final = 32
"""People whose messages are taken in side by side; those of one person go one after the other."""
PAUSE_MS: Final = 12 * 3_600_000
"""How long we are silent after somebody answered by hand from our number."""
_REPORTED: Final[dict[str, SendStatus]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_OURS: Final = re.compile(r"([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64}:[0-9]{1,4})(?::[0-9]{1,4})?")


class Reports(Protocol):
    """Who is told what became of a message of ours."""

    async def report(
        self, session: SessionId, row: str, status: SendStatus, *, ref: str | None = None, code: str | None = None
    ) -> bool:
        """Take in what the channel reports; False when it says nothing new."""
        ...

    async def said_in(self, session: SessionId, ref: str) -> TurnId | None:
        """Return the turn that said a message, by the channel's id of it; None when it isn't known."""
        ...


class Unread(Protocol):
    """Where what can't be read is kept."""

    async def keep(self, found: Sequence[tuple[str, JsonValue]]) -> None:
        """Keep pieces, each with a name for what it seems to be."""
        ...


class Intake:
    """One webhook document of an app at a time; what is taken in twice counts once."""

    def __init__(
        self, app: WhatsAppApp, service: Service, contacts: Contacts, reports: Reports, unread: Unread
    ) -> None:
        self._app = app
        self._service = service
        self._contacts = contacts
        self._reports = reports
        self._unread = unread
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def take(self, items: Sequence[Item]) -> None:
        """Take everything in, or raise and let the whole document come again.

        Raises:
            StoreUnavailableError: something could not be stored.
            InboxFullError: too many messages of somebody wait.
            DrainingError: this process is about to end.
        """
        lines: dict[object, list[Item]] = defaultdict(list)
        for item in items:
            if not isinstance(item, Other):
                lines[_line(item)].append(item)
        results = await asyncio.gather(*(self._in_order(line) for line in lines.values()), return_exceptions=True)
        for result in results:
            if result is not None:
                raise result
        others = [item for item in items if isinstance(item, Other)]
        for item in others:
            log.info("whatsapp.unread", app=self._app.name, field=item.field, key=item.key)
        await self._unread.keep([(f"{item.field}/{item.type}", item.raw) for item in others])

    async def _in_order(self, items: Sequence[Item]) -> None:
        async with self._slots:
            for item in items:
                await self._take(item)

    async def _take(self, item: Item) -> None:
        match item:
            case IncomingMessage():
                await self._message(item)
            case StatusUpdate():
                await self._status(item)
            case IdentityChange(previous=previous, current=current):
                names = [*_identities(previous), *_identities(current)]
                if names:
                    await self._contacts.identify(self._app.account(item.number.id), names)
            case Echo(recipient=recipient, at=at) if recipient.known:
                contact = await self._contact(item.number.id, recipient)
                at = at or now_ms()
                await self._contacts.flag(contact.account, contact.id, "paused", str(at + PAUSE_MS), at)
            case Preference(person=person, value=value, at=at) if person.known:
                contact = await self._contact(item.number.id, person)
                wanted = "1" if value == "stop" else ""
                await self._contacts.flag(contact.account, contact.id, "no_marketing", wanted, at or now_ms())
            case _:
                log.info("whatsapp.noted", app=self._app.name, kind=type(item).__name__)

    async def _message(self, item: IncomingMessage) -> None:
        at = min(item.at or now_ms(), now_ms())
        contact = await self._contact(item.number.id, item.person, heard=at)
        if item.own_phone:
            await self._contacts.identify(
                contact.account, [*_identities(item.person), Identity("phone", item.own_phone)]
            )
        if item.group_id or all(_needs_no_answer(part) for part in item.parts):
            log.info("whatsapp.noted", app=self._app.name, kind="group" if item.group_id else "no_words")
            return
        wish = wish_in(item.parts, self._service.tenant.profile.consent)
        if wish == "resume" and not contact.stopped:
            wish = None
        if wish == "resume":
            await self._contacts.flag(contact.account, contact.id, "stopped", "", at)
        turn = await self._accept(item, contact, [SystemPart(wish)] if wish else [])
        if wish == "stop" and turn:
            await self._contacts.flag(contact.account, contact.id, "stopped", turn, at)

    async def _accept(self, item: IncomingMessage, contact: Contact, told: Sequence[Part]) -> TurnId | None:
        session = await self._service.session_with(contact, "whatsapp")
        parts = [await self._placed(part, session.id) for part in item.parts]
        try:
            return await self._service.accept(
                session, [*told, *parts], key=item.id, writer=contact, reply_to=item.reply_to
            )
        except IdempotencyConflictError:
            log.info("whatsapp.repeated_otherwise", session=session.id)  # the same id with another body: known is known
            return None

    async def _placed(self, part: Part, session: SessionId) -> Part:
        """Return a reaction with the turn that said what it is on."""
        if not isinstance(part, ReactionPart):
            return part
        return replace(part, turn=await self._reports.said_in(session, part.message_id))

    async def _status(self, item: StatusUpdate) -> None:
        found = _OURS.fullmatch(item.opaque or "")
        status = _REPORTED.get(item.status)
        if found is None or status is None or not is_well_formed(found[1]):
            log.info("whatsapp.foreign_status", status=item.status)
            return
        code = str(item.errors[0].code) if item.errors else None
        await self._reports.report(SessionId(found[1]), found[2], status, ref=item.id, code=code)

    async def _contact(self, account: str | None, person: Person, heard: int = 0) -> Contact:
        return await self._contacts.identify(
            self._app.account(account), _identities(person), name=person.name or person.username, heard=heard
        )


def _needs_no_answer(part: Part) -> bool:
    """Tell whether nobody waits for an answer to a part: a fact of the channel's own, something taken back."""
    match part:
        case SystemPart(event=event):
            return event != "request_welcome"
        case ChangePart(kind=kind):
            return kind == "revoke"
        case ReactionPart(emoji=emoji):
            return not emoji
        case _:
            return False


def _identities(person: Person) -> list[Identity]:
    phone = person.phone.removeprefix("+") if person.phone else None
    named = (("user", person.user_id), ("phone", phone), ("parent", person.parent_user_id))
    return [Identity(kind, value) for kind, value in named if value]  # type: ignore[arg-type] # mypy widens the kinds


def _line(item: Item) -> object:
    """Return what items have in common whose order counts."""
    match item:
        case IncomingMessage(person=person) | Echo(recipient=person) | Preference(person=person):
            return (item.number.id, person.phone or person.user_id or person.parent_user_id)
        case IdentityChange(previous=person):
            return (item.number.id, person.phone or person.user_id or person.parent_user_id)
        case StatusUpdate(opaque=opaque):
            return opaque
        case _:
            return None
