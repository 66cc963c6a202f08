"""One attempt at a turn, and what its end writes."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

import structlog

from nodes.ports import Effects
from server.clock import now_ms
from server.delivery_ports import Presence
from server.dialogue import unanswered
from server.lease import Lease, Verdict
from server.recorder import Recorder
from server.turns import Ended, TurnRunner
from state.conversation import OutboundMessage
from state.errors import StaleFenceError
from state.events import Event, MessageFinal, TurnCancelled, TurnEnd, encode
from state.mailbox import Claimed, DeadLetter, Ending, StopReason
from state.outbox import DELIVERED, OutboundRow
from state.session import FinishedTurn
from state.stores.dead_letters import dump_letter
from state.stores.ending import end
from state.turn import InboundMessage, Turn, merged

log = structlog.get_logger()

_TOO_LONG: Final = "deadline"
_TOO_OFTEN: Final = "too_many_attempts"
_LATE_MS: Final = 60_000
"""An answer that comes later than this after its message quotes it."""


@dataclass(frozen=True, slots=True)
class Endings:
    """What the customer is told when a turn can't be answered."""

    apology: str

    def answered(
        self, ended: Ended, message: InboundMessage, rows: list[bytes], queued_ms: int
    ) -> tuple[TurnEnd, Ending]:
        """End a turn whose graph ended; `rows` are its last events."""
        decision, error = ended.state["decision"], ended.state["error"]
        over = TurnEnd(
            status=ended.status,
            ms=ended.ms,
            queued_ms=queued_ms,
            lane=decision.lane if decision else None,
            intent=decision.intent if decision else None,
            error=error.code if error else None,
        )
        ending = _ending(message, ended.state["turns"][-1], over, rows, ended.facts)
        return over, replace(ending, outbox=_to_deliver(message, ended.state["outbound"], ended.state["locale"]))

    def apologised(self, message: InboundMessage, over: TurnEnd, letter: DeadLetter | None = None) -> Ending:
        """End a turn that failed without an answer, or was put aside."""
        rows = [_row(message, MessageFinal(0, self.apology, locale=message.locale or "", lane=None))]
        ending = _ending(message, unanswered(message, self.apology), over, rows, {"status": "failed"})
        told = _to_deliver(message, [OutboundMessage(self.apology)], message.locale or "")
        return replace(ending, outbox=told, dead=dump_letter(letter) if letter else None)

    def stopped(self, message: InboundMessage, over: TurnEnd, reason: StopReason) -> Ending:
        """End a turn that was stopped."""
        rows = [_row(message, TurnCancelled(reason))]
        return _ending(message, unanswered(message), over, rows, {"status": "idle"})


class Attempt:
    """Runs the graph while the lease is watched; whatever ends first decides how the turn ends."""

    def __init__(
        self,
        claimed: Claimed,
        lease: Lease,
        runner: TurnRunner,
        endings: Endings,
        recorder: Recorder,
        *,
        effects: Effects | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._claimed = claimed
        self._lease = lease
        self._runner = runner
        self._endings = endings
        self._recorder = recorder
        self._effects = effects
        self._presence = presence
        self._message = merged(claimed.messages)
        self._queued_ms = max(now_ms() - self._message.at, 0)
        self._began = perf_counter()
        self._over = TurnEnd("failed", 0.0)

    async def run(self, within_s: float, *, go_on: bool) -> Ending:
        """Run the turn; return what its end writes.

        Raises:
            StaleFenceError: the session is another worker's by now.
        """
        if self._claimed.stop:
            return replace(await self._stopped(self._claimed.stop), go_on=go_on)
        latest = self._claimed.messages[-1]
        with self._presence.answering(latest) if self._presence else nullcontext():
            return replace(await self._watched(within_s), go_on=go_on)

    async def _watched(self, within_s: float) -> Ending:
        deadline = asyncio.get_running_loop().time() + within_s
        running = asyncio.create_task(self._runner.run(self._claimed, self._recorder, self._effects, deadline))
        watching = asyncio.create_task(self._lease.watch())
        try:
            await asyncio.wait([running, watching], timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return await self._answered(running.result())
            if watching.done():
                return await self._interrupted(running, watching.result())
            return await self._too_long(running)
        finally:
            await end(watching)
            await end(running)

    async def put_aside(self) -> Ending:
        """End a turn that was begun too often, and keep it as a dead letter."""
        message = self._message
        self._over = TurnEnd("dead_lettered", 0.0, self._queued_ms, error=_TOO_OFTEN)
        letter = DeadLetter(
            id="",
            session=message.session_id,
            turn=message.turn_id,
            at=now_ms(),
            code=_TOO_OFTEN,
            attempts=self._claimed.attempt - 1,
            messages=self._claimed.messages,
        )
        return self._endings.apologised(message, self._over, letter)

    def log_end(self, *, committed: bool) -> None:
        """Write the turn's one canonical line."""
        message, over = self._message, self._over
        log.info(
            "turn.completed" if committed else "turn.superseded",
            session=message.session_id,
            turn=message.turn_id,
            channel=message.channel,
            tenant=message.tenant_id,
            messages=len(self._claimed.messages),
            attempt=self._claimed.attempt,
            status=over.status,
            lane=over.lane,
            intent=over.intent,
            ms=over.ms,
            queued_ms=over.queued_ms,
            error=over.error,
        )

    async def _answered(self, ended: Ended) -> Ending:
        rows = list(await self._recorder.finish())
        self._over, ending = self._endings.answered(ended, self._message, rows, self._queued_ms)
        return ending

    async def _interrupted(self, running: "asyncio.Task[Ended]", verdict: Verdict) -> Ending:
        if verdict == "lost":
            await end(running)
            raise StaleFenceError("unknown: the lease ran out")
        await end(running)
        await self._recorder.finish()
        return await self._stopped(verdict)

    async def _too_long(self, running: "asyncio.Task[Ended]") -> Ending:
        await end(running)
        await self._recorder.finish()
        await self._runner.dialogue.leave_unanswered(self._claimed, self._endings.apology)
        self._over = TurnEnd("failed", self._ms(), self._queued_ms, error=_TOO_LONG)
        return self._endings.apologised(self._message, self._over)

    async def _stopped(self, reason: StopReason) -> Ending:
        if reason == "rollback":
            await self._runner.dialogue.leave_out(self._claimed)
        else:
            await self._runner.dialogue.leave_unanswered(self._claimed)
        self._over = TurnEnd("cancelled", self._ms(), self._queued_ms)
        return self._endings.stopped(self._message, self._over, reason)

    def _ms(self) -> float:
        return round((perf_counter() - self._began) * 1000, 3)


def _ending(message: InboundMessage, turn: Turn, over: TurnEnd, rows: list[bytes], facts: dict[str, str]) -> Ending:
    finished = FinishedTurn(message.tenant_id, message.session_id, message.channel, over.status, now_ms(), turn)
    return Ending(finished, facts, [*rows, _row(message, over)])


def _to_deliver(message: InboundMessage, messages: Sequence[OutboundMessage], locale: str) -> list[OutboundRow]:
    if message.channel not in DELIVERED:
        return []
    now = now_ms()
    quotes = message.reply_to is not None or message.origin is not None or now - message.at > _LATE_MS
    return [
        OutboundRow(
            message.session_id,
            message.turn_id,
            ordinal,
            message.channel,
            one,
            now,
            contact=message.user_id,
            account=message.account or "",
            locale=locale,
            reply_to=message.id if one.reaction or (quotes and ordinal == 0) else None,
        )
        for ordinal, one in enumerate(messages)
    ]


def _row(message: InboundMessage, event: Event) -> bytes:
    return encode(message.session_id, message.turn_id, now_ms(), event)
