"""Turns that are stopped, take too long, are joined by more messages, or lose their worker."""

import asyncio
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from nodes.ports import RouteRequest
from state.decision import RouterDecision
from state.mailbox import Arrival, Claimed, Refused, Strategy
from tests.desk import decided, inbound, ports
from tests.unit.floor import QUICK, SESSION, Floor, floor
from tests.waiting import until


class SlowRouter:
    """Decides when it is let, for texts that say "slow"."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.begun = asyncio.Event()

    async def decide(self, request: RouteRequest) -> RouterDecision:
        if "slow" in request.turns[-1].text:
            self.begun.set()
            await self.let.wait()
        return decided("info")


def slow() -> tuple[SlowRouter, Any]:
    router = SlowRouter()
    return router, replace(ports(), router=router)


def statuses(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["turn"], row["status"]) for row in rows if row["type"] == "turn.end"]


async def begun(one: Floor, name: str = "1") -> None:
    await one.accept(inbound(f"slow {name}", name))
    await one.seen("node.start", 2)


async def test_a_turn_that_is_cancelled_ends_and_the_next_one_runs() -> None:
    _, context = slow()
    async with floor(context) as one:
        await begun(one)
        await one.inbox.stop(SESSION, None, "cancel")
        await one.accept(inbound("quick", "2"))
        rows = await one.ended(2)

        assert statuses(rows) == [("trn_1", "cancelled"), ("trn_2", "completed")]
        assert [row["reason"] for row in rows if row["type"] == "turn.cancelled"] == ["cancel"]
        assert [text for text, _ in await one.said()] == ["slow 1", "quick"]
        assert await one.inbox.claim(SESSION, "anyone") is Refused.NOTHING_WAITS


async def test_an_order_on_the_control_channel_stops_a_turn_at_once() -> None:
    _, context = slow()
    async with floor(context, limits=replace(QUICK, lease_ms=60_000)) as one:
        await begun(one)
        one.worker.heard(f"{SESSION} trn_other cancel")
        one.worker.heard(f"{SESSION} trn_1 cancel")
        rows = await one.ended(1)

    assert statuses(rows) == [("trn_1", "cancelled")]


async def test_an_interrupted_turn_leaves_what_the_customer_said_in_the_dialogue() -> None:
    _, context = slow()
    async with floor(context) as one:
        await begun(one)
        await one.accept(inbound("rather this", "2"), Arrival("interrupt"))
        rows = await one.ended(2)
        dialogue = await one.said()

    assert statuses(rows) == [("trn_1", "cancelled"), ("trn_2", "completed")]
    assert [text for text, _ in dialogue] == ["slow 1", "rather this"]
    assert dialogue[0][1] == ""
    assert dialogue[1][1]


async def test_a_turn_that_is_rolled_back_leaves_nothing() -> None:
    router, context = slow()
    async with floor(context) as one:
        await one.accept(inbound("before", "0"))
        await one.ended(1)
        await one.accept(inbound("slow 1", "1"))
        await router.begun.wait()
        await one.accept(inbound("rather this", "2"), Arrival("rollback"))
        rows = await one.ended(3)
        dialogue = await one.said()

    assert statuses(rows)[1:] == [("trn_1", "cancelled"), ("trn_2", "completed")]
    assert [text for text, _ in dialogue] == ["before", "rather this"]
    assert {row["attempt"] for row in rows if row["type"] == "turn.start"} == {1}


@pytest.mark.parametrize("first", ["before", None])
@pytest.mark.parametrize(("strategy", "left"), [("interrupt", [("rather not", "")]), ("rollback", [])])
async def test_a_turn_stopped_after_its_answer_was_made_leaves_what_its_strategy_says(
    strategy: Strategy, left: list[tuple[str, str]], first: str | None
) -> None:
    async with floor(ports(), working=False) as one:
        if first:
            await one.accept(inbound(first, "0"))
            one.worker.start()
            await one.ended(1)
            one.worker.take_nothing_more()
        await one.accept(inbound("rather not", "1"))
        claimed = await one.inbox.claim(SESSION, "a worker that dies")
        assert isinstance(claimed, Claimed)
        await one.runner.run(claimed, Deaf())  # type: ignore[arg-type] # only emit is called
        await one.accept(inbound("rather this", "2"), Arrival(strategy))
        one.worker.start()
        await one.ended(3 if first else 2)
        dialogue = await one.said()

    assert [text for text, _ in dialogue[:-1]] == [*([first] if first else []), *(text for text, _ in left)]
    assert [reply for text, reply in dialogue if text == "rather not"] == [reply for _, reply in left]
    assert dialogue[-1][0] == "rather this"
    assert dialogue[-1][1]


@pytest.mark.parametrize(("strategy", "left"), [("interrupt", ["slow 1", "never"]), ("rollback", [])])
async def test_turns_stopped_before_they_began_leave_what_their_strategy_says(
    strategy: Strategy, left: list[str]
) -> None:
    _, context = slow()
    async with floor(context, working=False) as one:
        await one.accept(inbound("slow 1", "1"))
        await one.accept(inbound("never", "2"))
        await one.accept(inbound("rather this", "3"), Arrival(strategy))
        one.worker.start()
        await one.ended(3)
        dialogue = await one.said()

    assert [text for text, _ in dialogue] == [*left, "rather this"]


async def test_messages_that_wait_are_stopped_by_a_later_one_that_interrupts() -> None:
    _, context = slow()
    async with floor(context) as one:
        await begun(one)
        await one.accept(inbound("never", "2"))
        await one.accept(inbound("rather this", "3"), Arrival("interrupt"))
        rows = await one.ended(3)

    assert statuses(rows) == [("trn_1", "cancelled"), ("trn_2", "cancelled"), ("trn_3", "completed")]
    assert [row["turn"] for row in rows if row["type"] == "message.final"] == ["trn_3"]


async def test_a_burst_is_answered_as_one_turn_with_every_message_in_it() -> None:
    burst = Arrival("coalesce", quiet_ms=1000, cap_ms=5000)
    async with floor(ports()) as one:
        turns = {(await one.accept(inbound(text, text), burst)).turn_id for text in ("busco", "una tetera", "roja")}
        rows = await one.ended(1)
        dialogue = await one.said()

    assert turns == {"trn_busco"}
    assert statuses(rows) == [("trn_busco", "completed")]
    assert [text for text, _ in dialogue] == ["busco una tetera roja"]


async def test_a_turn_that_takes_too_long_fails_and_the_customer_is_told() -> None:
    _, context = slow()
    async with floor(context, limits=replace(QUICK, turn_s=1.0)) as one:
        await one.accept(inbound("slow", "1"))
        rows = await one.ended(1)
        dialogue = await one.said()

    assert rows[-1].items() >= {"status": "failed", "error": "deadline"}.items()
    assert [row["text"] for row in rows if row["type"] == "message.final"] == ["Sorry"]
    assert dialogue == [("slow", "Sorry")]


async def test_a_turn_begun_by_a_worker_that_is_gone_goes_on_after_its_finished_steps() -> None:
    router, context = slow()
    async with floor(context, working=False) as one:
        await one.accept(inbound("slow", "1"))
        claimed = await one.inbox.claim(SESSION, "a worker that stops")
        assert isinstance(claimed, Claimed)
        first = asyncio.create_task(one.runner.run(claimed, Deaf()))  # type: ignore[arg-type] # only emit is called
        await router.begun.wait()
        first.cancel()
        await asyncio.wait([first])
        router.let.set()
        one.worker.start()
        rows = await one.ended(1)

    started = [row["node"] for row in rows if row["type"] == "node.start"]
    assert started == ["route_intent", "info", "compose", "send_response"]
    assert rows[-1]["status"] == "completed"


async def test_a_worker_that_lost_its_session_stops_and_writes_nothing_more() -> None:
    router, context = slow()
    async with floor(context) as one:
        await begun(one)
        one.sessions.boxes[SESSION].lease = ("", 0.0)
        other = await one.inbox.claim(SESSION, "another worker")
        assert isinstance(other, Claimed)
        one.sessions.boxes[SESSION].lease = ("another worker", inf)
        router.let.set()
        await until(lambda: not one.worker._held)
        rows = await one.rows()

        assert statuses(rows) == []
        assert other.fence == 2
        assert other.attempt == 2


async def test_a_worker_that_ends_hands_its_turn_to_the_next_at_once_and_uncounted() -> None:
    _, context = slow()
    async with floor(context) as one:
        await begun(one)

        await one.worker.stop(0.05)

        claimed = await one.inbox.claim(SESSION, "the next worker")
        assert isinstance(claimed, Claimed)
        assert claimed.attempt == 1


@pytest.mark.parametrize("count", [25])
async def test_a_session_with_many_messages_is_answered_whole_and_in_order(count: int) -> None:
    async with floor(ports()) as one:
        for number in range(count):
            await one.accept(inbound(f"hola {number}", str(number)))
        rows = await one.ended(count)

    assert [turn for turn, _ in statuses(rows)] == [f"trn_{number}" for number in range(count)]


class Deaf:
    def emit(self, event: object) -> None:
        """Lose the event, as a killed process does."""
