"""What agents logged: taken into the records when a run ends, read from both before, let go after its time."""

import asyncio
from collections.abc import Sequence

from server.plans.archiver import RunArchiver
from server.plans.logs import RunLogs
from server.plans.retention import Kept, let_go
from state.errors import RecordsUnavailableError
from state.events import Event, Log, encode
from state.ids import SessionId, TenantId, TurnId
from state.plan_events import TaskFailed, TaskLog
from state.plan_run import PlanRun, RunId
from state.session import Session
from state.stored_run import StoredRun
from state.stores.memory import MemoryEventLog, MemoryRuns, MemorySessions
from state.stores.records.memory import MemoryWorkflowLogs
from state.workflow_log import LogFilter, LogLine

SHOP = TenantId("shop")
RUN = RunId("run_1")
SESSION = SessionId(RUN)


class Shelf:
    """An archive of runs."""

    def __init__(self) -> None:
        self.runs: list[StoredRun] = []

    async def keep(self, runs: Sequence[StoredRun]) -> None:
        self.runs += runs

    async def forget(self, ended_before: int) -> int:
        return 0


async def told(sessions: MemorySessions) -> MemoryEventLog:
    await sessions.create(Session(SESSION, SHOP, "workflow", created=1, updated=1))
    log = MemoryEventLog(sessions)
    lines: list[Event] = [
        TaskLog("info", "agent", "begun", "a", "x"),
        Log("info", "turn.released"),
        TaskLog("error", "agent", "no ink", "a", "x", {"pages": 3}),
    ]
    await log.append(SESSION, "b", [encode(SESSION, TurnId("t"), 5, line) for line in lines])
    return log


async def test_a_task_that_failed_is_among_the_logs_and_one_that_was_skipped_is_not() -> None:
    log = await told(MemorySessions())
    ends: list[Event] = [
        TaskFailed("b", "b", "failed", "No paper.", "agent_failed", attempts=2, agent="y"),
        TaskFailed("c", "c", "skipped", "Step 'b' failed."),
    ]
    await log.append(SESSION, "e", [encode(SESSION, TurnId("t"), 6, one) for one in ends])

    found = await RunLogs(log, MemoryWorkflowLogs()).read(SHOP, LogFilter(RUN, "error"), 9)

    assert [(line.task, line.agent, line.text) for line in found] == [("a", "x", "no ink"), ("b", "y", "No paper.")]


async def test_what_an_agent_said_is_kept_once_and_nothing_else_is() -> None:
    logs = RunLogs(await told(MemorySessions()), MemoryWorkflowLogs())

    await logs.collect(SHOP, [RUN])
    await logs.collect(SHOP, [RUN])

    kept = await logs.kept.read(SHOP, LogFilter())
    assert [(line.seq, line.at, line.level, line.text) for line in kept] == [
        (1, 5, "info", "begun"),
        (3, 5, "error", "no ink"),
    ]
    assert kept[1].facts == {"pages": 3}


async def test_of_a_run_that_goes_on_what_is_not_kept_yet_is_read_from_its_events() -> None:
    sessions = MemorySessions()
    logs = RunLogs(events := await told(sessions), MemoryWorkflowLogs())
    await logs.collect(SHOP, [RUN])
    later = encode(SESSION, TurnId("t"), 9, TaskLog("info", "agent", "later", "b", "y"))
    await events.append(SESSION, "c", [later])

    whole = await logs.read(SHOP, LogFilter(run=RUN), 10)

    assert [line.text for line in whole] == ["begun", "no ink", "later"]
    assert [line.text for line in await logs.read(SHOP, LogFilter(run=RUN, agent="y"), 10)] == ["later"]
    assert [line.text for line in await logs.read(SHOP, LogFilter(run=RUN, after=3), 10)] == ["later"]
    assert [line.text for line in await logs.read(SHOP, LogFilter(run=RUN), 1)] == ["begun"]
    assert [line.text for line in await logs.read(SHOP, LogFilter(), 10)] == ["begun", "no ink"]


class LateRecords(MemoryWorkflowLogs):
    """Records into which another process puts a run's lines right after they were looked for."""

    logs: RunLogs

    async def read(self, tenant: TenantId, wanted: LogFilter, limit: int = 500) -> list[LogLine]:
        found = await super().read(tenant, wanted, limit)
        await self.logs.collect(tenant, [RUN])
        return found


async def test_lines_that_move_into_the_records_meanwhile_are_read_all_the_same() -> None:
    records = LateRecords()
    records.logs = RunLogs(await told(MemorySessions()), records)

    read = [await records.logs.read(SHOP, LogFilter(run=RUN), 10) for _ in range(2)]

    assert [[line.text for line in lines] for lines in read] == [["begun", "no ink"]] * 2


async def test_an_ended_run_is_archived_with_its_logs_and_the_sweep_lets_go_what_is_old() -> None:
    sessions, swept = MemorySessions(), asyncio.Event()
    logs = RunLogs(await told(sessions), MemoryWorkflowLogs())
    runs, shelf = MemoryRuns(MemorySessions()), Shelf()
    await runs.create(PlanRun(RUN, SHOP, {"id": "p"}, {}, "completed", ended=9), [], "")

    async def old() -> int:
        swept.set()
        return 1

    archiver = RunArchiver(runs, shelf, keep_days=1, logs=logs, kept=[Kept("logs", old)])
    archiver.start()
    async with asyncio.timeout(10):
        await swept.wait()
    await archiver.stop()

    assert [one.run.id for one in shelf.runs] == [RUN]
    assert len(await logs.kept.read(SHOP, LogFilter())) == 2


async def test_what_cannot_be_let_go_keeps_nothing_else() -> None:
    called: list[str] = []

    async def fails() -> int:
        called.append("fails")
        raise RecordsUnavailableError("scripted")

    async def goes() -> int:
        called.append("goes")
        return 3

    await let_go([Kept("logs", fails), Kept("names", goes)])

    assert called == ["fails", "goes"]
