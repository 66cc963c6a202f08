import asyncio
import re

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from state.errors import StoreError
from state.stores.checkpointer import PlainRedisSaver, ThreadSaver
from tests.contracts.graphs import CONFIG, parallel_log, talk


async def test_a_blocking_call_on_the_event_loop_is_refused_or_answered(saver: ThreadSaver) -> None:
    await saver.aget_tuple(CONFIG)

    if isinstance(saver, PlainRedisSaver):
        with pytest.raises(StoreError, match="would wait for itself"):
            saver.get_tuple(CONFIG)
    else:
        assert saver.get_tuple(CONFIG) is None


async def test_a_blocking_graph_runs_beside_the_event_loop(saver: ThreadSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="sync")

    state = await asyncio.to_thread(graph.invoke, {"said": ["two"]}, CONFIG, durability="sync")

    assert state["said"] == ["one", "answer 1", "two", "answer 3"]


async def test_writes_are_stored_before_the_checkpoint_that_supersedes_theirs(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = parallel_log(redis_saver)
    await redis_saver.aget_tuple(CONFIG)

    async with server.monitor() as monitor:
        for turn in range(5):
            await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability="async")
        await server.echo("the end")
        calls = await until_the_end(monitor)

    superseded = set()
    for operation, arguments in calls:
        if operation == "put":
            superseded.add(arguments.get("parent"))
        if operation == "writes":
            assert arguments["id"] not in superseded
    assert len(superseded) > 10


async def until_the_end(monitor: Monitor) -> list[tuple[str, dict[str, str]]]:
    calls = []
    while "the end" not in (command := (await monitor.next_command())["command"]):
        ids = re.findall(r"(parent|id)\\xd9\$([0-9a-f-]{36})", command)
        if found := re.search(r" (put|writes) \\x", command):
            calls.append((found[1], dict(ids)))
    return calls
