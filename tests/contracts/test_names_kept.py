"""The lists of sessions and runs let go the names of those whose records expired long ago."""

from redis.asyncio import Redis

from state.ids import SessionId, TenantId
from state.plan_run import PlanRun, RunId
from state.session import Session
from state.stores import keys
from state.stores.runs import RedisRuns
from state.stores.sessions import RedisSessions

SHOP = TenantId("shop")


async def test_names_of_old_sessions_are_let_go(emptied: str) -> None:
    async with Redis.from_url(emptied) as client:
        sessions = RedisSessions(client, ttl_ms=60_000)
        for name, last in (("ses_1", 100), ("ses_2", 200)):
            await sessions.create(Session(SessionId(name), SHOP, "chat", created=last, updated=last))

        gone = await sessions.forget(SHOP, 200)

        assert gone == 1
        assert await client.zrange(keys.sessions_of(SHOP), 0, -1) == [b"ses_2"]


async def test_names_of_old_runs_are_let_go(emptied: str) -> None:
    async with Redis.from_url(emptied) as client:
        runs = RedisRuns(client)
        for name, made in (("run_1", 100), ("run_2", 200)):
            await runs.create(PlanRun(RunId(name), SHOP, {"id": "p"}, {}, created=made), [], "")

        gone = await runs.forget(SHOP, 200)

        assert gone == 1
        assert [run.id for run in await runs.latest(SHOP, None, 10)] == ["run_2"]
