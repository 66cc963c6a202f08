"""The event log on Redis: one bounded stream a session, its ids `SEQ-TAG`, announced by pub/sub."""

from collections.abc import Sequence
from typing import Final, cast

import orjson
from redis.asyncio import Redis

from state.errors import StaleFenceError
from state.events import LoggedEvent, place
from state.ids import SessionId
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

_STALE: Final = -2
_Rows = list[tuple[bytes, dict[bytes, bytes]]]


class RedisEventLog:
    """Append-only; a reader goes on anywhere by the id of the last event it saw."""

    def __init__(self, client: Redis, *, ttl_ms: int, kept: int) -> None:
        self._client = client
        self._ttl_ms = ttl_ms
        self._kept = kept
        self._append = script(client, "append")

    async def append(
        self, session: SessionId, batch: str, events: Sequence[bytes], fence: int | None = None, *, writer: str = ""
    ) -> int:
        """Append encoded events and return the last one's seq; a `writer`'s last `batch` again changes nothing.

        Raises:
            StaleFenceError: the session's fence has risen above the writer's `fence`.
        """
        with store_errors():
            last = await self._append(
                keys=[keys.of_session(session, "meta"), keys.of_session(session, "events")],
                args=[
                    keys.cursor_tag(session),
                    self._kept,
                    self._ttl_ms,
                    keys.channel_of(session),
                    batch,
                    "" if fence is None else fence,
                    f"batch:{writer}" if writer else "batch",
                    *events,
                ],
            )
        if last == _STALE:
            raise StaleFenceError("above it")
        return int(last)

    async def read(self, session: SessionId, after: int = 0, limit: int = 1000) -> list[LoggedEvent]:
        """Return at most `limit` events whose seq is greater than `after`, oldest first."""
        with store_errors():
            found = await self._client.xrange(
                keys.of_session(session, "events"), min=f"{after + 1}-0", max="+", count=limit
            )
        rows = cast("_Rows", found)
        return [logged(session, _seq(place_id), fields[b"d"]) for place_id, fields in rows]

    async def first_seq(self, session: SessionId) -> int:
        """Return the oldest kept event's seq; 0 when there is none."""
        with store_errors():
            rows = cast("_Rows", await self._client.xrange(keys.of_session(session, "events"), count=1))
        return _seq(rows[0][0]) if rows else 0


def _seq(place_id: bytes) -> int:
    return int(place_id.split(b"-")[0])


def logged(session: SessionId, seq: int, row: bytes) -> LoggedEvent:
    """Return an event as it goes to a client, from its place and its encoded form."""
    head = orjson.loads(row)
    return LoggedEvent(seq, f"{seq}-{keys.cursor_tag(session)}", head["type"], head["turn"], place(row, seq))
