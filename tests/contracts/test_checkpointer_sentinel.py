from pathlib import Path

import pytest
from redis.asyncio.sentinel import Sentinel

from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.graphs import CONFIG, talk
from tests.contracts.servers import installed, sentinel


@pytest.mark.parametrize("binary", installed().values(), ids=installed())
async def test_a_saver_finds_its_server_through_sentinel(binary: Path, tmp_path: Path) -> None:
    with sentinel(binary, tmp_path) as port:
        watchers = Sentinel([("127.0.0.1", port)])  # type: ignore[no-untyped-call]  # redis-py does not annotate it
        async with PlainRedisSaver(watchers.master_for("main")) as saver:
            graph = talk(saver)
            await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
            state = await graph.ainvoke({"said": ["two"]}, CONFIG, durability="exit")
        for watcher in watchers.sentinels:
            await watcher.aclose()

    assert state["said"] == ["one", "answer 1", "two", "answer 3"]
