"""Runs of plans on Redis: one hash a run, written under the fence of whoever holds the run's session."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import orjson
from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.errors import StaleFenceError
from state.ids import SessionId, TenantId
from state.plan_run import Approval, PlanRun, RunId, TaskRecord
from state.stored_run import StoredRun, Wish
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

DAY_MS: Final = 24 * 3_600_000
OPEN_MS: Final = 30 * DAY_MS
"""How long a run is kept that has not ended: it may wait for a person."""

_RUN: Final = TypeAdapter(PlanRun)
_TASK: Final = TypeAdapter(TaskRecord)
_WISH: Final = TypeAdapter(Wish)
_APPROVAL: Final = TypeAdapter(Approval)
_MOST_FIELDS: Final = 1000


class RedisRuns:
    """A run's records in its partition; `ended_ms` is how long they stay after its end."""

    def __init__(self, client: Redis, *, ended_ms: int = DAY_MS) -> None:
        self._client = client
        self._ended_ms = ended_ms
        self._create = script(client, "run_create")
        self._put = script(client, "run_put")

    async def create(self, run: PlanRun, tasks: Sequence[TaskRecord], digest: str) -> str:
        """Make a run and return '', or the digest that an earlier one of this name was made with; that one stays."""
        session = SessionId(run.id)
        meta: dict[str, str | int] = {
            "tenant": run.tenant,
            "channel": "workflow",
            "locale": run.locale or "",
            "created": run.created,
            "updated": run.created,
            "status": "pending",
            "turns": 0,
            "fence": run.created // 1000,
        }
        fixed = orjson.dumps({"plan": run.plan, "input": run.input})
        records = {"plan": fixed, "run": _facts(run), **{f"task:{one.name}": orjson.dumps(one) for one in tasks}}
        facts = [part for fact in meta.items() for part in fact]
        rows = [part for row in records.items() for part in row]
        with store_errors():
            said, _ = await asyncio.gather(
                self._create(
                    keys=[keys.of_session(session, "meta"), keys.of_session(session, "plan")],
                    args=[OPEN_MS, digest, len(meta), *facts, *rows],
                ),
                self._client.zadd(keys.runs_of(run.tenant), {run.id: run.created}),
            )
        return cast("bytes", said).decode()

    async def put(self, run_id: RunId, fence: int, tasks: Sequence[TaskRecord], run: PlanRun | None) -> None:
        """Write records; raises `StaleFenceError` when another worker has the run."""
        session = SessionId(run_id)
        names = [keys.of_session(session, "meta"), keys.of_session(session, "plan")]
        names.append(keys.of_partition(keys.partition_of(session), "runs_ended"))
        rows: list[tuple[str, bytes]] = [(f"task:{one.name}", orjson.dumps(one)) for one in tasks]
        batches = [rows[at : at + _MOST_FIELDS] for at in range(0, len(rows), _MOST_FIELDS)] or [[]]
        for number, batch in enumerate(batches):
            last = run if number == len(batches) - 1 else None
            over = last is not None and last.over
            written = [*batch, ("run", _facts(last))] if last else batch
            args: list[str | bytes | int] = [session, fence, self._ended_ms if over else OPEN_MS, int(over)]
            for row in written:
                args += row
            with store_errors():
                done = await self._put(keys=names, args=args)
            if not done:
                raise StaleFenceError("above it")

    async def get(self, run_id: RunId) -> StoredRun | None:
        """Return a run with its tasks; None when there is none."""
        with store_errors():
            found = await self._client.hgetall(keys.of_session(SessionId(run_id), "plan"))
        kept = cast("dict[bytes, bytes]", found)
        return _stored(kept) if b"run" in kept else None

    async def wish(self, run_id: RunId) -> Wish | None:
        """Return what somebody wants of a run."""
        with store_errors():
            said = await self._client.hget(keys.of_session(SessionId(run_id), "plan"), "wish")
        return _WISH.validate_json(cast("bytes", said)) if said else None

    async def want(self, run_id: RunId, wish: Wish | None) -> None:
        """Say what is wanted of a run, or that nothing is any more."""
        key = keys.of_session(SessionId(run_id), "plan")
        with store_errors():
            if wish is None:
                await self._client.hdel(key, "wish")
            elif await self._client.exists(key):
                await self._client.hset(key, "wish", orjson.dumps(wish))

    async def approvals(self, run_id: RunId) -> Mapping[str, Approval]:
        """Return the answers that people gave, by task."""
        found = await self.get(run_id)
        return found.run.approvals if found else {}

    async def answer(self, run_id: RunId, task: str, approval: Approval) -> bool:
        """Keep a person's answer; False when there is one already, which stays."""
        key = keys.of_session(SessionId(run_id), "plan")
        with store_errors():
            return bool(await self._client.hsetnx(key, f"approval:{task}", orjson.dumps(approval)))

    async def latest(self, tenant: TenantId, before: RunId | None, limit: int) -> list[PlanRun]:
        """Return at most `limit` runs of a tenant made before another one, the latest first, without their plans."""
        index = keys.runs_of(tenant)
        with store_errors():
            rank = await self._client.zrevrank(index, before) if before else None
            first = 0 if rank is None else cast("int", rank) + 1
            names = cast("list[bytes]", await self._client.zrevrange(index, first, first + limit - 1))
            pipe = self._client.pipeline(transaction=False)
            for name in names:
                pipe.hget(keys.of_session(SessionId(name.decode()), "plan"), "run")
            found = cast("list[bytes | None]", await pipe.execute())
            gone = [name for name, facts in zip(names, found, strict=True) if facts is None]
            if gone:
                await self._client.zrem(index, *gone)
        return [_RUN.validate_json(facts) for facts in found if facts is not None]

    async def forget(self, tenant: TenantId, before: int) -> int:
        """Drop the names of runs made before a time (ms) that the store let go itself; return how many they were."""
        with store_errors():
            return await self._client.zremrangebyscore(keys.runs_of(tenant), "-inf", f"({before}")

    async def ended(self, limit: int) -> list[RunId]:
        """Return runs that ended and that the archive doesn't have yet."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                pipe.zrange(keys.of_partition(partition, "runs_ended"), 0, limit - 1)
            replies = cast("list[list[bytes]]", await pipe.execute())
        return [RunId(name.decode()) for reply in replies for name in reply][:limit]

    async def archived(self, runs: Sequence[RunId]) -> None:
        """Note that the archive has these runs."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for run in runs:
                pipe.zrem(keys.of_partition(keys.partition_of(SessionId(run)), "runs_ended"), run)
            await pipe.execute()


def _facts(run: PlanRun) -> bytes:
    return orjson.dumps(replace(run, plan={}, input={}, approvals={}))


def _stored(kept: Mapping[bytes, bytes]) -> StoredRun:
    fixed: dict[str, Any] = orjson.loads(kept[b"plan"])
    named = {name.decode(): value for name, value in kept.items()}
    approvals = _under(named, "approval:", _APPROVAL)
    run = replace(_RUN.validate_json(named["run"]), plan=fixed["plan"], input=fixed["input"], approvals=approvals)
    wish = _WISH.validate_json(named["wish"]) if "wish" in named else None
    return StoredRun(run, _under(named, "task:", _TASK), wish)


def _under(kept: Mapping[str, bytes], prefix: str, kind: TypeAdapter[Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): kind.validate_json(value) for name, value in kept.items() if name.startswith(prefix)
    }
