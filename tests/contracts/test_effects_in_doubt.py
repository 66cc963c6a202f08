"""What nobody knows the end of: it is listed, counted and settled, on every store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from nodes.effects import Ledger
from state.effect import Begun, EffectName, Holder, idempotency_key
from state.errors import (
    AmbiguousEffectError,
)
from state.ids import TurnId
from state.stores import keys
from state.stores.effects import KEPT_MS
from tests.contracts.ledgers import (
    IDEMPOTENT,
    IRREVERSIBLE,
    ORDER,
    SESSION,
    Desk,
    Provider,
    crashed,
    embedded,
    memory,
    on_redis,
)


@pytest.fixture(params=[memory, embedded])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def test_what_a_gone_holder_began_is_in_doubt_before_anyone_meets_it_again(desk: Desk) -> None:
    await crashed(desk, IRREVERSIBLE)
    assert await desk.store.ambiguous(SESSION) == []

    await desk.take()

    assert [one.name for one in await desk.store.ambiguous(SESSION)] == [ORDER]


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


async def test_whoever_counts_is_told_of_each_doubt(desk: Desk) -> None:
    told: list[str] = []
    ledger = Ledger(desk.store, Holder(SESSION, await desk.fence()), doubted=lambda: told.append("doubt"))

    with pytest.raises(TimeoutError):
        await ledger.once(ORDER, Provider(error=TimeoutError()), effect=IRREVERSIBLE)
    with pytest.raises(AmbiguousEffectError):
        await ledger.once(ORDER, Provider(), effect=IRREVERSIBLE)

    assert told == ["doubt", "doubt"]
