import os
import secrets

import pytest

SEED = int(os.environ.get("LANEWAY_TEST_SEED") or secrets.randbelow(2**32))


def pytest_report_header() -> str:
    return f"seed: {SEED} (LANEWAY_TEST_SEED={SEED} draws the same moments again)"


@pytest.fixture
def seed() -> int:
    print(f"LANEWAY_TEST_SEED={SEED}")  # noqa: T201 - pytest shows it with a failure
    return SEED
