"""Brings webhooks to the configured address until it answers 200, in as good an order as the mood allows."""

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

import httpcore2  # noqa: F401 # httpx2 imports it when a client is made, and it reads files: not on the event loop
import httpx2

from server.channels.whatsapp.simulator.account import Account
from server.channels.whatsapp.simulator.mood import Mood
from server.channels.whatsapp.simulator.webhooks import Update, document, signature

_FIRST_S: Final = 0.05
_LONGEST_S: Final = 5.0
_POLL_S: Final = 0.01
_ANSWER_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Posted:
    """One webhook as it was sent; `status` 0 when no answer came."""

    body: bytes
    status: int


class Courier:
    """One webhook at a time. What is not answered with 200 goes to the back and comes again, later each time."""

    def __init__(self, account: Account, mood: Mood, *, seed: int = 0) -> None:
        self.mood = mood
        self.url = ""
        self.posted: Final[list[Posted]] = []
        self._account = account
        self._waiting: deque[Update] = deque()
        self._busy = False
        self._random = random.Random(seed)  # noqa: S311 # an order, not a secret

    @property
    def idle(self) -> bool:
        """Whether nothing is left to bring."""
        return not self._waiting and not self._busy

    def add(self, update: Update) -> None:
        """Bring this too; without an address it goes nowhere."""
        if self.url:
            self._waiting.append(update)

    async def settled(self, seconds: float) -> bool:
        """Wait until nothing is left to bring, at most so long; tell whether that is so."""
        for _ in range(int(seconds / _POLL_S)):
            if self.idle:
                break
            await asyncio.sleep(_POLL_S)
        return self.idle

    async def run(self) -> None:
        """Bring webhooks until cancelled."""
        async with httpx2.AsyncClient(timeout=_ANSWER_S, trust_env=False, verify=False) as http:
            while True:
                if batch := self._next():
                    self._busy = True
                    await self._bring(http, batch)
                    self._busy = False
                else:
                    await asyncio.sleep(_POLL_S)

    def _next(self) -> list[Update]:
        now = time.monotonic()
        if self.mood.held:
            return []
        due = [update for update in self._waiting if update.due + self.mood.delay_s <= now]
        if self.mood.shuffle:
            self._random.shuffle(due)
        batch = due[: self.mood.batch]
        for update in batch:
            self._waiting.remove(update)
        return batch

    async def _bring(self, http: httpx2.AsyncClient, batch: list[Update]) -> None:
        statuses = [await self._post(http, batch, copy) for copy in range(self.mood.copies)]
        if 200 not in statuses:  # noqa: PLR2004 # Meta takes nothing else
            for update in batch:
                wait = min(_FIRST_S * 2**update.tries, _LONGEST_S)
                self._waiting.append(update.later(time.monotonic() - self.mood.delay_s + wait))

    async def _post(self, http: httpx2.AsyncClient, batch: list[Update], copy: int) -> int:
        at = int(time.time()) + copy
        body = document(self._account, batch, only_user_ids=self.mood.only_user_ids, at=at)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(self._account.app_secret, body),
        }
        try:
            status = (await http.post(self.url, content=body, headers=headers)).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            status = 0
        self.posted.append(Posted(body, status))
        return status
