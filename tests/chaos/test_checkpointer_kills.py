"""Three hundred turns under kill -9, in every durability mode; tests/contracts has the short form."""

from collections.abc import Iterator

import pytest

from tests.contracts.crashes import Crashing, kill_servers, kill_writers
from tests.contracts.graphs import DURABILITIES, Durability
from tests.contracts.servers import installed

TURNS = 300

pytestmark = [pytest.mark.chaos, pytest.mark.parametrize("durability", DURABILITIES)]


@pytest.fixture(params=installed())
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    with Crashing(installed()[request.param], tmp_path_factory.mktemp("k")) as server:
        yield server


async def test_no_kill_of_the_server_tears_a_thread_or_loses_a_turn(
    server: Crashing, durability: Durability, seed: int
) -> None:
    kills = await kill_servers(server, durability, TURNS, seed)

    assert kills >= 50


async def test_no_kill_of_the_writer_tears_a_thread_or_loses_a_turn(
    server: Crashing, durability: Durability, seed: int
) -> None:
    lives = await kill_writers(server, durability, TURNS, seed)

    assert lives >= 5
