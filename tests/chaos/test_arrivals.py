"""R15, R39: what becomes of messages that come during a turn, and of turns that are cancelled, on two workers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from state.mailbox import Arrival, Outcome, Strategy
from tests.chaos.desk import Desk
from tests.chaos.rig import Rig, worker
from tests.chaos.store import Store

GATE = "all was said"

pytestmark = [pytest.mark.chaos, pytest.mark.chaos_short]

EVERY_S = 0.05
"""Five messages in 200 ms."""
LONG_MS = 600_000
"""What is done at the next renewal is not done in time."""
BURST = Arrival("coalesce", quiet_ms=1500, cap_ms=6000)


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    """A customer, and two workers who answer when all was said."""
    slow = Rig(slow="info", gate=tmp_path / GATE, lease_ms=LONG_MS)
    async with Desk.open(store.url, tmp_path) as made:
        with worker(store.url, tmp_path, slow), worker(store.url, tmp_path, slow):
            yield made


async def five(desk: Desk, arrival: Arrival, *, once_begun: bool = False) -> list[tuple[Outcome, str]]:
    said = []
    for number in range(5):
        accepted = await desk.say(f"slow {number}", arrival)
        said.append((accepted.outcome, str(accepted.turn_id)))
        if once_begun and number == 0:
            await desk.seen("node.start", 1)
        await asyncio.sleep(EVERY_S)
    (desk.folder / GATE).touch()
    return said


async def test_r15_enqueue_answers_each_in_order(desk: Desk) -> None:
    said = await five(desk, Arrival("enqueue"))

    ended = await desk.ended(5)

    assert ended == [(turn, "completed") for _, turn in said]
    await desk.at_rest()


async def test_r15_coalesce_answers_all_as_one(desk: Desk) -> None:
    said = await five(desk, BURST)

    ended = await desk.ended(1)
    await desk.at_rest()

    assert ended == [(said[0][1], "completed")]
    assert len({turn for _, turn in said}) == 1
    started = [row["text"] for row in await desk.rows() if row["type"] == "turn.start"]
    assert started == ["slow 0 slow 1 slow 2 slow 3 slow 4"]


async def test_r15_reject_refuses_all_but_the_first(desk: Desk) -> None:
    said = await five(desk, Arrival("reject"))

    ended = await desk.ended(1)
    await desk.at_rest()

    assert [outcome for outcome, _ in said] == [Outcome.ACCEPTED, *[Outcome.BUSY] * 4]
    assert ended == [(said[0][1], "completed")]


@pytest.mark.parametrize("strategy", ["interrupt", "rollback"])
async def test_r15_interrupt_and_rollback_answer_the_last(desk: Desk, strategy: Strategy) -> None:
    said = await five(desk, Arrival(strategy), once_begun=True)

    ended = await desk.ended(5)
    await desk.at_rest()

    assert ended == [*((turn, "cancelled") for _, turn in said[:-1]), (said[-1][1], "completed")]


@pytest.mark.parametrize("node", ["build_turn", "route_intent", "info", "send_response"])
async def test_r39_a_cancelled_turn_ends_before_its_next_renewal_and_the_next_one_runs(
    store: Store, tmp_path: Path, node: str
) -> None:
    async with Desk.open(store.url, tmp_path) as desk:
        with worker(store.url, tmp_path, Rig(slow=node, slow_s=3600, lease_ms=LONG_MS)):
            await cancel_and_go_on(desk)


async def cancel_and_go_on(desk: Desk) -> None:
    cancelled = await desk.say("slow")
    await desk.seen("node.start", 1)
    await asyncio.sleep(0.1)
    assert await desk.second.inbox.stop(desk.session, None, "cancel") == [cancelled.turn_id]
    await desk.ended(1)
    following = await desk.say("hola")
    ended = await desk.ended(2)
    await desk.at_rest()

    assert ended == [(cancelled.turn_id, "cancelled"), (following.turn_id, "completed")]
