import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from state.errors import StoreUnavailableError
from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.graphs import CONFIG, parallel_log
from tests.contracts.servers import start, valkey_binary

AOF = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")


class Crashing:
    """A server that keeps its data and can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder / 's'}"
        self._folder = folder
        self.process = start(valkey_binary(), folder, *AOF)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        (self._folder / "s").unlink(missing_ok=True)
        self.process = start(valkey_binary(), self._folder, *AOF)


@pytest.fixture
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    server = Crashing(tmp_path_factory.mktemp("k"))
    yield server
    server.kill()


async def test_a_server_killed_at_random_points_never_leaves_a_torn_thread(crashing: Crashing) -> None:
    chance = random.Random(20261121)
    done, kills = 0, 0
    async with PlainRedisSaver.from_url(crashing.url, keep_turns=4) as saver:
        graph = parallel_log(saver, nodes=3)
        for turn in range(40):
            running = asyncio.ensure_future(graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability="sync"))
            if turn % 4 == 1:
                await asyncio.sleep(chance.uniform(0, 0.012))
                crashing.kill()
                kills += 1
                await asyncio.gather(running, return_exceptions=True)
                crashing.start()
            result = (await asyncio.gather(running, return_exceptions=True))[0]
            assert isinstance(result, dict | StoreUnavailableError), result
            done += isinstance(result, dict)
            values = (await graph.aget_state(CONFIG)).values
            async for saved in saver.alist(CONFIG):
                assert saved.checkpoint["channel_versions"]
            if isinstance(result, dict):
                assert values == result
    assert kills == 10
    assert len([line for line in values["log"] if line.startswith("turn")]) >= done


WRITER = """
import asyncio, sys
from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.graphs import CONFIG, talk

async def main():
    async with PlainRedisSaver.from_url(sys.argv[1], keep_turns=4) as saver:
        graph = talk(saver, lambda at: f"{at} ".ljust(200, "."))
        for turn in range(10_000):
            await graph.ainvoke({"said": [f"{turn} ".ljust(200, "?")]}, CONFIG, durability="sync")
            print(turn, flush=True)

asyncio.run(main())
"""


async def test_a_process_killed_at_random_points_never_leaves_a_torn_thread(crashing: Crashing) -> None:
    chance = random.Random(20261121)
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.defpath}
    for _ in range(3):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, crashing.url, stdout=subprocess.PIPE, env=environment
        )
        assert writer.stdout is not None
        await writer.stdout.readline()
        await asyncio.sleep(chance.uniform(0.02, 0.2))
        writer.kill()
        await writer.communicate()

        async with PlainRedisSaver.from_url(crashing.url, keep_turns=4) as saver:
            saved = [checkpoint async for checkpoint in saver.alist(CONFIG)]
        assert len(saved) >= 4
        said = saved[0].checkpoint["channel_values"]["said"]
        assert all(line.split(" ")[0].isdigit() for line in said)
