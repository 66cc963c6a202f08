"""Let agents react to insights: each subscriber is given each insight, in order, until it has dealt with it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from secrets import token_hex
from typing import Final, Literal, Protocol

import structlog

from nodes.agents.ports import AgentError, Agents, Files, StepContext
from nodes.ports import Clock, Unrecorded
from server.clock import now_ms
from state.errors import LanewayError, StoreUnavailableError
from state.events import encode
from state.ids import SessionId, TenantId
from state.insight import Insight, Unseen
from state.plan_events import AgentReaction, PlanEvent, Progress
from state.stores.ending import end

POLL_S: Final = 1.0
TRIES: Final = 5
_HOLD_MS: Final = 60_000
_log: Final = structlog.get_logger()


class InsightStore(Protocol):
    """Where insights are kept, and how far each subscriber has seen them."""

    async def publish(self, insight: Insight) -> None:
        """Keep an insight; the same id again changes nothing."""
        ...

    async def subscribe(self, tenant: TenantId, subscriber: str) -> None:
        """Keep what is published from now on for a subscriber; one that is known goes on where it was."""
        ...

    async def unseen(self, tenant: TenantId, subscriber: str, limit: int = 100) -> list[Unseen]:
        """Return what a subscriber hasn't seen, in order."""
        ...

    async def seen(self, tenant: TenantId, subscriber: str, place: str) -> None:
        """Note that a subscriber has seen everything up to a place."""
        ...

    async def hold(self, tenant: TenantId, subscriber: str, holder: str, ms: int) -> bool:
        """Take a subscriber's work for a time, or go on with it; False while another holder has it."""
        ...


class RunEvents(Protocol):
    """Where the events of the run are shown that published an insight."""

    async def append(
        self, session: SessionId, batch: str, events: Sequence[bytes], fence: int | None = None, *, writer: str = ""
    ) -> int:
        """Append encoded events; a `writer`'s last `batch` again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """An agent's action that is asked when an insight of this name is published."""

    agent: str
    insight: str
    action: str

    @property
    def subscriber(self) -> str:
        """The name by which the store knows how far it is; the same over restarts."""
        return f"{self.agent}.{self.action}:{self.insight}"


@dataclass(slots=True)
class Reactions:
    """Runs beside the workers; any number of processes may, and one of them at a time serves a subscriber.

    What an agent says and publishes in its reaction is shown in the run that published the insight, all of it at once
    when the reaction has ended, and once: a reaction that is done again because a process died is not shown again.
    """

    tenant: TenantId
    store: InsightStore
    agents: Agents
    subscriptions: Sequence[Subscription]
    files: Files
    clock: Clock
    events: RunEvents
    poll_s: float = POLL_S
    _holder: str = field(default_factory=lambda: token_hex(8))
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for insights."""
        if self.subscriptions:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop looking; a reaction that is cut off here is done again by whoever looks next."""
        if self._task is not None:
            await end(self._task)

    async def look(self) -> int:
        """Let every subscriber react to what it hasn't seen; return how many insights were dealt with."""
        return sum([await self._serve(one) for one in self.subscriptions])

    async def subscribe(self) -> None:
        """Make the subscribers known, so that nothing is let go of before they have seen it."""
        for one in self.subscriptions:
            await self.store.subscribe(self.tenant, one.subscriber)

    async def _run(self) -> None:
        known = False
        while True:
            try:
                if not known:
                    await self.subscribe()
                    known = True
                await self.look()
            except StoreUnavailableError as error:
                _log.warning("insights.store_unavailable", reason=error.message)
            await asyncio.sleep(self.poll_s)

    async def _serve(self, one: Subscription) -> int:
        if not await self.store.hold(self.tenant, one.subscriber, self._holder, _HOLD_MS):
            return 0
        dealt = 0
        async with self._held(one):
            for row in await self.store.unseen(self.tenant, one.subscriber):
                if row.insight.name == one.insight:
                    await self._show(one, row.insight, await self._react(one, row.insight))
                    dealt += 1
                await self.store.seen(self.tenant, one.subscriber, row.place)
        return dealt

    @asynccontextmanager
    async def _held(self, one: Subscription) -> AsyncIterator[None]:
        """Keep a subscriber's work to this process, however long its agent takes."""

        async def go_on() -> None:
            while True:
                await asyncio.sleep(_HOLD_MS / 3000)
                with suppress(StoreUnavailableError):
                    await self.store.hold(self.tenant, one.subscriber, self._holder, _HOLD_MS)

        holding = asyncio.create_task(go_on())
        try:
            yield
        finally:
            await end(holding)

    async def _react(self, one: Subscription, insight: Insight) -> list[PlanEvent]:
        """Ask the agent until it has reacted, a few times; return what the last of them showed."""
        code = ""
        for attempt in range(1, TRIES + 1):
            told: list[PlanEvent] = []
            context = self._context(one, insight, attempt, told.append)
            try:
                await self.agents.call(one.agent, one.action, {"insight": asdict(insight)}, context)
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 # an agent may raise anything; others' insights must go on
                code = error.code if isinstance(error, LanewayError | AgentError) else type(error).__name__
                _log.warning("insight.reaction_failed", subscriber=one.subscriber, insight=insight.id, code=code)
                if attempt < TRIES:
                    await asyncio.sleep(self.poll_s * attempt)
            else:
                return [*told, _reaction(one, insight, attempt)]
        _log.error("insight.given_up", subscriber=one.subscriber, insight=insight.id, tries=TRIES)
        return [*told, _reaction(one, insight, TRIES, code)]

    async def _show(self, one: Subscription, insight: Insight, told: Sequence[PlanEvent]) -> None:
        session, at = SessionId(insight.run), now_ms()
        rows = [encode(session, None, at, event) for event in told if not isinstance(event, Progress)]
        await self.events.append(session, insight.id, rows, writer=one.subscriber)

    def _context(
        self, one: Subscription, insight: Insight, attempt: int, tell: Callable[[PlanEvent], None]
    ) -> StepContext:
        return StepContext(
            run=insight.run,
            task=_task(one, insight),
            agent=one.agent,
            attempt=attempt,
            tenant=self.tenant,
            locale="",
            effects=Unrecorded(),
            clock=self.clock,
            tell=tell,
            files=self.files,
            insights=self.store,
        )


def _task(one: Subscription, insight: Insight) -> str:
    return f"{one.subscriber}/{insight.task}"


def _reaction(one: Subscription, insight: Insight, attempts: int, error: str = "") -> AgentReaction:
    status: Literal["completed", "failed"] = "failed" if error else "completed"
    return AgentReaction(insight.id, insight.name, one.agent, one.action, _task(one, insight), status, attempts, error)
