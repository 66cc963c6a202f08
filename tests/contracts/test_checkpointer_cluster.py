from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import pytest
from langgraph.checkpoint.conformance.initializer import RegisteredCheckpointer
from langgraph.checkpoint.conformance.validate import validate
from redis.asyncio.cluster import RedisCluster

from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.graphs import at, parallel_log, talk
from tests.contracts.servers import cluster, installed


@pytest.fixture(scope="module", params=installed())
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with cluster(installed()[request.param], tmp_path_factory.mktemp("c")) as port:
        yield port


@pytest.fixture
async def client(port: int) -> AsyncIterator[RedisCluster]:
    client = RedisCluster(host="127.0.0.1", port=port)
    yield client
    await client.aclose()


@pytest.fixture
def saver(client: RedisCluster) -> PlainRedisSaver:
    return PlainRedisSaver(client)


async def test_the_conformance_suite_passes_on_a_cluster(saver: PlainRedisSaver) -> None:
    async def make() -> AsyncGenerator[PlainRedisSaver, None]:
        yield saver

    report = await validate(RegisteredCheckpointer("cluster", make))

    assert [result.failures for result in report.results.values() if result.tests_failed] == []
    assert sum(result.tests_passed for result in report.results.values()) == 81


async def test_threads_in_different_slots_are_served_in_one_go(saver: PlainRedisSaver) -> None:
    graph = talk(saver)

    for thread in range(12):
        await graph.ainvoke({"said": ["one"]}, at(f"t{thread}"), durability="exit")
        state = await graph.ainvoke({"said": ["two"]}, at(f"t{thread}"), durability="exit")
        assert state["said"] == ["one", "answer 1", "two", "answer 3"]

    found = {saved.config["configurable"]["thread_id"] async for saved in saver.alist(None)}
    assert found >= {f"t{thread}" for thread in range(12)}


async def test_a_turn_on_a_cluster_takes_two_round_trips(saver: PlainRedisSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, at("counted"), durability="exit")
    before = saver.round_trips

    await graph.ainvoke({"said": ["two"]}, at("counted"), durability="exit")

    assert saver.round_trips - before == 2


async def test_a_node_that_lost_its_scripts_is_taught_them(saver: PlainRedisSaver, client: RedisCluster) -> None:
    graph = parallel_log(saver)

    for turn in range(3):
        await client.execute_command("SCRIPT FLUSH", target_nodes=RedisCluster.PRIMARIES)
        live = await graph.ainvoke({"log": [f"turn {turn}"]}, at("log"), durability="sync")

    assert (await graph.aget_state(at("log"))).values == live


async def test_a_branch_may_be_in_another_slot(saver: PlainRedisSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, at("here"), durability="exit")

    await saver.abranch(at("here"), "elsewhere")
    state = await graph.ainvoke({"said": ["two"]}, at("elsewhere"), durability="exit")

    assert state["said"] == ["one", "answer 1", "two", "answer 3"]
