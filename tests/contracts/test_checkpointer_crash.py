"""The short form of tests/chaos: no kill -9 leaves a torn thread or loses a turn that was acknowledged."""

import os
from pathlib import Path

import pytest

from tests.contracts.crashes import Crashing, kill_servers, kill_writers
from tests.contracts.servers import installed

SEED = int(os.environ.get("LANEWAY_TEST_SEED") or 20261121)


@pytest.mark.parametrize("binary", installed().values(), ids=installed())
async def test_a_server_killed_at_random_points_never_leaves_a_torn_thread(
    binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Crashing(binary, tmp_path_factory.mktemp("k")) as server:
        await kill_servers(server, "sync", turns=40, kills=5, seed=SEED)


async def test_a_process_killed_at_random_points_never_leaves_a_torn_thread(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Crashing(installed()["valkey"], tmp_path_factory.mktemp("k")) as server:
        await kill_writers(server, "sync", turns=15, lives=3, seed=SEED)
