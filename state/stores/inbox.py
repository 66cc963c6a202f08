"""The inbox on Redis: accepted messages wait here, in order, until their turn has ended."""

from collections.abc import Mapping, Sequence
from hashlib import blake2s
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from state.ids import SessionId, TurnId
from state.session import Accepted, Claimed, FinishedTurn, Outcome, Refused
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.finished import KEPT_MS, dump
from state.stores.scripts import script
from state.turn import InboundMessage, Part

_MESSAGE: Final = TypeAdapter(InboundMessage)
_PARTS: Final = TypeAdapter(list[Part])


class RedisInbox:
    """Messages in, turns out: one script per step, so that a killed process leaves nothing half done."""

    def __init__(self, client: Redis, *, ttl_ms: int, lease_ms: int, capacity: int, events_kept: int) -> None:
        self._client = client
        self._ttl_ms = ttl_ms
        self._lease_ms = lease_ms
        self._capacity = capacity
        self._events_kept = events_kept
        self._accept = script(client, "accept")
        self._claim = script(client, "claim")
        self._commit = script(client, "commit")
        self._release = script(client, "release")
        self._settle = script(client, "settle")

    async def accept(self, message: InboundMessage) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn."""
        session = message.session_id
        fingerprint = blake2s(_PARTS.dump_json(message.parts), digest_size=16).hexdigest()
        used = [keys.of_session(session, "meta"), keys.of_session(session, "inbox"), keys.seen(session, message.id)]
        args: list[str | bytes | int] = [
            message.turn_id,
            fingerprint,
            _MESSAGE.dump_json(message),
            self._ttl_ms,
            message.at,
            self._capacity,
        ]
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            pipe.zadd(keys.PENDING, {session: message.at})
            pipe.zadd(keys.sessions_of(message.tenant_id), {session: message.at})
            pipe.execute_command("EVALSHA", self._accept.sha, len(used), *used, *args)
            *indexed, answer = await pipe.execute(raise_on_error=False)
            for failure in indexed:
                if isinstance(failure, Exception):
                    raise failure
            if isinstance(answer, NoScriptError):
                answer = await self._accept(keys=used, args=args)
            elif isinstance(answer, Exception):
                raise answer
        return Accepted(Outcome(answer[0]), TurnId(answer[1].decode()))

    async def claim(self, session: SessionId, token: str) -> Claimed | Refused:
        """Hold the session for the lease time and return its next message."""
        with store_errors():
            answer = await self._claim(
                keys=[keys.of_session(session, name) for name in ("lease", "inbox", "meta")],
                args=[token, self._lease_ms],
            )
        if answer[0] != 1:
            return Refused(answer[0])
        return Claimed(_MESSAGE.validate_json(answer[1].split(b"\n", 1)[1]), answer[2])

    async def renew(self, session: SessionId, token: str) -> bool:
        """Hold the session for another lease time; False when it is no longer this worker's."""
        with store_errors():
            return bool(await self._release(keys=[keys.of_session(session, "lease")], args=[token, self._lease_ms]))

    async def release(self, session: SessionId, token: str) -> None:
        """Give the session back so that another worker can take it at once."""
        with store_errors():
            await self._release(keys=[keys.of_session(session, "lease")], args=[token, 0])

    async def commit(
        self, token: str, finished: FinishedTurn, facts: Mapping[str, str], events: Sequence[bytes]
    ) -> bool:
        """End a turn: append its last `events`, write `facts`, take the message out of the inbox, all or nothing.

        The turn waits in the session's `finished` for the archive, and gets its number there.

        Returns False, with nothing written, when the session is no longer this worker's.
        """
        session = finished.session
        flat = [part for item in facts.items() for part in item]
        with store_errors():
            done = await self._commit(
                keys=[keys.of_session(session, name) for name in ("lease", "inbox", "meta", "events", "finished")],
                args=[
                    token,
                    finished.turn.id,
                    keys.cursor_tag(session),
                    self._events_kept,
                    self._ttl_ms,
                    keys.channel_of(session),
                    dump(finished),
                    KEPT_MS,
                    len(facts),
                    *flat,
                    *events,
                ],
            )
        return bool(done)

    async def left_over(self, before: int) -> list[tuple[SessionId, int]]:
        """Return sessions whose last acceptance is older than `before` (ms) and that may still have work."""
        with store_errors():
            found = await self._client.zrange(keys.PENDING, "-inf", before, byscore=True, withscores=True)
        rows = cast("list[tuple[bytes, float]]", found)
        return [(SessionId(name.decode()), int(at)) for name, at in rows]

    async def settled(self, session: SessionId, at: int) -> None:
        """Stop sweeping a session that has no work, unless it took a message after `at` (ms)."""
        with store_errors():
            await self._settle(keys=[keys.PENDING], args=[session, at])
