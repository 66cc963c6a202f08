"""Every subscriber sees every insight at least once, in order, also after a restart; on every adapter."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from server.plans.reactions import InsightStore
from state.ids import TenantId
from state.insight import Insight
from state.plan_run import RunId
from state.stores.insights import RedisInsights
from state.stores.memory import MemoryInsights

SHOP, OTHER = TenantId("shop"), TenantId("other")


@pytest.fixture(params=["memory", "valkey"])
async def insights(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[list[InsightStore]]:
    if request.param == "memory":
        yield [MemoryInsights()] * 2
        return
    async with Redis.from_url(emptied) as one, Redis.from_url(emptied) as other:
        yield [RedisInsights(one), RedisInsights(other)]


def noticed(number: int, tenant: TenantId = SHOP) -> Insight:
    run = RunId("run_1")
    return Insight(
        f"run_1:step:{number}", "struggling_detected", "feedback", run, "step", tenant, {"n": number}, "marta"
    )


async def unseen(store: InsightStore, subscriber: str, tenant: TenantId = SHOP) -> list[object]:
    return [row.insight.facts["n"] for row in await store.unseen(tenant, subscriber)]


async def test_each_subscriber_sees_each_insight_whatever_others_have_seen(insights: list[InsightStore]) -> None:
    for name in ("coach", "mailer"):
        await insights[0].subscribe(SHOP, name)
    for number in range(3):
        await insights[0].publish(noticed(number))

    rows = await insights[1].unseen(SHOP, "coach")
    await insights[1].seen(SHOP, "coach", rows[1].place)

    assert [row.insight.facts["n"] for row in rows] == [0, 1, 2]
    assert await unseen(insights[0], "coach") == [2]
    assert await unseen(insights[0], "mailer") == [0, 1, 2]


async def test_a_restarted_subscriber_goes_on_where_it_was(insights: list[InsightStore]) -> None:
    await insights[0].subscribe(SHOP, "coach")
    await insights[0].publish(noticed(0))
    await insights[0].seen(SHOP, "coach", (await insights[0].unseen(SHOP, "coach"))[0].place)
    await insights[0].publish(noticed(1))

    await insights[1].subscribe(SHOP, "coach")

    assert await unseen(insights[1], "coach") == [1]


async def test_what_is_seen_by_all_may_go_and_what_follows_is_still_seen(insights: list[InsightStore]) -> None:
    await insights[0].subscribe(SHOP, "coach")
    for number in range(3):
        await insights[0].publish(noticed(number))
        await insights[0].seen(SHOP, "coach", (await insights[0].unseen(SHOP, "coach"))[-1].place)

    await insights[1].publish(noticed(3))

    assert await unseen(insights[1], "coach") == [3]


async def test_a_step_that_runs_again_publishes_nothing_twice(insights: list[InsightStore]) -> None:
    await insights[0].subscribe(SHOP, "coach")
    await insights[0].publish(noticed(0))
    await insights[1].publish(noticed(0))

    assert await unseen(insights[0], "coach") == [0]


async def test_places_only_move_forward(insights: list[InsightStore]) -> None:
    await insights[0].subscribe(SHOP, "coach")
    for number in range(3):
        await insights[0].publish(noticed(number))
    rows = await insights[0].unseen(SHOP, "coach")

    await insights[0].seen(SHOP, "coach", rows[2].place)
    await insights[0].seen(SHOP, "coach", rows[0].place)

    assert await unseen(insights[0], "coach") == []


async def test_tenants_see_their_own_only(insights: list[InsightStore]) -> None:
    for tenant in (SHOP, OTHER):
        await insights[0].subscribe(tenant, "coach")
    await insights[0].publish(noticed(0))
    await insights[0].publish(noticed(1, OTHER))

    assert await unseen(insights[0], "coach") == [0]
    assert await unseen(insights[0], "coach", OTHER) == [1]


async def test_who_never_subscribed_sees_nothing(insights: list[InsightStore]) -> None:
    await insights[0].publish(noticed(0))

    assert await unseen(insights[0], "stranger") == []


async def test_one_process_at_a_time_serves_a_subscriber(insights: list[InsightStore]) -> None:
    first = await insights[0].hold(SHOP, "coach", "a", 60_000)
    second = await insights[1].hold(SHOP, "coach", "b", 60_000)
    again = await insights[0].hold(SHOP, "coach", "a", 60_000)

    assert [first, second, again] == [True, False, True]
