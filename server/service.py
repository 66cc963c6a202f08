"""What a client can do with conversations, whatever protocol it speaks."""

import re
from dataclasses import dataclass
from typing import Any, Final

from server.clock import now_ms
from server.ports import EventLog, FinishedTurns, Inbox, Sessions, TurnArchive
from server.turns import TurnRunner
from server.worker import Worker
from state.errors import (
    CursorError,
    ForeignCursorError,
    IdempotencyConflictError,
    InboxFullError,
    SessionNotFoundError,
)
from state.events import LoggedEvent
from state.ids import (
    MessageId,
    SessionId,
    TenantId,
    TurnId,
    is_well_formed,
    new_message_id,
    new_session_id,
    new_turn_id,
)
from state.session import FinishedTurn, Outcome, Session
from state.stores.keys import cursor_tag
from state.turn import Channel, InboundMessage, Part

_CURSOR: Final = re.compile(r"(\d{1,15})(?:-(\d{1,10}))?")


@dataclass(frozen=True, slots=True)
class Service:
    """The application's verbs; routes, channels and the command line call these and nothing below."""

    tenant: TenantId
    sessions: Sessions
    inbox: Inbox
    events: EventLog
    finished: FinishedTurns
    archive: TurnArchive
    runner: TurnRunner
    worker: Worker

    async def start_session(self, channel: Channel, locale: str | None = None) -> SessionId:
        """Make a session and return its id."""
        now = now_ms()
        session = Session(new_session_id(), self.tenant, channel, created=now, updated=now, locale=locale)
        await self.sessions.create(session)
        return session.id

    async def session(self, session_id: str) -> Session:
        """Return a session's facts; raises `SessionNotFoundError`."""
        found = await self.sessions.get(SessionId(session_id)) if is_well_formed(session_id) else None
        if found is None or found.tenant != self.tenant:
            raise SessionNotFoundError(session_id)
        return found

    async def accept(
        self, session: Session, parts: list[Part], *, key: str | None = None, locale: str | None = None
    ) -> TurnId:
        """Accept a message, durably, and return the turn that will answer it; the same `key` again changes nothing.

        Raises:
            IdempotencyConflictError: `key` was used for another message.
            InboxFullError: too many messages of the session wait.
            SessionNotFoundError: the session expired meanwhile.
        """
        message = InboundMessage(
            id=MessageId(key) if key else new_message_id(),
            turn_id=new_turn_id(),
            session_id=session.id,
            tenant_id=session.tenant,
            channel=session.channel,
            parts=parts,
            at=now_ms(),
            locale=locale or session.locale,
        )
        accepted = await self.inbox.accept(message)
        match accepted.outcome:
            case Outcome.NO_SESSION:
                raise SessionNotFoundError(session.id)
            case Outcome.CONFLICT:
                raise IdempotencyConflictError(key or message.id)
            case Outcome.FULL:
                raise InboxFullError(session.id)
            case Outcome.ACCEPTED | Outcome.REPEATED:
                self.worker.wake(session.id)
                return accepted.turn_id

    async def read(self, session: Session, after: int, turn: str | None, limit: int) -> list[LoggedEvent]:
        """Return a session's events after a place, all or one turn's."""
        events = await self.events.read(session.id, after, limit)
        return events if turn is None else [event for event in events if event.turn == turn]

    async def turns(self, session_id: str, before: int | None, limit: int) -> list[FinishedTurn]:
        """Return finished turns of a session, also of one that expired: the last `limit` below `before`, oldest first.

        Raises:
            SessionNotFoundError: no such session, and no turn of it in the archive.
        """
        if not is_well_formed(session_id):
            raise SessionNotFoundError(session_id)
        name = SessionId(session_id)
        archived = await self.archive.read(self.tenant, name, before, limit)
        waiting = [one for one in await self.finished.waiting([name]) if one.tenant == self.tenant]
        found = {one.number: one for one in (*archived, *waiting) if before is None or one.number < before}
        if not found:
            await self.session(session_id)
        return [found[number] for number in sorted(found)][-limit:]

    async def state(self, session: Session) -> dict[str, Any]:
        """Return the conversation's state as JSON values; empty before the first turn."""
        return await self.runner.state(session.id)


def place_of(cursor: str | None, session: SessionId) -> int:
    """Return the place in a session's log that a cursor names: an event's `id` or its `seq`; 0 without one.

    Raises:
        CursorError: it is neither.
        ForeignCursorError: it is another session's.
    """
    if not cursor:
        return 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise CursorError(cursor)
    if found[2] is not None and int(found[2]) != cursor_tag(session):
        raise ForeignCursorError(cursor)
    return int(found[1])
