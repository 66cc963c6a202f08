"""What the effects ledger must do, on every store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import JsonValue
from redis.asyncio import Redis

from nodes.effects import Ledger
from nodes.ports import EffectStore
from server.ports import EffectDesk
from state.effect import RESULT_BYTES, Begun, EffectName, Holder, SideEffect, idempotency_key
from state.errors import (
    AmbiguousEffectError,
    EffectResultError,
    NotDoneError,
    SessionNotFoundError,
    StaleFenceError,
)
from state.ids import SessionId, TenantId, TurnId
from state.session import Session
from state.stores import keys
from state.stores.connection import connect_server
from state.stores.effects import KEPT_MS, RedisEffects
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemoryEffects, MemorySessions
from state.stores.sessions import RedisSessions

SESSION = SessionId("ses_1")
ORDER = EffectName(TurnId("trn_1"), "commerce", 0)
IDEMPOTENT, IRREVERSIBLE = SideEffect.IDEMPOTENT, SideEffect.IRREVERSIBLE
TTL_MS = 60_000


class Store(EffectStore, EffectDesk, Protocol):
    """Both faces of one adapter."""


@dataclass
class Desk:
    """A store with one session; `take` gives a new holder's ledger, as a claim after a crash would."""

    store: Store
    fence: Callable[[], Awaitable[int]]

    async def take(self) -> Ledger:
        return Ledger(self.store, Holder(SESSION, await self.fence()))


@dataclass
class Provider:
    """The other side: what it was asked, and how it answers."""

    answer: JsonValue = "order 17"
    error: BaseException | None = None
    calls: list[str] = field(default_factory=list)

    async def __call__(self, key: str) -> JsonValue:
        self.calls.append(key)
        if self.error:
            raise self.error
        return self.answer


def session() -> Session:
    return Session(SESSION, TenantId("demo"), "chat", created=1, updated=1)


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Desk]:
    sessions = MemorySessions()
    await sessions.create(session())
    store = MemoryEffects(sessions)

    async def fence() -> int:
        sessions.boxes[SESSION].fence += 1
        return sessions.boxes[SESSION].fence

    yield Desk(store, fence)


@asynccontextmanager
async def on_redis(folder: Path) -> AsyncIterator[tuple[Redis, RedisEffects]]:
    async with EmbeddedStore.open(folder) as store:
        client = connect_server(store.url, retry=True)
        await RedisSessions(client, ttl_ms=TTL_MS).create(session())
        yield client, RedisEffects(client)
        await client.aclose()


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Desk]:
    async with on_redis(folder) as (client, store):
        yield Desk(store, lambda: client.hincrby(keys.of_session(SESSION, "meta"), "fence", 1))


@pytest.fixture(params=[memory, embedded])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def crashed(desk: Desk, effect: SideEffect, name: EffectName = ORDER) -> None:
    """Leave an intent behind, as a process does that is killed during its call."""
    await desk.store.begin(Holder(SESSION, await desk.fence()), name, effect)


@pytest.mark.parametrize("effect", [IDEMPOTENT, IRREVERSIBLE])
async def test_a_node_that_runs_again_is_given_the_first_result_without_a_call(desk: Desk, effect: SideEffect) -> None:
    provider = Provider({"order": 17, "lines": ["a", None, 1.5]})

    first = await (await desk.take()).once(ORDER, provider, effect=effect)
    second = await (await desk.take()).once(ORDER, provider, effect=effect)

    assert first == second == provider.answer
    assert provider.calls == [idempotency_key(SESSION, ORDER)]


async def test_effects_of_other_places_are_done_by_themselves(desk: Desk) -> None:
    ledger, provider = await desk.take(), Provider()
    places = [
        ORDER,
        EffectName(ORDER.turn, ORDER.node, 1),
        EffectName(ORDER.turn, "sup:port", 0),
        EffectName(TurnId("trn_2"), ORDER.node, 0),
    ]

    for place in places:
        await ledger.once(place, provider, effect=IRREVERSIBLE)

    assert len(set(provider.calls)) == len(places)


async def test_an_irreversible_effect_in_doubt_is_not_done_again_and_is_listed_and_counted(desk: Desk) -> None:
    await crashed(desk, IRREVERSIBLE)
    provider = Provider()

    for _ in range(2):
        with pytest.raises(AmbiguousEffectError, match="trn_1:commerce:0") as error:
            await (await desk.take()).once(ORDER, provider, effect=IRREVERSIBLE)

    [doubted] = await desk.store.ambiguous(SESSION)
    assert provider.calls == []
    assert (doubted.name, doubted.effect, doubted.tries) == (ORDER, IRREVERSIBLE, 1)
    assert doubted.key in error.value.hint
    assert await desk.store.ambiguous_total(SESSION) == 1


async def test_an_idempotent_effect_in_doubt_is_done_again_with_the_same_key(desk: Desk) -> None:
    provider = Provider(error=asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT)
    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [ORDER]

    provider.error = None
    result = await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT)

    assert result == "order 17"
    assert provider.calls == [idempotency_key(SESSION, ORDER)] * 2
    assert await desk.store.ambiguous(SESSION) == []


@pytest.mark.parametrize(("before", "now"), [(IDEMPOTENT, IRREVERSIBLE), (IRREVERSIBLE, IDEMPOTENT)])
async def test_an_effect_whose_class_changed_meanwhile_counts_as_irreversible(
    desk: Desk, before: SideEffect, now: SideEffect
) -> None:
    await crashed(desk, before)

    with pytest.raises(AmbiguousEffectError):
        await (await desk.take()).once(ORDER, Provider(), effect=now)


async def test_what_a_gone_holder_began_is_in_doubt_before_anyone_meets_it_again(desk: Desk) -> None:
    await crashed(desk, IRREVERSIBLE)
    assert await desk.store.ambiguous(SESSION) == []

    await desk.take()

    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [ORDER]


async def test_a_call_that_certainly_did_nothing_may_be_made_again(desk: Desk) -> None:
    ledger, provider = await desk.take(), Provider(error=NotDoneError("refused", hint="again"))
    with pytest.raises(NotDoneError):
        await ledger.once(ORDER, provider, effect=IRREVERSIBLE)

    provider.error = None

    assert await ledger.once(ORDER, provider, effect=IRREVERSIBLE) == "order 17"
    assert await desk.store.ambiguous_total(SESSION) == 0


async def test_a_call_that_fails_otherwise_is_in_doubt_at_once(desk: Desk) -> None:
    ledger, provider = await desk.take(), Provider(error=TimeoutError())
    with pytest.raises(TimeoutError):
        await ledger.once(ORDER, provider, effect=IRREVERSIBLE)

    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [ORDER]
    with pytest.raises(AmbiguousEffectError):
        await ledger.once(ORDER, provider, effect=IRREVERSIBLE)
    assert len(provider.calls) == 1


async def test_an_effect_settled_as_done_gives_its_result_without_a_call(desk: Desk) -> None:
    await crashed(desk, IRREVERSIBLE)
    ledger, provider = await desk.take(), Provider()

    assert await desk.store.settle_as_done(SESSION, ORDER, {"order": 17})

    assert await ledger.once(ORDER, provider, effect=IRREVERSIBLE) == {"order": 17}
    assert provider.calls == []
    assert await desk.store.ambiguous(SESSION) == []
    assert await desk.store.ambiguous_total(SESSION) == 1


async def test_an_effect_settled_as_not_done_is_done(desk: Desk) -> None:
    await crashed(desk, IRREVERSIBLE)
    ledger, provider = await desk.take(), Provider()

    assert await desk.store.settle_as_not_done(SESSION, ORDER)

    assert await ledger.once(ORDER, provider, effect=IRREVERSIBLE) == "order 17"
    assert provider.calls == [idempotency_key(SESSION, ORDER)]


async def test_only_what_is_in_doubt_can_be_settled(desk: Desk) -> None:
    ledger = await desk.take()
    under_way, unknown = EffectName(ORDER.turn, "support"), EffectName(ORDER.turn, "info")
    await ledger.once(ORDER, Provider(), effect=IRREVERSIBLE)

    async def settling(key: str) -> JsonValue:
        return [
            await desk.store.settle_as_not_done(SESSION, under_way),
            await desk.store.settle_as_not_done(SESSION, ORDER),
            await desk.store.settle_as_done(SESSION, unknown, None),
        ]

    assert await ledger.once(under_way, settling, effect=IRREVERSIBLE) == [False, False, False]


async def test_a_holder_that_was_replaced_begins_nothing(desk: Desk) -> None:
    old, provider = await desk.take(), Provider()
    await desk.take()

    with pytest.raises(StaleFenceError):
        await old.once(ORDER, provider, effect=IRREVERSIBLE)

    assert provider.calls == []


async def test_a_holder_that_was_replaced_during_its_call_records_nothing(desk: Desk) -> None:
    old = await desk.take()

    async def frozen(key: str) -> JsonValue:
        await desk.take()
        return "order 17"

    with pytest.raises(StaleFenceError):
        await old.once(ORDER, frozen, effect=IRREVERSIBLE)

    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [ORDER]


async def test_a_session_that_is_gone_begins_nothing(desk: Desk) -> None:
    ledger, provider = Ledger(desk.store, Holder(SessionId("ses_gone"), 1)), Provider()

    with pytest.raises(SessionNotFoundError):
        await ledger.once(ORDER, provider, effect=IDEMPOTENT)

    assert provider.calls == []


@pytest.mark.parametrize(
    ("answer", "reason"), [("x" * RESULT_BYTES, "262,146 bytes"), ({"of": {1, 2}}, "not JSON"), ("\ud800", "not JSON")]
)
async def test_a_result_that_cannot_be_kept_is_an_error_and_the_effect_is_done(
    desk: Desk, answer: JsonValue, reason: str
) -> None:
    provider = Provider(answer)

    with pytest.raises(EffectResultError, match=reason) as first:
        await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT)
    with pytest.raises(EffectResultError, match=reason):
        await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT)

    assert first.value.result == answer
    assert len(provider.calls) == 1


async def test_a_result_as_large_as_allowed_is_kept(desk: Desk) -> None:
    provider = Provider("x" * (RESULT_BYTES - 2))

    await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT)

    assert await (await desk.take()).once(ORDER, provider, effect=IDEMPOTENT) == provider.answer
    assert len(provider.calls) == 1


async def test_what_changes_nothing_outside_is_not_recorded(desk: Desk) -> None:
    ledger, provider = await desk.take(), Provider()

    for _ in range(2):
        await ledger.once(ORDER, provider, effect=SideEffect.PURE)

    assert len(provider.calls) == 2


async def test_an_ended_turn_keeps_only_its_doubts(desk: Desk) -> None:
    doubted = EffectName(ORDER.turn, "support")
    await crashed(desk, IRREVERSIBLE, doubted)
    ledger, provider = await desk.take(), Provider()
    other = EffectName(TurnId("trn_10"), "commerce")
    for name in (ORDER, other):
        await ledger.once(name, provider, effect=IRREVERSIBLE)

    await desk.store.forget(SESSION, ORDER.turn)

    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [doubted]
    await ledger.once(other, provider, effect=IRREVERSIBLE)
    assert len(provider.calls) == 2
    await ledger.once(ORDER, provider, effect=IRREVERSIBLE)
    assert len(provider.calls) == 3


@pytest.mark.parametrize("effect", [IDEMPOTENT, IRREVERSIBLE])
async def test_a_script_that_redis_py_sends_again_counts_once(tmp_path: Path, effect: SideEffect) -> None:
    async with on_redis(tmp_path / "data") as (_, store):
        for name in ("_begin", "_end"):
            setattr(store, name, sent_twice(getattr(store, name)))
        ledger, provider = Ledger(store, Holder(SESSION, 1)), Provider(error=NotDoneError("no", hint="again"))
        with pytest.raises(NotDoneError):
            await ledger.once(ORDER, provider, effect=effect)
        provider.error = None

        result = await ledger.once(ORDER, provider, effect=effect)

        assert (result, len(provider.calls)) == ("order 17", 2)
        assert await store.ambiguous_total(SESSION) == 0


def sent_twice(script: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def run(**given: object) -> object:
        await script(**given)
        return await script(**given)

    return run


async def test_an_effect_without_a_result_outlives_its_session(tmp_path: Path) -> None:
    async with on_redis(tmp_path / "data") as (client, store):
        begun = await store.begin(Holder(SESSION, 1), ORDER, IRREVERSIBLE)
        assert isinstance(begun, Begun)
        await store.doubt(Holder(SESSION, 1), ORDER, begun)
        await client.delete(keys.of_session(SESSION, "meta"))

        assert [one.name for one in await store.ambiguous(SESSION)] == [ORDER]
        assert KEPT_MS - 60_000 < await client.pttl(keys.of_session(SESSION, "effects")) <= KEPT_MS
        assert await store.settle_as_not_done(SESSION, ORDER)


async def test_sessions_are_listed_until_their_last_effect_has_a_result(desk: Desk) -> None:
    ledger, provider = await desk.take(), Provider(error=TimeoutError())
    names = [ORDER, EffectName(ORDER.turn, "support"), EffectName(ORDER.turn, "info")]
    for name in names[:2]:
        with pytest.raises(TimeoutError):
            await ledger.once(name, provider, effect=IRREVERSIBLE)
    provider.error = None
    await ledger.once(names[2], provider, effect=IRREVERSIBLE)

    listed = [await desk.store.unsettled(10)]
    await desk.store.settle_as_done(SESSION, names[0], "order 17")
    listed.append(await desk.store.unsettled(10))
    await desk.store.settle_as_not_done(SESSION, names[1])
    listed.append(await desk.store.unsettled(10))

    assert listed == [[SESSION], [SESSION], []]


async def test_a_call_that_is_under_way_is_listed_and_taken_off_when_it_ends(desk: Desk) -> None:
    ledger = await desk.take()

    async def listed(_key: str) -> JsonValue:
        return [*await desk.store.unsettled(10)]

    assert await ledger.once(ORDER, listed, effect=IDEMPOTENT) == [SESSION]
    assert await desk.store.unsettled(10) == []


async def test_what_a_turn_did_before_it_was_put_aside_is_not_done_again_by_its_requeue(desk: Desk) -> None:
    await (await desk.take()).once(ORDER, Provider(), effect=IRREVERSIBLE)
    anew, provider = EffectName(TurnId("trn_9"), ORDER.node, ORDER.ordinal), Provider("order 18")

    again = Ledger(desk.store, Holder(SESSION, await desk.fence()), origin=ORDER.turn)

    assert await again.once(anew, provider, effect=IRREVERSIBLE) == "order 17"
    assert provider.calls == []


async def test_whoever_counts_is_told_of_each_doubt(desk: Desk) -> None:
    told: list[str] = []
    ledger = Ledger(desk.store, Holder(SESSION, await desk.fence()), doubted=lambda: told.append("doubt"))

    with pytest.raises(TimeoutError):
        await ledger.once(ORDER, Provider(error=TimeoutError()), effect=IRREVERSIBLE)
    with pytest.raises(AmbiguousEffectError):
        await ledger.once(ORDER, Provider(), effect=IRREVERSIBLE)

    assert told == ["doubt", "doubt"]
