from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.forked import serving
from tests.processes import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for the tests that only talk to it."""
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    one = Client(server.url)
    yield one
    one.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"
