"""Let agents react to insights: each subscriber is given each insight, in order, until it has dealt with it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from secrets import token_hex
from typing import Final, Protocol

import structlog

from nodes.agents.ports import Agents, Files, StepContext
from nodes.ports import Clock, Unrecorded
from state.errors import LanewayError, StoreUnavailableError
from state.ids import TenantId
from state.insight import Insight, Unseen
from state.plan_events import PlanEvent
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
    """Runs beside the workers; any number of processes may, and one of them at a time serves a subscriber."""

    tenant: TenantId
    store: InsightStore
    agents: Agents
    subscriptions: Sequence[Subscription]
    files: Files
    clock: Clock
    poll_s: float = POLL_S
    tell: Callable[[PlanEvent], None] = lambda _: None
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
        for row in await self.store.unseen(self.tenant, one.subscriber):
            if row.insight.name == one.insight:
                await self._react(one, row.insight)
                dealt += 1
                await self.store.hold(self.tenant, one.subscriber, self._holder, _HOLD_MS)
            await self.store.seen(self.tenant, one.subscriber, row.place)
        return dealt

    async def _react(self, one: Subscription, insight: Insight) -> None:
        """Ask the agent until it has reacted, a few times; then the insight counts as seen, and the log says so."""
        for attempt in range(1, TRIES + 1):
            try:
                await self.agents.call(
                    one.agent, one.action, {"insight": asdict(insight)}, self._context(one, insight, attempt)
                )
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 # an agent may raise anything; others' insights must go on
                code = error.code if isinstance(error, LanewayError) else type(error).__name__
                _log.warning("insight.reaction_failed", subscriber=one.subscriber, insight=insight.id, code=code)
                await asyncio.sleep(self.poll_s * attempt)
            else:
                return
        _log.error("insight.given_up", subscriber=one.subscriber, insight=insight.id, tries=TRIES)

    def _context(self, one: Subscription, insight: Insight, attempt: int) -> StepContext:
        return StepContext(
            run=insight.run,
            task=f"{one.subscriber}/{insight.task}",
            agent=one.agent,
            attempt=attempt,
            tenant=self.tenant,
            locale="",
            effects=Unrecorded(),
            clock=self.clock,
            tell=self.tell,
            files=self.files,
            insights=self.store,
        )
