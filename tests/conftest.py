from collections.abc import Iterator

import pytest
import structlog

from server.logs import configure


@pytest.fixture(autouse=True)
def _logs_as_in_production() -> Iterator[None]:
    configure("info", "json")
    yield
    structlog.reset_defaults()
