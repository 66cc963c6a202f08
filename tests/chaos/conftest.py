import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from tests.chaos.driver import Fleet, Settings
from tests.chaos.history import History
from tests.chaos.load import Load
from tests.chaos.store import Store
from tests.chaos.sweep import left_over
from tests.forked import PRELOADED

Crew = Callable[..., AbstractAsyncContextManager[Load]]
SEED = int(os.environ.get("LANEWAY_TEST_SEED") or secrets.randbelow(2**32))


def pytest_report_header() -> str:
    return f"seed: {SEED} (LANEWAY_TEST_SEED={SEED} draws the same moments again)"


@pytest.fixture(scope="session", autouse=True)
def _ready_processes() -> None:
    PRELOADED[:] = [*PRELOADED, "tests.chaos.rig"]


@pytest.fixture
def seed() -> int:
    print(f"LANEWAY_TEST_SEED={SEED}")  # noqa: T201 # pytest shows it when the test fails
    return SEED


@pytest.fixture
def random(seed: int) -> Random:
    return Random(seed)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of all processes; the store is elsewhere, so it holds the trained router only."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store, swept at the end of every test that has one (R40), when no process of it is left."""
    one = Store(tmp_path_factory.mktemp("v"))
    one.start()
    try:
        yield one
        assert asyncio.run(left_over(one.url)) == []
    finally:
        one.kill()


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    path = tmp_path / "history.jsonl"
    print(f"history: {path}")  # noqa: T201 # pytest shows it when the test fails
    with path.open("w") as file:
        yield History(file)


@pytest.fixture
def crew(cache: Path, store: Store, history: History, random: Random) -> Crew:
    """Start processes on the test's store, and customers for them."""

    @asynccontextmanager
    async def start(
        size: int,
        store_url: str = "",
        *,
        at: Store = store,
        apart: Mapping[int, Mapping[str, str]] | None = None,
        **more: str,
    ) -> AsyncIterator[Load]:
        fleet = Fleet(size, cache, Settings(store_url or at.url, more, apart or {}), random, history)
        async with fleet.running(), Load(fleet, at) as load:
            yield load

    return start
