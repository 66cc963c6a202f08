"""Take sessions that have work and run their turns, one at a time each, in order."""

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Final, Protocol, cast

import structlog

from nodes.effects import Ledger
from server.attempt import Attempt, Endings
from server.delivery_ports import Presence
from server.lease import Lease
from server.plans.attempt import PlanAttempt
from server.plans.runner import PlanRunner
from server.ports import EffectLedger, EventLog, Inbox, Queue
from server.puller import Puller
from server.recorder import Recorder
from server.telemetry.metrics import MemoryMetrics, Metrics
from server.turns import TurnRunner
from server.waker import Waker
from state.effect import Holder
from state.errors import LanewayError, StaleFenceError, StoreUnavailableError
from state.ids import SessionId, TurnId
from state.mailbox import Claimed, Committed, Ending, NotYet, Ready, StopReason
from state.turn import Channel

log = structlog.get_logger()

TURNS_IN_A_ROW: Final = 10
"""Turns of one session before others get their turn."""


class Wakes(Protocol):
    """What keeps what has ended."""

    def wake(self, session: SessionId) -> None:
        """Look at a session soon."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a worker does at once, and how long it keeps at it.

    Attributes:
        concurrency: sessions worked on at once.
        lease_ms: how long a session is held without being renewed; renewed three times as often.
        turn_s: a turn that takes longer is ended as failed, and the customer told.
        attempts: a turn begun more often than this without an end is put aside.
        retry_after_ms: pause before the next attempt, times the attempts so far.
        sweep_every_s: how often work that others left over is looked for.
    """

    concurrency: int = 64
    lease_ms: int = 6_000
    turn_s: float = 120.0
    attempts: int = 5
    retry_after_ms: int = 200
    sweep_every_s: float = 1.0


class Worker:
    """One per process; any number of processes may share a store."""

    def __init__(
        self,
        inbox: Inbox,
        queue: Queue,
        event_log: EventLog,
        runner: TurnRunner | PlanRunner,
        archiver: Wakes,
        *,
        effects: EffectLedger,
        apology: str,
        metrics: Metrics | None = None,
        limits: Limits | None = None,
        presence: Mapping[Channel, Presence] | None = None,
    ) -> None:
        self._inbox = inbox
        self._queue = queue
        self._log = event_log
        self._effects = effects
        self._runner = runner
        self._archiver = archiver
        self._endings = Endings(apology)
        self._metrics = metrics or MemoryMetrics()
        self._limits = limits or Limits()
        self._presence = presence or {}
        self._puller = Puller(
            queue, self._work, concurrency=self._limits.concurrency, sweep_every_s=self._limits.sweep_every_s
        )
        self._waker = Waker(queue)
        self._held: dict[SessionId, tuple[str, TurnId, Lease]] = {}
        self._excused: Counter[TurnId] = Counter()

    def start(self) -> None:
        """Begin to take sessions, what an earlier process left over among them."""
        self._puller.start()

    def take_nothing_more(self) -> None:
        """Begin no more turns; those that run go on."""
        self._puller.take_nothing_more()

    async def stop(self, within_s: float) -> None:
        """Take nothing more, let running turns end within `within_s` seconds, and hand back what doesn't."""
        await self._waker.stop()
        await self._puller.drain(within_s)
        held = list(self._held.items())
        await self._puller.close()
        with suppress(StoreUnavailableError):
            for session, (token, _, _) in held:
                await self._inbox.release(session, token, counted=False)
            await self._queue.close()

    def heard(self, order: str) -> None:
        """Stop a turn if it runs here; `order` is `SESSION TURN REASON`."""
        session, turn, reason = order.split(" ")
        held = self._held.get(SessionId(session))
        if held and held[1] == turn:
            held[2].stop(cast("StopReason", reason))

    async def _work(self, ready: Ready) -> None:
        session, token, entry = ready.session, token_hex(8), ready.entry
        for left in reversed(range(TURNS_IN_A_ROW)):
            since = time.monotonic()
            try:
                claimed = await self._inbox.claim(session, token, entry)
                entry = ""
                if isinstance(claimed, NotYet):
                    self._waker.wake_later(session, claimed.wait_ms)
                if not isinstance(claimed, Claimed):
                    return
                if not await self._turn(claimed, token, since, go_on=left > 0 and not self._puller.stopping):
                    return
            except StoreUnavailableError as error:
                log.warning("worker.store_unavailable", session=session, reason=error.message)
                return

    async def _turn(self, claimed: Claimed, token: str, since: float, *, go_on: bool) -> bool:
        """Run one turn to its end; return whether this worker has the session's next one."""
        first = claimed.messages[0]
        session, turn = first.session_id, first.turn_id
        lease = Lease(self._inbox, session, token, self._limits.lease_ms, since)
        self._held[session] = (token, turn, lease)
        recorder = Recorder(self._log, session, turn, attempt=f"{token}:{claimed.attempt}", fence=claimed.fence)
        holder, doubted = Holder(session, claimed.fence), self._metrics.effect_in_doubt
        ledger = Ledger(self._effects, holder, origin=first.origin, doubted=doubted)
        attempt = self._attempt(claimed, lease, recorder, ledger)
        begun = claimed.attempt - self._excused[turn]
        if claimed.attempt > 1:
            self._metrics.turn_retried()
        try:
            ending = await (
                attempt.put_aside() if begun > self._limits.attempts else attempt.run(self._limits.turn_s, go_on=go_on)
            )
            done = await self._inbox.commit(token, claimed.fence, ending)
            if (ledger.used or claimed.attempt > 1) and not ending.dead and done is not Committed.STALE:
                await self._effects.forget(session, first.origin or turn)
        except StoreUnavailableError:
            self._excused[turn] += 1  # the store's fault, not the message's
            raise
        except StaleFenceError as error:
            self._metrics.write_fenced()
            log.warning("turn.superseded", session=session, turn=turn, attempt=claimed.attempt, reason=error.message)
            return False
        except Exception as error:  # noqa: BLE001 # the turn's outer edge: it is tried again, then put aside
            await self._failed(claimed, token, error)
            return False
        finally:
            del self._held[session]
        self._excused.pop(turn, None)
        self._archiver.wake(session)
        attempt.log_end(committed=done is not Committed.STALE)
        self._count(ending, committed=done is not Committed.STALE)
        return done is Committed.NEXT

    def _attempt(self, claimed: Claimed, lease: Lease, recorder: Recorder, ledger: Ledger) -> Attempt | PlanAttempt:
        if isinstance(self._runner, PlanRunner):
            return PlanAttempt(claimed, lease, self._runner, recorder, effects=ledger)
        presence = self._presence.get(claimed.messages[0].channel)
        return Attempt(claimed, lease, self._runner, self._endings, recorder, effects=ledger, presence=presence)

    def _count(self, ending: Ending, *, committed: bool) -> None:
        finished = ending.finished
        if not committed:
            self._metrics.write_fenced()
            return
        self._metrics.turn_ended(finished.status, max(finished.ended - finished.turn.at, 0) / 1000)
        if ending.dead:
            self._metrics.dead_lettered()

    async def _failed(self, claimed: Claimed, token: str, error: Exception) -> None:
        first = claimed.messages[0]
        log.error(
            "turn.attempt_failed",
            session=first.session_id,
            turn=first.turn_id,
            attempt=claimed.attempt,
            code=error.code if isinstance(error, LanewayError) else "internal",
            exc_info=error,
        )
        wait = self._limits.retry_after_ms * claimed.attempt
        await self._inbox.release(first.session_id, token, after_ms=wait)
        self._waker.wake_later(first.session_id, wait)
