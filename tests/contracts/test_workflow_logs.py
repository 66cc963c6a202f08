"""What the store of workflow logs and trends must do, on every database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from server.plans.logs import WorkflowLogs
from state.ids import TenantId
from state.plan_run import Attempt, PlanRun, RunId, RunStatus, TaskRecord, TaskStatus
from state.stored_run import StoredRun
from state.stores.records.database import open_records
from state.stores.records.memory import MemoryWorkflowLogs
from state.stores.records.run_archive import SqlRunArchive
from state.stores.records.workflow_logs import SqlWorkflowLogs
from state.stores.records.workflow_tables import LOGS, RUNS, TASKS
from state.stores.records.workflow_trends import SqlWorkflowTrends
from state.workflow_log import DAY_MS, Level, LogFilter, LogLine

SHOP = TenantId("shop")
RUN = RunId("run_1")


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[AsyncEngine]:
    async with open_records(url) as opened:
        async with opened.begin() as connection:
            for table in (LOGS, TASKS, RUNS):
                await connection.execute(table.delete())
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    async with emptied(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield opened


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def logs(request: pytest.FixtureRequest) -> AsyncIterator[WorkflowLogs]:
    if request.param == "memory":
        yield MemoryWorkflowLogs()
        return
    async with emptied(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield SqlWorkflowLogs(opened)


def line(seq: int, level: Level = "info", *, run: RunId = RUN, agent: str = "legal", at: int | None = None) -> LogLine:
    return LogLine(run, seq, seq if at is None else at, level, agent, "t", f"line {seq}\0 ñ 🙂", {"n": [seq]})


def seqs(lines: Sequence[LogLine]) -> list[int]:
    return [one.seq for one in lines]


async def test_lines_are_kept_once_and_read_in_order(logs: WorkflowLogs) -> None:
    await logs.keep(SHOP, [line(1), line(3)])
    await logs.keep(SHOP, [replace(line(3), text="changed"), line(2), line(7, run=RunId("run_2"))])

    assert await logs.read(SHOP, LogFilter(run=RUN)) == [replace(line(n), text=f"line {n} ñ 🙂") for n in (1, 2, 3)]
    assert await logs.last_seq(SHOP, RUN) == 3
    assert await logs.last_seq(TenantId("other"), RUN) == 0
    assert await logs.read(TenantId("other"), LogFilter()) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"level": "warning"}, [2, 3]),
        ({"level": "error"}, [3]),
        ({"agent": "money"}, [4]),
        ({"since": 2, "until": 4}, [2, 3]),
        ({"run": RUN, "after": 2}, [3]),
        ({"run": RUN, "level": "warning", "agent": "legal"}, [2, 3]),
        ({}, [1, 2, 3, 4]),
    ],
)
async def test_lines_are_found_by_level_agent_run_and_time(
    logs: WorkflowLogs, wanted: dict[str, Any], found: list[int]
) -> None:
    await logs.keep(SHOP, [line(1), line(2, "warning"), line(3, "error"), line(4, run=RunId("run_2"), agent="money")])

    assert seqs(await logs.read(SHOP, LogFilter(**wanted))) == found


async def test_of_a_run_the_first_lines_come_and_of_all_runs_the_latest(logs: WorkflowLogs) -> None:
    await logs.keep(SHOP, [line(number) for number in range(1, 1201)])

    assert seqs(await logs.read(SHOP, LogFilter(run=RUN), limit=2)) == [1, 2]
    assert seqs(await logs.read(SHOP, LogFilter(), limit=2)) == [1199, 1200]


async def test_old_lines_are_forgotten(logs: WorkflowLogs) -> None:
    await logs.keep(SHOP, [line(number) for number in range(1, 6)])

    assert await logs.forget(4) == 3
    assert seqs(await logs.read(SHOP, LogFilter())) == [4, 5]


def run(number: int, status: RunStatus, *, day: int, ms: int | None) -> StoredRun:
    ended = day * DAY_MS + 1000 + number
    begun = None if ms is None else ended - ms
    one = PlanRun(
        RunId(f"run_{number}"),
        SHOP,
        {"id": "p"},
        {},
        status,
        created=1,
        started=begun,
        ended=ended,
        retries=1,
        tokens=10,
    )
    tasks: list[tuple[str, TaskStatus]] = [
        ("legal", "completed" if status == "completed" else "failed"),
        ("", "skipped"),
    ]
    made = {
        name: TaskRecord(
            name or "none",
            "s",
            state,
            agent=name,
            ended=ended,
            started=begun,
            attempts=(Attempt(1, name, "a", 1), Attempt(2, name, "a", 2)),
        )
        for name, state in tasks
    }
    return StoredRun(one, made)


async def test_trends_count_what_ended_on_each_day(engine: AsyncEngine) -> None:
    archive, trends = SqlRunArchive(engine), SqlWorkflowTrends(engine)
    await archive.keep([run(number, "completed", day=20_000, ms=number) for number in range(1, 21)])
    await archive.keep([run(30, "failed", day=20_001, ms=500), run(31, "cancelled", day=20_001, ms=None)])

    first, second = await trends.runs(SHOP, 20_000 * DAY_MS)
    (only,) = await trends.runs(SHOP, 20_001 * DAY_MS)

    assert (first.day, first.count, first.completed, first.failed) == ("2024-10-04", 20, 20, 0)
    assert (first.average_ms, first.p95_ms, first.retries, first.tokens) == (10.5, 19.0, 20, 200)
    assert (second.day, second.failed, second.cancelled, second.average_ms) == ("2024-10-05", 1, 1, 500.0)
    assert second.p95_ms == 500.0
    assert only == second
    assert await trends.runs(TenantId("other"), 0) == []


async def test_trends_of_agents_count_their_tasks(engine: AsyncEngine) -> None:
    archive, trends = SqlRunArchive(engine), SqlWorkflowTrends(engine)
    await archive.keep([run(1, "completed", day=20_000, ms=100), run(2, "failed", day=20_000, ms=300)])

    (legal,) = await trends.agents(SHOP, 0)

    assert (legal.agent, legal.count, legal.completed, legal.failed, legal.retries) == ("legal", 2, 1, 1, 2)
    assert (legal.average_ms, legal.p95_ms) == (200.0, 300.0)
    assert await trends.agents(SHOP, 0, "nobody") == []


async def test_archived_runs_are_listed_page_by_page_and_by_what_they_are(engine: AsyncEngine) -> None:
    archive = SqlRunArchive(engine)
    runs = [run(number, "failed" if number % 2 else "completed", day=20_000, ms=5) for number in range(1, 6)]
    await archive.keep(
        [replace(one, run=replace(one.run, created=number // 2, template="t")) for number, one in enumerate(runs)]
    )

    first = await archive.latest(SHOP, None, 2)
    second = await archive.latest(SHOP, (first[-1].created, first[-1].id), 10)
    failed = await archive.latest(SHOP, None, 10, status="failed", template="t")

    assert [one.id for one in (*first, *second)] == ["run_5", "run_4", "run_3", "run_2", "run_1"]
    assert [one.id for one in failed] == ["run_5", "run_3", "run_1"]
    assert (first[0].status, first[0].ended, first[0].tokens) == ("failed", runs[4].run.ended, 10)
    assert await archive.latest(SHOP, None, 10, template="other") == []
