"""Customers: they write with idempotency keys, try again until they are answered, and watch every event come."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from typing import Any

import httpx2

from tests.chaos.driver import RECOVERY_S, Fleet
from tests.chaos.history import Answered, Left, Logged, Offered, Rested, check
from tests.chaos.store import Store
from tests.chaos.sweep import left_over
from tests.chaos.watcher import Watcher
from tests.waiting import SOON_S, until

TEXTS = ["hola", "¿a qué hora abren?", "¿Tienen hervidores?", "I want to return the kettle", "do you ship to Spain?"]
PATIENCE_S = 3.0
AGAIN_AFTER_S = 0.1


class Load:
    """Sessions on a fleet; one message at a time is offered to each, so that the order of acceptance is known."""

    def __init__(self, fleet: Fleet, store: Store) -> None:
        self.fleet = fleet
        self.store = store
        self.random = fleet.random
        self.history = fleet.history
        self.sessions: list[str] = []
        self.watchers: list[Watcher] = []
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._http = httpx2.AsyncClient(timeout=PATIENCE_S, verify=False, limits=httpx2.Limits(max_connections=200))
        self._round = 0

    async def __aenter__(self) -> "Load":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        stopped = await asyncio.gather(*(watcher.stop() for watcher in self.watchers), return_exceptions=True)
        for failure in stopped:
            if failure is not None:
                raise failure

    async def open(self, sessions: int, *, watchers: int = 1, bored: float = 0.02) -> None:
        """Start sessions and watch each; a watcher leaves with probability `bored` after an event, and comes back."""
        made = await asyncio.gather(*(self._start() for _ in range(sessions)))
        self.sessions += made
        for session in made:
            for number in range(watchers):
                one = Watcher(f"{number}", session, self.fleet, bored=bored)
                one.start()
                self.watchers.append(one)

    async def leave(self) -> None:
        """Forget all sessions and what was seen of them; their watchers go."""
        for watcher in self.watchers:
            await watcher.stop()
        self.sessions, self.watchers = [], []
        self.history.entries.clear()

    async def burst(self, count: int, *, to: int | None = None, copies: int = 1) -> None:
        """Send so many messages over random sessions at once; return when every one is accepted.

        Args:
            count: how many messages.
            to: the place that each is offered to first; else round robin.
            copies: each is sent up to so often, with one key, to different places at once.
        """
        chosen = self.random.choices(self.sessions, k=count)
        await asyncio.gather(*(self._say(session, to, self.random.randint(1, copies)) for session in chosen))

    async def one_each(self) -> None:
        """Send every session one message at once, and wait for every end: no turn waits for another of its session."""
        await asyncio.gather(*(self._say(session, None, 1) for session in self.sessions))
        await self.ended(SOON_S)

    async def offer(self, session: str, key: str, text: str) -> None:
        """Send a message until it is accepted, after those that were offered to the session before."""
        async with self._one_at_a_time[session]:
            await self._offer(session, key, text, None)

    async def send(self, session: str, key: str, body: object) -> int:
        """Send a body that may be anything, once, and return the status of the answer."""
        url = f"{self.fleet.url(self.fleet.any())}/v1/sessions/{session}/messages"
        return (await self._http.post(url, json=body, headers={"Idempotency-Key": key})).status_code

    async def ended(self, within_s: float = RECOVERY_S) -> None:
        """Wait until every accepted message has its end, or at most `within_s`."""
        with suppress(TimeoutError):
            await until(lambda: not self._unended(), within_s)

    async def settle(self, within_s: float = RECOVERY_S) -> None:
        """Wait until every accepted message has its end, at most `within_s`; then write down how all was left, once."""
        await self.ended(within_s)
        self.history.add(Left(tuple(await left_over(self.store.url, RECOVERY_S))))
        await asyncio.gather(*(self._audit(session) for session in self.sessions))
        await asyncio.gather(*(watcher.catch_up() for watcher in self.watchers))

    async def verify(self, within_s: float = RECOVERY_S, *, but: str = "") -> None:
        """Settle, then hold the history against the invariants, all but one."""
        await self.settle(within_s)
        violations = [one for one in check(self.history, within_s) if one.invariant != but]
        shown = "\n".join(f"{one.invariant} {one.session}: {one.what}" for one in violations[:20])
        assert not violations, f"{len(violations)} violations\n{shown}"

    def accepted(self) -> int:
        """How many messages were accepted so far."""
        return len(self.history.accepted())

    def _unended(self) -> bool:
        ended = {turn for watcher in self.watchers for turn in watcher.ended}
        return any(answer.turn and answer.turn not in ended for answer in self.history.of(Answered))

    def _next(self) -> int:
        places = self.fleet.addressed() or [0]
        self._round += 1
        return places[self._round % len(places)]

    async def _start(self) -> str:
        answer, _ = await self._until_answered("POST", "/v1/sessions", {201})
        return str(answer.json()["session_id"])

    async def _say(self, session: str, to: int | None, copies: int) -> None:
        async with self._one_at_a_time[session]:
            number = self._numbers[session]
            self._numbers[session] += 1
            text = self.random.choice(TEXTS)
            await asyncio.gather(*(self._offer(session, f"{session}-{number}", text, to) for _ in range(copies)))

    async def _offer(self, session: str, key: str, text: str, to: int | None) -> None:
        async with asyncio.timeout(SOON_S):
            while True:
                place = self._next() if to is None else to
                self.history.add(Offered(session, key, place))
                try:
                    answer = await self._http.post(
                        f"{self.fleet.url(place)}/v1/sessions/{session}/messages",
                        json={"text": text},
                        headers={"Idempotency-Key": key},
                    )
                except (httpx2.ConnectError, httpx2.InvalidURL):
                    pass  # nothing was sent: nobody is there
                except httpx2.HTTPError:
                    self.history.add(Answered(session, key, 0))
                else:
                    turn = str(answer.json()["turn_id"]) if answer.status_code == 202 else ""
                    self.history.add(Answered(session, key, answer.status_code, turn))
                    assert answer.status_code in {202, 429, 503}, answer.text
                    if turn:
                        return
                to = None
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _until_answered(self, method: str, path: str, wanted: set[int]) -> tuple[httpx2.Response, int]:
        async with asyncio.timeout(SOON_S):
            while True:
                place = self._next()
                with suppress(httpx2.HTTPError, httpx2.InvalidURL):
                    answer = await self._http.request(method, self.fleet.url(place) + path)
                    if answer.status_code in wanted:
                        return answer, place
                    assert answer.status_code in {429, 503}, answer.text
                await asyncio.sleep(AGAIN_AFTER_S)

    async def log(self, session: str) -> list[dict[str, Any]]:
        """Return every event of a session."""
        rows: list[dict[str, Any]] = []
        while True:
            after = rows[-1]["seq"] if rows else 0
            path = f"/v1/sessions/{session}/events.json?after={after}"
            page = json.loads((await self._until_answered("GET", path, {200}))[0].content)
            rows += page
            if not page:
                return rows

    async def _audit(self, session: str) -> None:
        for row in await self.log(session):
            self.history.add(_logged(session, row))
        state = (await self._until_answered("GET", f"/v1/sessions/{session}/state", {200}))[0].json()
        self.history.add(Rested(session, state["status"], state["waiting"]))


def _logged(session: str, row: dict[str, Any]) -> Logged:
    return Logged(
        session,
        row["seq"],
        row["type"],
        row["turn"] or "",
        row.get("ordinal", 0),
        row.get("attempt", 1) if row["type"] == "turn.start" else 1,
        row["at"] / 1000,
    )
