"""The outbox in memory."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from state.ids import SessionId
from state.mailbox import NotYet, Refused
from state.outbox import RANK, Delivery, OutboundRow, SendStatus
from state.stores.memory.queue import MemoryQueue
from state.stores.memory.sessions import MemoryEventLog


@dataclass
class Tray:
    """What the outbox keeps of one session; times are seconds on the monotonic clock."""

    rows: dict[str, Delivery] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    lease: tuple[str, float] = ("", 0.0)
    heard: float = 0.0
    retry_at: float = 0.0


class MemoryOutbox:
    """Messages in order, one deliverer at a time for each session; `queue` has the sessions with some."""

    def __init__(self, log: MemoryEventLog, *, lease_ms: int) -> None:
        self._log = log
        self._trays: dict[SessionId, Tray] = defaultdict(Tray)
        self._lease_s = lease_ms / 1000
        self.queue = MemoryQueue(self._trays, lease_ms=lease_ms)

    def add(self, rows: Sequence[OutboundRow]) -> None:
        """Put messages in, as a commit does."""
        for row in rows:
            tray = self._trays[row.session]
            tray.rows[row.id] = Delivery(row, "queued", since=_now_ms())
            tray.waiting.append(row.id)
            tray.heard = time.monotonic()
            self.queue.add(row.session)

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Delivery | NotYet | Refused:
        """Hold the session for the lease time and return its next message."""
        tray, now = self._trays[session], time.monotonic()
        if entry:
            self.queue.taken(session)
        if tray.lease[1] > now and tray.lease[0] != token:
            return Refused.HELD_ELSEWHERE
        tray.lease = ("", 0.0)
        if not tray.waiting:
            return Refused.NOTHING_WAITS
        if tray.retry_at > now:
            self.queue.due[session] = tray.retry_at
            return NotYet(int((tray.retry_at - now) * 1000) + 1)
        tray.retry_at, tray.heard, tray.lease = 0.0, now, (token, now + self._lease_s)
        found = tray.rows[tray.waiting[0]]
        return replace(found, age_ms=_now_ms() - found.since)

    async def mark(
        self,
        session: SessionId,
        row: str,
        status: SendStatus,
        *,
        token: str = "",
        ref: str | None = None,
        code: str | None = None,
        counted: bool = True,
        event: bytes = b"",
    ) -> bool:
        """Say how far a message got; False when what is known already stays, or there is no such row."""
        tray = self._trays[session]
        known = tray.rows.get(row)
        if known is None or (token and not self._holds(tray, token)):
            return False
        old, new = RANK[known.status], RANK[status]
        if known.status == "failed" or new < old or (new == old and new > 0):
            return False
        tries = known.tries + (status == "sending") - (not counted)
        tray.rows[row] = replace(known, status=status, tries=tries, since=_now_ms(), ref=ref or known.ref, code=code)
        if new and row in tray.waiting:
            tray.waiting.remove(row)
            tray.retry_at = 0.0
            self.queue.due.pop(session, None)
        if event:
            self._log.add(session, [event])
        return True

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this deliverer's."""
        tray = self._trays[session]
        if self._holds(tray, token):
            tray.heard, tray.lease = time.monotonic(), (token, time.monotonic() + self._lease_s)
        return self._holds(tray, token)

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0) -> None:
        """Give the session back, its next message to be tried after a time."""
        tray = self._trays[session]
        if not self._holds(tray, token):
            return
        tray.lease = ("", 0.0)
        if after_ms:
            tray.retry_at = self.queue.due[session] = time.monotonic() + after_ms / 1000
        else:
            self.queue.add(session)

    async def get(self, session: SessionId, row: str) -> Delivery | None:
        """Return a row and how far it got; None when there is none."""
        return self._trays[session].rows.get(row)

    async def all(self, session: SessionId) -> list[Delivery]:
        """Return the session's rows, oldest first."""
        return list(self._trays[session].rows.values())

    def _holds(self, tray: Tray, token: str) -> bool:
        return tray.lease[0] == token and tray.lease[1] > time.monotonic()


def _now_ms() -> int:
    return int(time.time() * 1000)
