"""Take sessions that have work and run their turns, one at a time each, in order."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

import structlog

from server.archiver import Archiver
from server.clock import now_ms
from server.ports import EventLog, Inbox
from server.recorder import Recorder
from server.turns import TurnRunner
from state.errors import LanewayError, RecordsUnavailableError, StoreUnavailableError
from state.events import MessageFinal, TurnEnd, encode
from state.ids import SessionId, TurnId
from state.session import Claimed, FinishedTurn, Refused
from state.stores.ending import end as end_task
from state.turn import InboundMessage, Turn, plain_text

log = structlog.get_logger()

LEFT_OVER_AFTER_MS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a worker does at once, and how long it keeps at it.

    Attributes:
        concurrency: sessions worked on at once.
        lease_ms: how long a session is held without being renewed; renewed three times as often.
        attempts: a message whose turn was begun more often than this without an end is put aside.
        retry_after_s: pause before the next attempt, times the attempts so far.
        sweep_every_s: how often work that others left over is looked for.
    """

    concurrency: int = 64
    lease_ms: int = 10_000
    attempts: int = 5
    retry_after_s: float = 0.2
    sweep_every_s: float = 2.0


class Worker:
    """One per process; any number of processes may share a store."""

    def __init__(
        self,
        inbox: Inbox,
        event_log: EventLog,
        runner: TurnRunner,
        archiver: Archiver,
        *,
        apology: str,
        limits: Limits | None = None,
    ) -> None:
        self._inbox = inbox
        self._log = event_log
        self._runner = runner
        self._archiver = archiver
        self._apology = apology
        self._limits = limits or Limits()
        self._slots = asyncio.Semaphore(self._limits.concurrency)
        self._running: dict[SessionId, asyncio.Task[None]] = {}
        self._again: set[SessionId] = set()
        self._swept: dict[SessionId, int] = {}
        self._excused: Counter[TurnId] = Counter()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin with what an earlier process left over."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self, within_s: float) -> None:
        """Let running turns end within `within_s` seconds; what doesn't is taken up again by the next process."""
        self._stopping = True
        if self._sweeper is not None:
            await end_task(self._sweeper)
        if self._running:
            await asyncio.wait(self._running.values(), timeout=within_s)
        for task in list(self._running.values()):
            await end_task(task)

    def wake(self, session: SessionId) -> None:
        """Work on a session as soon as there is a free place."""
        if self._stopping:
            return
        if session in self._running:
            self._again.add(session)
            return
        task = asyncio.create_task(self._drain(session))
        self._running[session] = task
        task.add_done_callback(lambda _: self._drained(session))

    def _drained(self, session: SessionId) -> None:
        self._running.pop(session, None)
        if session in self._again:
            self._again.discard(session)
            self.wake(session)

    async def _drain(self, session: SessionId) -> None:
        token = token_hex(8)
        claimed: Claimed | Refused = Refused.HELD_ELSEWHERE
        async with self._slots:
            try:
                while isinstance(claimed := await self._inbox.claim(session, token), Claimed):
                    if not await self._turn(claimed, token):
                        break
                swept_at = self._swept.pop(session, None)
                if claimed is Refused.NOTHING_WAITS and swept_at is not None:
                    await self._archiver.archive([session])
                    await self._inbox.settled(session, swept_at)
            except (StoreUnavailableError, RecordsUnavailableError) as error:
                log.warning("worker.store_unavailable", session=session, reason=error.message)
            finally:
                if isinstance(claimed, Claimed):
                    with suppress(StoreUnavailableError):
                        await self._inbox.release(session, token)

    async def _turn(self, claimed: Claimed, token: str) -> bool:
        message = claimed.message
        recorder = Recorder(self._log, message.session_id, message.turn_id, f"{token}:{claimed.attempt}")
        queued_ms = max(now_ms() - message.at, 0)
        keeper = asyncio.create_task(self._keep(message.session_id, token))
        try:
            if claimed.attempt - self._excused.get(message.turn_id, 0) > self._limits.attempts:
                end, facts = self._put_aside(recorder, queued_ms), {"status": "failed"}
                turn = _unanswered(message, self._apology)
            else:
                ended = await self._runner.run(claimed, recorder)
                decision = ended.state["decision"]
                end = TurnEnd(
                    status=ended.status,
                    ms=ended.ms,
                    queued_ms=queued_ms,
                    lane=decision.lane if decision else None,
                    intent=decision.intent if decision else None,
                    error=ended.state["error"].code if ended.state["error"] else None,
                )
                facts, turn = ended.facts, ended.state["turns"][-1]
            now = now_ms()
            rows = [*await recorder.finish(), encode(message.session_id, message.turn_id, now, end)]
            finished = FinishedTurn(message.tenant_id, message.session_id, message.channel, end.status, now, turn)
            done = await self._inbox.commit(token, finished, facts, rows)
        except StoreUnavailableError:
            self._excused[message.turn_id] += 1  # the store's fault, not the message's
            raise
        except Exception as error:  # noqa: BLE001 # the turn's outer edge: it is tried again, then put aside
            await recorder.finish()
            _attempt_failed(claimed, error)
            await asyncio.sleep(self._limits.retry_after_s * claimed.attempt)
            return True
        finally:
            await end_task(keeper)
        self._excused.pop(message.turn_id, None)
        self._archiver.wake(message.session_id)
        _canonical_line(claimed, end, committed=done)
        return done

    def _put_aside(self, recorder: Recorder, queued_ms: int) -> TurnEnd:
        recorder.emit(MessageFinal(0, self._apology, locale="", lane=None))
        return TurnEnd("dead_lettered", 0.0, queued_ms, error="too_many_attempts")

    async def _keep(self, session: SessionId, token: str) -> None:
        while True:
            await asyncio.sleep(self._limits.lease_ms / 3000)
            with suppress(StoreUnavailableError):
                await self._inbox.renew(session, token)

    async def _sweep(self) -> None:
        first = True
        while True:
            try:
                before = now_ms() if first else now_ms() - LEFT_OVER_AFTER_MS
                for session, at in await self._inbox.left_over(before):
                    self._swept[session] = at
                    self.wake(session)
                first = False
            except StoreUnavailableError as error:
                log.warning("worker.store_unavailable", reason=error.message)
            await asyncio.sleep(self._limits.sweep_every_s)


def _unanswered(message: InboundMessage, reply: str) -> Turn:
    """Return the turn of a message that no attempt could answer."""
    text, locale = plain_text(message.parts), message.locale or ""
    return Turn(message.turn_id, message.id, message.at, message.parts, text, locale, reply=reply)


def _attempt_failed(claimed: Claimed, error: Exception) -> None:
    log.error(
        "turn.attempt_failed",
        session=claimed.message.session_id,
        turn=claimed.message.turn_id,
        attempt=claimed.attempt,
        code=error.code if isinstance(error, LanewayError) else "internal",
        exc_info=error,
    )


def _canonical_line(claimed: Claimed, end: TurnEnd, *, committed: bool) -> None:
    log.info(
        "turn.completed" if committed else "turn.superseded",
        session=claimed.message.session_id,
        turn=claimed.message.turn_id,
        channel=claimed.message.channel,
        tenant=claimed.message.tenant_id,
        attempt=claimed.attempt,
        status=end.status,
        lane=end.lane,
        intent=end.intent,
        ms=end.ms,
        queued_ms=end.queued_ms,
        error=end.error,
    )
