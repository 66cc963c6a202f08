"""The inbox in memory."""

import time
from dataclasses import replace

from pydantic import TypeAdapter

from state.ids import SessionId, TurnId
from state.mailbox import (
    Accepted,
    Arrival,
    Claimed,
    Committed,
    DeadLetter,
    Ending,
    Held,
    NotYet,
    Outcome,
    Refused,
    StopReason,
)
from state.stores.memory.outbox import MemoryOutbox
from state.stores.memory.queue import MemoryDeadLetters, MemoryQueue
from state.stores.memory.sessions import Mailbox, MemoryEventLog, MemorySessions
from state.turn import InboundMessage, Part

_PARTS = TypeAdapter(list[Part])
_LETTER = TypeAdapter(DeadLetter)


class MemoryInbox:
    """Accepted messages in order, one worker at a time for each session; says what `RedisInbox` says."""

    def __init__(
        self,
        sessions: MemorySessions,
        log: MemoryEventLog,
        queue: MemoryQueue,
        dead: MemoryDeadLetters,
        *,
        lease_ms: int,
        capacity: int,
        outbox: MemoryOutbox | None = None,
    ) -> None:
        self._sessions = sessions
        self._log = log
        self._queue = queue
        self._dead = dead
        self._lease_s = lease_ms / 1000
        self._capacity = capacity
        self._outbox = outbox or MemoryOutbox(log, lease_ms=lease_ms)

    async def accept(self, message: InboundMessage, arrival: Arrival) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn."""
        session, parts = message.session_id, _PARTS.dump_json(message.parts)
        if session not in self._sessions.facts:
            return Accepted(Outcome.NO_SESSION, TurnId(""))
        box = self._sessions.boxes[session]
        if known := box.seen.get(message.id):
            return Accepted(Outcome.REPEATED if known[1] == parts else Outcome.CONFLICT, known[0])
        if arrival.strategy == "reject" and box.waiting:
            return Accepted(Outcome.BUSY, TurnId(""))
        if len(box.waiting) >= self._capacity:
            return Accepted(Outcome.FULL, TurnId(""))
        turn, wait = _joined(box, message.turn_id, arrival)
        if arrival.strategy in {"interrupt", "rollback"}:
            for earlier in box.waiting:
                box.stops.setdefault(earlier.turn_id, arrival.strategy)
        box.seen[message.id] = (turn, parts)
        box.waiting.append(replace(message, turn_id=turn))
        box.heard = time.monotonic()
        self._sessions.facts[session] = replace(self._sessions.facts[session], updated=message.at)
        if wait > 0:
            self._queue.due[session] = time.monotonic() + wait
        else:
            self._queue.add(session)
        return Accepted(Outcome.ACCEPTED, turn, int(wait * 1000))

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Claimed | NotYet | Refused:
        """Hold the session for the lease time and return its next turn's messages."""
        box, now = self._sessions.boxes[session], time.monotonic()
        if entry:
            self._queue.taken(session)
        holder = box.lease[0] if box.lease[1] > now else None
        if holder not in {None, token}:
            return Refused.HELD_ELSEWHERE
        if not box.waiting:
            box.lease = ("", 0.0)
            return Refused.NOTHING_WAITS
        turn = box.waiting[0].turn_id
        burst = box.burst is not None and box.burst[0] == turn
        begin = max(box.burst[2] if box.burst and burst else 0.0, box.retry_at)
        if begin > now:
            box.lease = ("", 0.0)
            self._queue.due[session] = begin
            return NotYet(int((begin - now) * 1000) + 1)
        if burst:
            box.burst = None
        box.retry_at, box.heard = 0.0, now
        box.fence += holder is None
        box.lease = (token, now + self._lease_s)
        box.attempt = box.attempt + 1 if box.running == turn else 1
        box.running = turn
        messages = [message for message in box.waiting if message.turn_id == turn]
        return Claimed(messages, box.attempt, box.fence, box.stops.get(turn))

    async def renew(self, session: SessionId, token: str) -> Held | None:
        """Hold the session for another lease time; None when it is no longer this worker's."""
        box = self._owned(session, token)
        if box is None:
            return None
        box.lease, box.heard = (token, time.monotonic() + self._lease_s), time.monotonic()
        return Held(box.stops.get(box.running) if box.running else None)

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0, counted: bool = True) -> None:
        """Give the session back, its turn to be begun again after a time; the attempt counts or not."""
        box = self._owned(session, token)
        if box is None:
            return
        box.lease = ("", 0.0)
        box.attempt -= not counted
        if after_ms:
            box.retry_at = self._queue.due[session] = time.monotonic() + after_ms / 1000
        else:
            self._queue.add(session)

    async def commit(self, token: str, fence: int, ending: Ending) -> Committed:
        """End a turn, all or nothing; the same again changes nothing and answers the same."""
        finished = ending.finished
        session, turn = finished.session, finished.turn.id
        box = self._sessions.boxes[session]
        if box.fence != fence:
            return Committed.STALE
        if box.waiting and box.waiting[0].turn_id == turn:
            self._finish(box, token, ending)
        elif box.last != (token, turn):
            return Committed.STALE
        box.lease = ("", 0.0)
        if not box.waiting:
            return Committed.DONE
        if ending.go_on:
            box.lease = (token, time.monotonic() + self._lease_s)
            return Committed.NEXT
        self._queue.add(session)
        return Committed.DONE

    async def stop(self, session: SessionId, turn: TurnId | None, reason: StopReason) -> list[TurnId]:
        """Have a turn stopped, or all that are not answered; return those that will be."""
        box = self._sessions.boxes[session]
        waiting = list(dict.fromkeys(message.turn_id for message in box.waiting))
        stopped = [one for one in waiting if turn in {None, one}]
        for one in stopped:
            box.stops.setdefault(one, reason)
            if box.burst and box.burst[0] == one:
                box.burst = None
        return stopped

    def _owned(self, session: SessionId, token: str) -> Mailbox | None:
        box = self._sessions.boxes[session]
        return box if box.lease[0] == token and box.lease[1] > time.monotonic() else None

    def _finish(self, box: Mailbox, token: str, ending: Ending) -> None:
        finished, facts = ending.finished, ending.facts
        session, turn = finished.session, finished.turn.id
        box.waiting = [message for message in box.waiting if message.turn_id != turn]
        box.stops.pop(turn, None)
        box.running, box.attempt, box.last = None, 0, (token, turn)
        if ending.events:
            self._log.add(session, ending.events)
        self._outbox.add(ending.outbox)
        if ending.dead:
            self._dead.add(_LETTER.validate_json(ending.dead))
        known = self._sessions.facts[session]
        self._sessions.finished[session][turn] = replace(finished, number=known.turns + 1)
        self._sessions.facts[session] = replace(
            known,
            turns=known.turns + 1,
            status=facts.get("status", known.status),
            lane=facts.get("lane", known.lane) or None,
            intent=facts.get("intent", known.intent) or None,
            locale=facts.get("locale", known.locale),
            handoff=facts["handoff"] == "open" if "handoff" in facts else known.handoff,
        )


def _joined(box: Mailbox, turn: TurnId, arrival: Arrival) -> tuple[TurnId, float]:
    """Return the turn a message belongs to, and the seconds it waits for more."""
    if arrival.strategy != "coalesce":
        box.burst = None
        return turn, 0.0
    now = time.monotonic()
    turn, first, _ = box.burst or (turn, now, now)
    due = now if arrival.immediate else min(now + arrival.quiet_ms / 1000, first + arrival.cap_ms / 1000)
    box.burst = (turn, first, due)
    return turn, max(due - now, 0.0)
