"""What the archive of ended runs must do, on every database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from state.ids import TenantId
from state.plan_run import Attempt, PlanRun, RunId, TaskRecord
from state.stored_run import StoredRun
from state.stores.records.database import embedded_url, open_records
from state.stores.records.run_archive import SqlRunArchive

TENANT = TenantId("shop")
RUN = PlanRun(
    RunId("run_1"), TENANT, {"id": "p"}, {"a": "\x00ñ"}, "completed", created=1, started=2, ended=3, output=[1, None]
)
TASK = TaskRecord("a[0]", "a", "completed", attempts=(Attempt(1, "x", "y", 1, 2),), ended=3, result={"n": 1.5})
STORED = StoredRun(RUN, {"a[0]": TASK})


@pytest.fixture(params=["sqlite", "postgres"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlRunArchive]:
    url = embedded_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with open_records(url) as engine:
        yield SqlRunArchive(engine)


async def test_runs_are_kept_whole_and_once_apart_by_tenant_and_let_go_after_their_time(archive: SqlRunArchive) -> None:
    await archive.keep([STORED])
    await archive.keep([StoredRun(replace(RUN, title="other"), STORED.tasks)])

    found = await archive.get(TENANT, RUN.id)
    foreign = await archive.get(TenantId("other"), RUN.id)
    early, late = await archive.forget(3), await archive.forget(4)

    assert (found, foreign) == (STORED, None)
    assert (early, late) == (0, 1)
    assert await archive.get(TENANT, RUN.id) is None
