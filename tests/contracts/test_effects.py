"""What the effects ledger must do, on every store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from nodes.effects import Ledger
from state.effect import RESULT_BYTES, EffectName, Holder, SideEffect, idempotency_key
from state.errors import (
    AmbiguousEffectError,
    EffectResultError,
    NotDoneError,
    SessionNotFoundError,
    StaleFenceError,
)
from state.ids import SessionId, TurnId
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


async def test_what_a_turn_did_before_it_was_put_aside_is_not_done_again_by_its_requeue(desk: Desk) -> None:
    await (await desk.take()).once(ORDER, Provider(), effect=IRREVERSIBLE)
    anew, provider = EffectName(TurnId("trn_9"), ORDER.node, ORDER.ordinal), Provider("order 18")

    again = Ledger(desk.store, Holder(SESSION, await desk.fence()), origin=ORDER.turn)

    assert await again.once(anew, provider, effect=IRREVERSIBLE) == "order 17"
    assert provider.calls == []
