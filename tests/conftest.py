from collections.abc import Iterator

import hypothesis
import pytest
import structlog
from blockbuster import blockbuster_ctx

from server.logs import configure
from tests.contracts import servers

pytest.register_assert_rewrite("tests.contracts.crashes")


hypothesis.settings.register_profile(
    "same", derandomize=True, deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("same")


def pytest_configure() -> None:
    if why := servers.unmet():
        raise pytest.UsageError(why)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "test_wheel" not in item.nodeid)  # what takes longest begins first


def pytest_report_header() -> str:
    return servers.on_offer()


@pytest.fixture(autouse=True)
def _no_blocking_call_on_the_event_loop() -> Iterator[None]:
    with blockbuster_ctx("server"):
        yield


@pytest.fixture(autouse=True)
def _logs_as_in_production() -> Iterator[None]:
    configure("info", "json")
    yield
    structlog.reset_defaults()
