"""What a client can do with conversations, whatever protocol it speaks."""

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from prompts.tenant import Tenant
from server.clock import now_ms
from server.dialogue import Dialogue
from server.drain import Drain
from server.ports import DeadLetters, EffectDesk, EventLog, FinishedTurns, Inbox, Sessions, TurnArchive
from server.waker import Waker
from state.contact import Contact, session_of
from state.effect import AmbiguousEffect, EffectName
from state.errors import (
    CursorError,
    DeadLetterNotFoundError,
    EffectNotFoundError,
    ForeignCursorError,
    IdempotencyConflictError,
    InboxFullError,
    RecordsUnavailableError,
    SessionBusyError,
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
from state.mailbox import Arrival, DeadLetter, Outcome, Strategy
from state.session import FinishedTurn, Session
from state.stores.keys import cursor_tag
from state.turn import Channel, FlowReplyPart, InboundMessage, OrderPart, Part, ReplyPart, Spoken, SystemPart, merged

DESK_KEYS: Final = "desk:"
"""How the keys of what the shop's people write begin; no client may use one."""
_CURSOR: Final = re.compile(r"(\d{1,15})(?:-(\d{1,10}))?")


@dataclass(frozen=True, slots=True)
class Service:
    """The application's verbs; routes, channels and the command line call these and nothing below."""

    tenant: Tenant
    sessions: Sessions
    inbox: Inbox
    dead_letters: DeadLetters
    effects: EffectDesk
    events: EventLog
    finished: FinishedTurns
    archive: TurnArchive
    dialogue: Dialogue
    waker: Waker
    drain: Drain

    @property
    def tenant_id(self) -> TenantId:
        """The tenant's id."""
        return TenantId(self.tenant.id)

    async def start_session(self, channel: Channel, locale: str | None = None) -> SessionId:
        """Make a session and return its id; raises `DrainingError` when this process is about to end."""
        self.drain.refuse()
        now = now_ms()
        session = Session(new_session_id(), self.tenant_id, channel, created=now, updated=now, locale=locale)
        await self.sessions.create(session)
        return session.id

    async def session(self, session_id: str) -> Session:
        """Return a session's facts; raises `SessionNotFoundError`."""
        found = await self.sessions.get(SessionId(session_id)) if is_well_formed(session_id) else None
        if found is None or found.tenant != self.tenant_id:
            raise SessionNotFoundError(session_id)
        return found

    async def session_with(self, contact: Contact, channel: Channel) -> Session:
        """Return the session of a contact, made anew if it has expired; raises `DrainingError`."""
        self.drain.refuse()
        name = session_of(self.tenant_id, contact.id)
        found = await self.sessions.get(name)
        if found is None:
            now = now_ms()
            turns = 0 if contact.fresh else await self._turns_of(name)
            found = Session(
                name,
                self.tenant_id,
                channel,
                created=now,
                updated=now,
                turns=turns,
                contact=contact.id,
                account=contact.account,
            )
            await self.sessions.create(found)
        return found

    async def _turns_of(self, session: SessionId) -> int:
        """Return how many turns of an expired session are in the archive; 0 when that can't be told."""
        try:
            last = await self.archive.read(self.tenant_id, session, limit=1)
        except RecordsUnavailableError:
            return 0  # turns are numbered anew: better than no answer
        return last[-1].number if last else 0

    async def accept(
        self,
        session: Session,
        parts: list[Part],
        *,
        key: str | None = None,
        locale: str | None = None,
        strategy: Strategy | None = None,
        origin: TurnId | None = None,
        writer: Contact | None = None,
        reply_to: str | None = None,
    ) -> TurnId:
        """Accept a message, durably, and return the turn that will answer it; the same `key` again changes nothing.

        `strategy` says what becomes of it while earlier ones are not answered; the tenant's for the channel by default.
        `origin` is the turn that was put aside and is answered anew. `writer` wrote it, quoting `reply_to`.

        Raises:
            IdempotencyConflictError: `key` was used for another message.
            SessionBusyError: an earlier message is not answered, and the strategy is to refuse.
            InboxFullError: too many messages of the session wait.
            SessionNotFoundError: the session expired meanwhile.
            DrainingError: this process is about to end.
        """
        self.drain.refuse()
        if session.channel == "workflow":  # a run of a plan: it takes no messages from outside
            raise SessionNotFoundError(session.id)
        message = _message(
            session,
            parts,
            key,
            locale=locale or session.locale,
            origin=origin,
            user_id=writer.id if writer else session.contact,
            account=writer.account if writer else session.account,
            reply_to=reply_to,
        )
        accepted = await self.inbox.accept(message, self._arrival(session.channel, parts, strategy))
        match accepted.outcome:
            case Outcome.NO_SESSION:
                raise SessionNotFoundError(session.id)
            case Outcome.CONFLICT:
                raise IdempotencyConflictError(key or message.id)
            case Outcome.FULL:
                raise InboxFullError(session.id)
            case Outcome.BUSY:
                raise SessionBusyError(session.id)
            case Outcome.ACCEPTED | Outcome.REPEATED:
                if accepted.wait_ms:
                    self.waker.wake_later(session.id, accepted.wait_ms)
                return accepted.turn_id

    async def stop(self, session: Session, turn: str | None) -> list[TurnId]:
        """Stop a turn, or all that are not answered; return those that will end as cancelled."""
        return await self.inbox.stop(session.id, TurnId(turn) if turn else None, "cancel")

    async def requeue(self, letter_id: str) -> TurnId:
        """Answer a dead letter's messages anew, as one turn after those that wait; done twice, it counts once.

        What the turn did outside before it was put aside is not done again.

        Raises:
            DeadLetterNotFoundError: no such dead letter.
            SessionNotFoundError: its session has expired.
        """
        letter = await self.dead_letter(letter_id)
        session = await self.session(letter.session)
        message = merged(letter.messages)
        turn = await self.accept(
            session,
            message.parts,
            key=f"requeued:{letter.id}",
            strategy="enqueue",
            origin=message.origin or letter.turn,
        )
        await self.dead_letters.drop(letter.id)
        return turn

    async def dead_letter(self, letter_id: str) -> DeadLetter:
        """Return a dead letter of the tenant; raises `DeadLetterNotFoundError`."""
        letter = await self.dead_letters.get(letter_id)
        if any(message.tenant_id != self.tenant_id for message in letter.messages):
            raise DeadLetterNotFoundError(letter_id)
        return letter

    async def discard(self, letter_id: str) -> None:
        """Forget a dead letter for good; raises `DeadLetterNotFoundError`."""
        await self.dead_letters.drop((await self.dead_letter(letter_id)).id)

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the tenant's dead letters, the latest first."""
        found = await self.dead_letters.latest(limit)
        return [letter for letter in found if all(one.tenant_id == self.tenant_id for one in letter.messages)]

    async def doubts(self, limit: int) -> list[AmbiguousEffect]:
        """Return effects that may or may not have happened, those of the latest session first."""
        found: list[AmbiguousEffect] = []
        for session in await self.effects.unsettled(limit):
            facts = await self.sessions.get(session)
            if facts is None or facts.tenant == self.tenant_id:
                found += await self.effects.ambiguous(session)
        return found[:limit]

    async def settle(self, session_id: str, name: str, *, done: bool, result: JsonValue = None) -> None:
        """Say what became of an effect in doubt: it was done and gave `result`, or it was not done and may be.

        Raises:
            EffectNotFoundError: no such effect is in doubt.
            EffectResultError: the result can't be kept.
        """
        effect = EffectName.parse(name)
        facts = await self.sessions.get(SessionId(session_id)) if is_well_formed(session_id) else None
        if facts is not None and facts.tenant != self.tenant_id:
            raise EffectNotFoundError(name)
        settled = is_well_formed(session_id) and await (
            self.effects.settle_as_done(SessionId(session_id), effect, result)
            if done
            else self.effects.settle_as_not_done(SessionId(session_id), effect)
        )
        if not settled:
            raise EffectNotFoundError(name)

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
        # in this order: a turn that moves into the archive meanwhile is seen in both, in the other it is in neither
        waiting = [one for one in await self.finished.waiting([name]) if one.tenant == self.tenant_id]
        archived = await self.archive.read(self.tenant_id, name, before, limit)
        found = {one.number: one for one in (*archived, *waiting) if before is None or one.number < before}
        if not found:
            await self.session(session_id)
        return [found[number] for number in sorted(found)][-limit:]

    def _arrival(self, channel: Spoken, parts: list[Part], strategy: Strategy | None) -> Arrival:
        waiting = self.tenant.profile.waiting
        return Arrival(
            strategy or waiting.of(channel),
            quiet_ms=int(waiting.quiet_s * 1000),
            cap_ms=int(waiting.cap_s * 1000),
            immediate=any(isinstance(part, ReplyPart | FlowReplyPart | OrderPart | SystemPart) for part in parts),
        )

    async def state(self, session: Session) -> dict[str, Any]:
        """Return the conversation's state as JSON values; empty before the first turn."""
        return await self.dialogue.state(session.id)


def _message(session: Session, parts: list[Part], key: str | None, **facts: Any) -> InboundMessage:  # noqa: ANN401 # its own fields
    return InboundMessage(
        id=MessageId(key) if key else new_message_id(),
        turn_id=new_turn_id(),
        session_id=session.id,
        tenant_id=session.tenant,
        channel=session.channel,
        parts=parts,
        at=now_ms(),
        **facts,
    )


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
