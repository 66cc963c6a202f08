"""Keep a session while its turn runs, and notice when it is to be stopped or is no longer ours."""

import asyncio
import time
from typing import Final, Literal

from server.ports import Inbox
from state.errors import StoreUnavailableError
from state.ids import SessionId
from state.mailbox import Held, StopReason

Verdict = StopReason | Literal["lost"]

_RENEWALS: Final = 3
"""Renewals in one lease time."""
_STOP_AT: Final = 0.7
"""A worker stops itself after so much of the lease time without a renewal, by its own monotonic clock."""


class Lease:
    """One worker's hold on one session, since a time on the monotonic clock (s)."""

    def __init__(self, inbox: Inbox, session: SessionId, token: str, lease_ms: int, since: float | None = None) -> None:
        self._inbox = inbox
        self._session = session
        self._token = token
        self._lease_s = lease_ms / 1000
        self._renewed = time.monotonic() if since is None else since
        self._asked: asyncio.Future[StopReason] = asyncio.get_running_loop().create_future()
        self._ignored: set[StopReason] = set()

    def stop(self, reason: StopReason) -> None:
        """Let `watch` return at once."""
        if not self._asked.done():
            self._asked.set_result(reason)

    def go_on(self) -> None:
        """Let `watch` wait anew, for another reason than the one it gave."""
        if self._asked.done():
            self._ignored.add(self._asked.result())
        self._asked = asyncio.get_running_loop().create_future()

    async def watch(self) -> Verdict:
        """Renew until the turn is to be stopped or the session is lost, and return which."""
        while True:
            done, _ = await asyncio.wait([self._asked], timeout=self._lease_s / _RENEWALS)
            if done:
                return self._asked.result()
            began = time.monotonic()
            left = self._renewed + self._lease_s * _STOP_AT - began
            try:
                held: Held | None = await asyncio.wait_for(self._inbox.renew(self._session, self._token), left)
            except (StoreUnavailableError, TimeoutError):
                held = Held()
            else:
                self._renewed = began
            if held is None or time.monotonic() - self._renewed >= self._lease_s * _STOP_AT:
                return "lost"
            if held.stop and held.stop not in self._ignored:
                self.stop(held.stop)
