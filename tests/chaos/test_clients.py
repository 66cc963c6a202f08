"""R13, R18, R26: customers that repeat themselves, come back all the time, or are there when a process is drained."""

import asyncio
from collections import Counter

import httpx2
import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Answered
from tests.chaos.load import Load
from tests.waiting import until

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize(
    "messages", [pytest.param(200, id="short", marks=pytest.mark.chaos_short), pytest.param(1000, id="long")]
)
async def test_r13_a_message_sent_up_to_five_times_is_one_turn(crew: Crew, messages: int) -> None:
    async with crew(2) as load:
        await load.open(50)
        for _ in range(messages // 50):
            await load.burst(50, copies=5)

        await load.verify()
        answers = sum(answer.status == 202 for answer in load.history.of(Answered))
        assert load.accepted() == messages
        assert answers > 2 * messages


@pytest.mark.parametrize(
    "rounds", [pytest.param(5, id="short", marks=pytest.mark.chaos_short), pytest.param(60, id="long")]
)
async def test_r18_watchers_that_come_back_all_the_time_see_every_event_once(crew: Crew, rounds: int) -> None:
    async with crew(2) as load:
        await load.open(20, watchers=3, bored=0.3)
        for _ in range(rounds):
            await load.burst(20)
            await asyncio.sleep(0.3)

        await load.verify()
        assert sum(watcher.connections for watcher in load.watchers) > rounds * 60
        mine = load.watchers[0]
        foreign = next(one for one in load.watchers if one.last_id and one.session != mine.session)  # some hear nothing
        async with httpx2.AsyncClient(verify=False) as http:
            refused = await http.get(
                f"{load.fleet.url(0)}/v1/sessions/{mine.session}/events", headers={"Last-Event-ID": foreign.last_id}
            )
        assert refused.status_code == 403


def watched(load: Load) -> Counter[int]:
    """How many watch each place."""
    return Counter(watcher.place for watcher in load.watchers if watcher.place is not None)


@pytest.mark.parametrize(
    "drains", [pytest.param(2, id="short", marks=pytest.mark.chaos_short), pytest.param(20, id="long")]
)
async def test_r26_a_drained_process_ends_its_turns_and_says_goodbye(crew: Crew, drains: int) -> None:
    async with crew(2) as load:
        await load.open(50, watchers=2, bored=0.0)
        for _ in range(drains):
            await load.fleet.all_ready()
            await until(lambda: max(watched(load).values(), default=0) >= 10)
            [(victim, _)] = watched(load).most_common(1)
            burst = asyncio.create_task(load.burst(100))
            await asyncio.sleep(load.random.uniform(0.1, 0.4))
            code = await load.fleet.drain(victim)
            await burst

            assert code == 0

        await load.verify()
        assert sum(watcher.goodbyes for watcher in load.watchers) >= 10
