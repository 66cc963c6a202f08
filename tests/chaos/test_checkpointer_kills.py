"""Three hundred turns under kill -9, in every durability mode; tests/contracts has the short form."""

from pathlib import Path

import pytest

from tests.contracts.crashes import Crashing, kill_servers, kill_writers
from tests.contracts.graphs import DURABILITIES, Durability
from tests.contracts.servers import installed

TURNS = 300

pytestmark = [pytest.mark.chaos, pytest.mark.parametrize("durability", DURABILITIES)]


@pytest.mark.parametrize("binary", installed().values(), ids=installed())
async def test_no_kill_of_the_server_tears_a_thread_or_loses_a_turn(
    binary: Path, durability: Durability, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Crashing(binary, tmp_path_factory.mktemp("k")) as server:
        await kill_servers(server, durability, TURNS, 50, seed)


async def test_no_kill_of_the_writer_tears_a_thread_or_loses_a_turn(
    durability: Durability, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Crashing(installed()["valkey"], tmp_path_factory.mktemp("k")) as server:
        await kill_writers(server, durability, TURNS, 20, seed)
