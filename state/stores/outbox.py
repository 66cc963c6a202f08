"""The outbox on Redis: messages on their way to customers, in order for each session."""

from dataclasses import replace
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.ids import SessionId
from state.mailbox import NotYet, Refused
from state.outbox import RANK, Delivery, OutboundRow, SendStatus
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

_ROW: Final = TypeAdapter(OutboundRow)
_NOT_YET: Final = -2


def dump_row(row: OutboundRow) -> bytes:
    """Return a row as the commit script takes it: queued."""
    return b"queued 0 0 - -\n" + _ROW.dump_json(row)


class RedisOutbox:
    """Rows come in with the commit of their turn; one deliverer at a time holds a session for `lease_ms`.

    Events go to logs of which `events_kept` live for `ttl_ms`.
    """

    def __init__(self, client: Redis, *, lease_ms: int, ttl_ms: int, events_kept: int) -> None:
        self._client = client
        self._lease_ms = lease_ms
        self._log = (events_kept, ttl_ms)
        self._claim = script(client, "out_claim")
        self._mark = script(client, "out_mark")
        self._release = script(client, "release")
        self._renew = script(client, "renew")

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Delivery | NotYet | Refused:
        """Hold the session and return its next message."""
        names = [
            *_of(session, "out_lease", "outbox", "out"),
            *_partition(session, "out_ready", "out_waiting", "out_due"),
        ]
        with store_errors():
            answer = await self._claim(keys=names, args=[session, token, self._lease_ms, keys.GROUP, entry])
        if answer[0] == _NOT_YET:
            return NotYet(answer[1])
        if answer[0] != 1:
            return Refused(answer[0])
        found = _delivery(answer[2])
        return replace(found, age_ms=answer[1] - found.since)

    async def mark(
        self,
        session: SessionId,
        row: str,
        status: SendStatus,
        *,
        token: str = "",
        ref: str | None = None,
        code: str | None = None,
        counted: bool = True,
        event: bytes = b"",
    ) -> bool:
        """Say how far a message got, by `event` in the log too; see `server.delivery_ports.Outbox`."""
        args: list[str | int | bytes] = [row, status, RANK[status], ref or "", code or "", token, session]
        args += [0 if counted else 1, event, keys.cursor_tag(session), *self._log, keys.channel_of(session)]
        names = _of(session, "out_lease", "outbox", "out")
        names += [*_partition(session, "out_due"), *_of(session, "meta", "events")]
        with store_errors():
            return cast("int", await self._mark(keys=names, args=args)) == 1

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this deliverer's."""
        names = [*_of(session, "out_lease", "out"), *_partition(session, "out_waiting")]
        with store_errors():
            held, _ = await self._renew(keys=names, args=[session, token, self._lease_ms])
        return bool(held)

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0) -> None:
        """Give the session back, its next message to be tried after a time."""
        names = [*_of(session, "out_lease", "out"), *_partition(session, "out_ready", "out_due")]
        with store_errors():
            await self._release(keys=names, args=[session, token, after_ms, 1])

    async def get(self, session: SessionId, row: str) -> Delivery | None:
        """Return a row and how far it got; None when there is none."""
        with store_errors():
            found = cast("bytes | None", await self._client.hget(keys.of_session(session, "out"), row))
        return _delivery(found) if found else None

    async def all(self, session: SessionId) -> list[Delivery]:
        """Return the session's rows of the last days, oldest first."""
        with store_errors():
            found = cast("dict[bytes, bytes]", await self._client.hgetall(keys.of_session(session, "out")))
        rows = [_delivery(value) for name, value in found.items() if b":" in name]
        return sorted(rows, key=lambda one: (one.row.at, one.row.turn, one.row.ordinal))


def _delivery(value: bytes) -> Delivery:
    head, _, row = value.partition(b"\n")
    status, tries, since, ref, code = head.decode().split(" ")
    return Delivery(
        _ROW.validate_json(row),
        cast("SendStatus", status),
        int(tries),
        int(since),
        None if ref == "-" else ref,
        None if code == "-" else code,
    )


def _of(session: SessionId, *names: str) -> list[str]:
    return [keys.of_session(session, name) for name in names]


def _partition(session: SessionId, *names: str) -> list[str]:
    partition = keys.partition_of(session)
    return [keys.of_partition(partition, name) for name in names]
