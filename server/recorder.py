"""Write a turn's events to the log while it runs, in order, many in one round trip."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from server.clock import now_ms
from server.ports import EventLog
from state.errors import StaleFenceError, StoreUnavailableError
from state.events import Edge, Event, MessageFinal, NodeRetry, NodeStart, encode
from state.ids import SessionId, TurnId

log = structlog.get_logger()

GATHER_S: Final = 0.002
"""A turn's first events go to the log after so short a time: they show that somebody is at it."""
GATHER_MORE_S: Final = 0.02
"""Later ones of so short a time go together: nobody sees the difference, and log and watchers have less to do."""


class Recorder:
    """The events of one attempt at a turn.

    Events stream at once until the first final message; from there on they are held back for the commit, so that
    an answer is shown exactly when its turn ends, whatever happens in between. `attempt` names the attempt among all
    of the turn's, so that no batch is taken for a repeat of another; `fence` is its owner's token.
    """

    def __init__(self, event_log: EventLog, session: SessionId, turn: TurnId, *, attempt: str, fence: int) -> None:
        self._log = event_log
        self._fence = fence
        self._session = session
        self._turn = turn
        self._attempt = attempt
        self._waiting: list[bytes] = []
        self._final: list[bytes] = []
        self._holding = False
        self._last_node: str | None = None
        self._batches = 0
        self._soon: asyncio.TimerHandle | None = None
        self._flusher: asyncio.Task[None] | None = None
        self._stale: StaleFenceError | None = None

    def emit(self, event: Event) -> None:
        """Put an event in the log, soon."""
        if isinstance(event, MessageFinal):
            self._holding = True
        for one in (*self._edge_to(event), event):
            row = encode(self._session, self._turn, now_ms(), one)
            (self._final if self._holding else self._waiting).append(row)
        self._schedule()

    async def finish(self) -> Sequence[bytes]:
        """Wait until everything that streams is in the log; return what was held back for the commit.

        Raises:
            StaleFenceError: another worker has the session by now.
        """
        while self._waiting or self._flusher is not None:
            await self._start()
        if self._stale is not None:
            raise self._stale
        return self._final

    def _schedule(self) -> None:
        if self._waiting and self._soon is None and self._flusher is None:
            gather = GATHER_MORE_S if self._batches else GATHER_S
            self._soon = asyncio.get_running_loop().call_later(gather, self._start)

    def _start(self) -> "asyncio.Task[None]":
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        return self._flusher

    def _edge_to(self, event: Event) -> Sequence[Event]:
        if not isinstance(event, NodeStart | NodeRetry):
            return ()
        source, self._last_node = self._last_node, event.node
        if isinstance(event, NodeRetry) or source is None:
            return ()
        return (Edge(source, event.node, label=event.node if source == "route_intent" else None),)

    async def _flush(self) -> None:
        rows, self._waiting = self._waiting, []
        self._batches += 1
        try:
            await self._log.append(self._session, f"{self._turn}:{self._attempt}:{self._batches}", rows, self._fence)
        except StaleFenceError as error:
            self._stale = error
        except StoreUnavailableError as error:
            log.warning("events.lost", session=self._session, turn=self._turn, reason=error.message)
        finally:
            self._flusher = None
            self._schedule()
