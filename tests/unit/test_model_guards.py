"""Retry budget, breaker, fallback, caps, events and the ledger around model calls."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from langchain_core.messages import HumanMessage

from nodes.effects import Ledger
from nodes.models.deciding import ModelDecider
from nodes.models.retrying import RetryBudget
from nodes.models.turn import TurnScope, calling_in
from state.breaker import BreakerRule
from state.effect import Holder
from state.errors import ModelError
from state.events import LlmEnd, LlmFirst, LlmStart, Log
from state.ids import SessionId, TenantId
from state.session import Session
from state.spending import Account, Amount, Caps
from state.stores.memory import MemoryBreakers, MemoryEffects, MemorySessions
from tests.providers import ANTHROPIC, OPENAI, Play, Provider, serving
from tests.providers.wires import written
from tests.unit.models import HUMAN, LANES, PROMPT, Bench

CHOSEN = '{"lane": "support", "human": "no"}'
OVERLOADED = OPENAI.error(529, "overloaded_error")
SESSION = SessionId("ses_1")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
async def down() -> AsyncIterator[Provider]:
    async with serving([OVERLOADED]) as provider:
        yield provider


@pytest.fixture
async def up() -> AsyncIterator[Provider]:
    async with serving([ANTHROPIC.whole(CHOSEN)]) as provider:
        yield provider


async def test_an_outage_gets_a_tenth_more_calls_at_most(bench: Bench, down: Provider) -> None:
    bench.breakers = MemoryBreakers(BreakerRule(failures=1_000_000))
    bench.budget = RetryBudget()
    decider = bench.decider(down.model(OPENAI))

    for _ in range(100):
        with pytest.raises(ModelError):
            await decider.decide(PROMPT, [LANES])

    assert 103 <= len(down.seen) <= 110


def test_the_budget_saves_only_so_much() -> None:
    budget = RetryBudget(share=0.1, reserve=3, most=10)
    for _ in range(10_000):
        budget.call()

    assert sum(budget.take() for _ in range(1000)) == 10


async def test_an_open_breaker_means_no_call_at_all(bench: Bench, down: Provider) -> None:
    decider = bench.decider(down.model(OPENAI))
    for _ in range(3):
        with pytest.raises(ModelError):
            await decider.decide(PROMPT, [LANES])
    called = len(down.seen)

    with pytest.raises(ModelError) as raised:
        await asyncio.gather(*(decider.decide(PROMPT, [LANES]) for _ in range(50)))

    assert raised.value.outcome == "circuit_open"
    assert called == len(down.seen) == 5
    assert bench.metrics.breakers == {OPENAI.name: True}


async def test_an_answer_that_is_wrong_doesnt_open_the_breaker(bench: Bench) -> None:
    async with serving([OPENAI.whole("no JSON")]) as provider:
        decider = bench.decider(provider.model(OPENAI))
        for _ in range(10):
            with pytest.raises(ModelError):
                await decider.decide(PROMPT, [LANES])

    assert len(provider.seen) == 10


async def test_the_second_provider_decides_when_the_first_is_down(bench: Bench, down: Provider, up: Provider) -> None:
    decider = bench.decider(down.model(OPENAI), up.model(ANTHROPIC))
    told: list[object] = []

    with calling_in(TurnScope(node="route_intent", tell=told.append)):
        decided = [await decider.decide(PROMPT, [LANES, HUMAN]) for _ in range(100)]

    assert all(one.provider_fallback and one.model == ANTHROPIC.name for one in decided)
    assert bench.metrics.fallbacks == {OPENAI.name: 100}
    assert [one.facts["to"] for one in told if isinstance(one, Log) and one.name == "provider_fallback"] == [
        ANTHROPIC.name
    ] * 100


async def test_a_refusal_is_not_taken_elsewhere(bench: Bench, up: Provider) -> None:
    async with serving([OPENAI.whole("", "refusal")]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.decide(provider.model(OPENAI), up.model(ANTHROPIC))

    assert raised.value.outcome == "refused"
    assert up.seen == []


async def test_an_answer_is_one_providers_words_alone(bench: Bench) -> None:
    bench.limit(attempts=1)
    half = Play([*OPENAI.begin(), OPENAI.text("Half ")], ending="reset")
    none = Play(OPENAI.begin(), ending="reset")

    async with serving([none, half]) as first, serving([written(ANTHROPIC, "Whole.")]) as second:
        chat = bench.chat(first.model(OPENAI), second.model(ANTHROPIC))
        fallen = await chat.ainvoke([HumanMessage("hola")])
        heard: list[str] = []
        with pytest.raises(ModelError):
            heard += [chunk.text async for chunk in chat.astream([HumanMessage("hola")])]

    assert fallen.content == "Whole."
    assert fallen.response_metadata["provider_fallback"]
    assert len(second.seen) == 1
    assert heard == []


async def test_a_turns_deadline_ends_its_calls(bench: Bench) -> None:
    async with serving([Play(status=0)]) as provider:
        decider = bench.decider(provider.model(OPENAI))
        soon = asyncio.get_running_loop().time() + 0.2
        with calling_in(TurnScope(deadline=soon)), pytest.raises(ModelError) as raised:
            await decider.decide(PROMPT, [LANES])

    assert raised.value.outcome == "timeout"
    assert bench.metrics.breakers == {}


async def test_a_call_beyond_a_cap_is_not_made(bench: Bench, up: Provider) -> None:
    bench.limit(caps=Caps(day_tokens=100))

    with pytest.raises(ModelError) as raised:
        await bench.decide(up.model(ANTHROPIC))

    assert raised.value.outcome == "over_budget"
    assert "LANEWAY_MODEL_DAY_TOKENS" in raised.value.hint
    assert up.seen == []


async def test_a_loop_of_calls_ends_at_the_turns_cap(bench: Bench, up: Provider) -> None:
    bench.limit(caps=Caps(turn_tokens=2000))
    decider = bench.decider(up.model(ANTHROPIC))

    with calling_in(TurnScope(turn="trn_1", tenant="shop")), pytest.raises(ModelError) as raised:
        await _ask_for_ever(decider)

    assert raised.value.outcome == "over_budget"
    assert 5 <= len(up.seen) <= 2000 // 107


async def test_exactly_what_was_used_is_charged(bench: Bench, up: Provider) -> None:
    decider = bench.decider(up.model(ANTHROPIC))
    for _ in range(3):
        await decider.decide(PROMPT, [LANES, HUMAN])

    left = Caps(day_tokens=3 * 107 + 5, day_usd=3 * 160e-6 + 5e-6)

    assert await bench.spending.reserve(Account("none"), "a", Amount(6), left) == "day_tokens"
    assert await bench.spending.reserve(Account("none"), "b", Amount(0, 5001), left) == "day_usd"
    assert await bench.spending.reserve(Account("none"), "c", Amount(5, 5000), left) is None


async def test_a_failed_call_costs_nothing_and_a_cut_one_its_input(bench: Bench, down: Provider) -> None:
    bench.limit(attempts=1)
    with pytest.raises(ModelError):
        await bench.decide(down.model(OPENAI))
    free = await bench.spending.reserve(Account("none"), "a", Amount(1), Caps(day_tokens=1))
    await bench.spending.settle(Account("none"), "a", Amount(0))

    async with serving([Play([b"{"], ending="close")]) as provider:
        with pytest.raises(ModelError):
            await bench.decide(provider.model(OPENAI))

    assert free is None
    assert await bench.spending.reserve(Account("none"), "b", Amount(1), Caps(day_tokens=1)) == "day_tokens"


async def test_the_turn_is_told_of_every_attempt(bench: Bench, up: Provider) -> None:
    told: list[object] = []
    async with serving([ANTHROPIC.error(529, "overloaded_error"), ANTHROPIC.whole(CHOSEN)]) as provider:
        with calling_in(TurnScope(node="route_intent", tell=told.append)):
            await bench.decide(provider.model(ANTHROPIC))

    starts = [one for one in told if isinstance(one, LlmStart)]
    ends = [one for one in told if isinstance(one, LlmEnd)]
    assert [(one.node, one.model) for one in starts] == [("route_intent", ANTHROPIC.name)] * 2
    assert [one.outcome for one in ends] == ["overloaded", "ok"]
    assert (ends[1].input_tokens, ends[1].output_tokens) == (100, 7)
    assert ends[1].cost_usd == pytest.approx(160e-6)
    assert sum(isinstance(one, LlmFirst) for one in told) == 1


async def ledger() -> Ledger:
    sessions = MemorySessions()
    await sessions.create(Session(SESSION, TenantId("shop"), "chat", created=1, updated=1))
    return Ledger(MemoryEffects(sessions), Holder(SESSION, 1))


async def test_a_decision_made_before_a_crash_is_not_paid_again(bench: Bench, up: Provider) -> None:
    decider, effects = bench.decider(up.model(ANTHROPIC)), await ledger()

    decided = []
    for _ in range(3):  # the node runs again
        with calling_in(TurnScope(node="route_intent", turn="trn_1", effects=effects)):
            decided.append(await decider.decide(PROMPT, [LANES, HUMAN]))

    assert len(up.seen) == 1
    assert decided[0] == decided[1] == decided[2]


async def test_the_same_question_twice_in_a_node_is_asked_twice(bench: Bench, up: Provider) -> None:
    decider = bench.decider(up.model(ANTHROPIC))

    with calling_in(TurnScope(node="route_intent", turn="trn_1", effects=await ledger())):
        for _ in range(2):
            await decider.decide(PROMPT, [LANES, HUMAN])

    assert len(up.seen) == 2


async def test_a_decision_that_failed_is_asked_for_again(bench: Bench) -> None:
    effects = await ledger()
    async with serving([ANTHROPIC.whole("no JSON"), ANTHROPIC.whole(CHOSEN)]) as provider:
        decider = bench.decider(provider.model(ANTHROPIC))
        with calling_in(TurnScope(node="n", turn="t", effects=effects)), pytest.raises(ModelError):
            await decider.decide(PROMPT, [LANES, HUMAN])
        with calling_in(TurnScope(node="n", turn="t", effects=effects)):
            decided = await decider.decide(PROMPT, [LANES, HUMAN])

    assert decided.verdicts["lane"].choice == "support"


async def test_an_answer_written_before_a_crash_comes_again_in_one_piece(bench: Bench) -> None:
    effects = await ledger()
    async with serving([written(ANTHROPIC, "On ", "its ", "way.")]) as provider:
        chat = bench.chat(provider.model(ANTHROPIC))
        heard = []
        for _ in range(2):
            with calling_in(TurnScope(node="support", turn="t", effects=effects)):
                heard.append([chunk.text async for chunk in chat.astream("hola") if chunk.text])

    assert heard == [["On ", "its ", "way."], ["On its way."]]
    assert len(provider.seen) == 1


async def _ask_for_ever(decider: ModelDecider) -> None:
    while True:
        await decider.decide(PROMPT, [LANES, HUMAN])
