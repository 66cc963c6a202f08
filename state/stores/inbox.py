"""The inbox on Redis: accepted messages wait here, in order, until their turn has ended."""

from collections.abc import Sequence
from hashlib import blake2s
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from state.errors import StoreUnavailableError
from state.ids import SessionId, TurnId
from state.mailbox import (
    Accepted,
    Arrival,
    Claimed,
    Committed,
    Ending,
    Held,
    NotYet,
    Outcome,
    Refused,
    StopReason,
)
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.finished import KEPT_MS, dump
from state.stores.outbox import dump_row
from state.stores.queue import TURNS, Names
from state.stores.scripts import script
from state.turn import InboundMessage, Part

_MESSAGE: Final = TypeAdapter(InboundMessage)
_PARTS: Final = TypeAdapter(list[Part])

REMEMBERED_MS: Final = 8 * 24 * 3_600_000
"""How long a message's id is known, so that a channel's late repeat starts nothing (WhatsApp repeats for 7 days)."""
DEAD_MS: Final = 7 * 24 * 3_600_000
"""How long a dead letter stays."""
_REPLICA_WAIT_MS: Final = 50
_NOT_YET: Final = -2


class RedisInbox:
    """Messages in, turns out: one script per step, so that a killed process leaves nothing half done.

    Args:
        client: may send a command again whose reply was lost: each script knows its own repeats.
        ttl_ms: how long a session's keys live after its last message.
        lease_ms: how long a session is held without being renewed.
        capacity: messages of one session that may wait.
        events_kept: events of one session that stay readable.
        replicas: replicas that must have a message before it counts as accepted.
        names: the queue that its sessions wait in.
    """

    def __init__(
        self,
        client: Redis,
        *,
        ttl_ms: int,
        lease_ms: int,
        capacity: int,
        events_kept: int,
        replicas: int = 0,
        names: Names = TURNS,
    ) -> None:
        self._client = client
        self._ttl_ms = ttl_ms
        self._lease_ms = lease_ms
        self._capacity = capacity
        self._events_kept = events_kept
        self._replicas = replicas
        self._names = names
        self._accept = script(client, "accept")
        self._claim = script(client, "claim")
        self._commit = script(client, "commit")
        self._renew = script(client, "renew")
        self._release = script(client, "release")
        self._stop = script(client, "stop")

    async def accept(self, message: InboundMessage, arrival: Arrival) -> Accepted:
        """Remember the message and put it last in its session's inbox; a repeat is told its first turn.

        Raises:
            StoreUnavailableError: it may or may not be stored; offered again with the same id, it counts once.
        """
        session = message.session_id
        names = [
            *_of(session, "meta", "inbox"),
            keys.seen(session, message.id),
            *self._queue(session, "ready", "waiting", "due"),
        ]
        args = self._arguments(message, arrival)
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            if self._names is TURNS:  # a run stays in its place among the runs
                pipe.zadd(keys.sessions_of(message.tenant_id), {session: message.at})
            else:
                pipe.zadd(keys.runs_of(message.tenant_id), {session: message.at}, nx=True)
            pipe.execute_command("EVALSHA", self._accept.sha, len(names), *names, *args)
            if self._replicas:
                pipe.execute_command("WAIT", self._replicas, _REPLICA_WAIT_MS)
            indexed, answer, *reached = await pipe.execute(raise_on_error=False)
            if isinstance(indexed, Exception):
                raise indexed
            if isinstance(answer, NoScriptError):
                await self._client.script_load(self._accept.script)
                return await self.accept(message, arrival)
            if isinstance(answer, Exception):
                raise answer
        if reached and (isinstance(reached[0], Exception) or reached[0] < self._replicas):
            raise StoreUnavailableError(f"{self._replicas} replicas were to have the message and {reached[0]} answered")
        return Accepted(Outcome(answer[0]), TurnId(answer[1].decode()), answer[2])

    async def claim(self, session: SessionId, token: str, entry: str = "") -> Claimed | NotYet | Refused:
        """Hold the session for the lease time and return its next turn's messages."""
        names = [*_of(session, "lease", "inbox", "meta"), *self._queue(session, "ready", "waiting", "due")]
        with store_errors():
            answer = await self._claim(keys=names, args=[session, token, self._lease_ms, keys.GROUP, entry])
        if answer[0] == _NOT_YET:
            return NotYet(answer[1])
        if answer[0] != 1:
            return Refused(answer[0])
        _, fence, attempt, stop, *messages = answer
        return Claimed([_MESSAGE.validate_json(message) for message in messages], attempt, fence, _reason(stop))

    async def renew(self, session: SessionId, token: str) -> Held | None:
        """Hold the session for another lease time; None when it is no longer this worker's."""
        names = [*_of(session, "lease", "meta"), *self._queue(session, "waiting")]
        with store_errors():
            held, stop = await self._renew(keys=names, args=[session, token, self._lease_ms])
        return Held(_reason(stop)) if held else None

    async def release(self, session: SessionId, token: str, *, after_ms: int = 0, counted: bool = True) -> None:
        """Give the session back, its turn to be begun again after a time; the attempt counts or not."""
        names = [*_of(session, "lease", "meta"), *self._queue(session, "ready", "due")]
        with store_errors():
            await self._release(keys=names, args=[session, token, after_ms, int(counted)])

    async def commit(self, token: str, fence: int, ending: Ending) -> Committed:
        """End a turn, all or nothing; the same again changes nothing and answers the same."""
        finished = ending.finished
        session = finished.session
        names = _of(session, "lease", "inbox", "meta", "events", "finished")
        names += [*self._queue(session, "ready", "waiting"), *_partition(session, "unarchived", "dead")]
        names += [*_of(session, "outbox", "out"), *_partition(session, "out_ready", "out_waiting")]
        head: list[str | int] = [
            session,
            token,
            fence,
            finished.turn.id,
            keys.cursor_tag(session),
            self._events_kept,
            self._ttl_ms,
        ]
        facts = [part for fact in ending.facts.items() for part in fact]
        rows = [part for row in ending.outbox for part in (row.id, dump_row(row))]
        with store_errors():
            done = await self._commit(
                keys=names,
                args=[
                    *head,
                    keys.channel_of(session),
                    dump(finished),
                    KEPT_MS,
                    ending.dead or "",
                    DEAD_MS,
                    self._lease_ms if ending.go_on else 0,
                    len(ending.facts),
                    len(ending.outbox),
                    *facts,
                    *rows,
                    *ending.events,
                ],
            )
        return Committed(done)

    async def stop(self, session: SessionId, turn: TurnId | None, reason: StopReason) -> list[TurnId]:
        """Have a turn stopped, or all that are not answered; return those that will be."""
        with store_errors():
            stopped = await self._stop(
                keys=_of(session, "inbox", "meta"), args=[session, turn or "", reason, keys.CONTROL]
            )
        return [TurnId(name.decode()) for name in stopped]

    def _queue(self, session: SessionId, *names: str) -> list[str]:
        return _partition(session, *(getattr(self._names, name) for name in names))

    def _arguments(self, message: InboundMessage, arrival: Arrival) -> Sequence[str | bytes | int]:
        return [
            message.session_id,
            message.turn_id,
            blake2s(_PARTS.dump_json(message.parts), digest_size=16).hexdigest(),
            _MESSAGE.dump_json(message),
            self._ttl_ms,
            REMEMBERED_MS,
            message.at,
            self._capacity,
            arrival.strategy,
            arrival.quiet_ms,
            arrival.cap_ms,
            int(arrival.immediate),
            keys.CONTROL,
        ]


def _of(session: SessionId, *names: str) -> list[str]:
    return [keys.of_session(session, name) for name in names]


def _partition(session: SessionId, *names: str) -> list[str]:
    partition = keys.partition_of(session)
    return [keys.of_partition(partition, name) for name in names]


def _reason(stop: bytes) -> StopReason | None:
    return cast("StopReason", stop.decode()) if stop else None
