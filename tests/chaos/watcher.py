"""Somebody who watches a session's events and goes on after every break, from whichever process serves."""

import asyncio
import json
from contextlib import suppress

import httpx2

from tests.chaos.driver import Fleet
from tests.chaos.history import Reset, Seen
from tests.waiting import until

SILENCE_S = 4.0
"""A connection on which nothing comes for so long is given up: its process may be frozen."""


class Watcher:
    """One watcher over all its connections; `ended` are the turns whose end it saw, `place` is where it watches now."""

    def __init__(self, name: str, session: str, fleet: Fleet, *, bored: float) -> None:
        self.name = f"{session}/{name}"
        self.session = session
        self.ended: set[str] = set()
        self.connections = 0
        self.goodbyes = 0
        self.last_id = ""
        self.reached = 0
        self.place: int | None = None
        self._fleet = fleet
        self._bored = bored
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def catch_up(self) -> None:
        """Wait until the watcher has seen the last event of the log, for a while."""
        from_log = [row.seq for row in self._fleet.history.log().get(self.session, [])]
        with suppress(TimeoutError):
            await until(lambda: self.reached >= max(from_log, default=0))

    async def _watch(self) -> None:
        timeout = httpx2.Timeout(SILENCE_S)
        async with httpx2.AsyncClient(timeout=timeout, verify=False) as http:
            while True:
                with suppress(httpx2.HTTPError, httpx2.InvalidURL):
                    await self._connect(http)
                self.place = None
                await asyncio.sleep(0.1)

    async def _connect(self, http: httpx2.AsyncClient) -> None:
        place = self._fleet.any()
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        self.connections += 1
        url = f"{self._fleet.url(place)}/v1/sessions/{self.session}/events"
        async with http.stream("GET", url, headers=headers) as answer:
            if answer.status_code == 503:
                return
            assert answer.status_code == 200, f"{self.name}: {answer.status_code}"
            self.place = place
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif not line and "data" in event:
                    self._take(event)
                    event = {}
                    if self._fleet.random.random() < self._bored:
                        return

    def _take(self, event: dict[str, str]) -> None:
        history = self._fleet.history
        match event.get("event"):
            case "reset":
                history.add(Reset(self.name, self.session))
            case "bye":
                self.goodbyes += 1
            case "error":
                pass
            case kind:
                data = json.loads(event["data"])
                self.last_id, self.reached = event["id"], data["seq"]
                turn = data["turn"] or ""
                history.add(Seen(self.name, self.session, data["seq"], event["id"], str(kind), turn, self.connections))
                if kind == "turn.end":
                    self.ended.add(turn)
