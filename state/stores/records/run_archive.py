"""Ended runs on SQL."""

from collections.abc import Sequence
from typing import Any, Final, cast

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from state.ids import TenantId
from state.plan_run import PlanRun, RunId, RunStatus, TaskRecord
from state.stored_run import StoredRun
from state.stores.records.database import records_errors
from state.stores.records.workflow_tables import LOGS, RUNS, TASKS

_RUN: Final = TypeAdapter(PlanRun)
_TASK: Final = TypeAdapter(TaskRecord)


class SqlRunArchive:
    """Runs with their tasks, kept as long as the operator says."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._runs = insert(RUNS).on_conflict_do_nothing()
        self._tasks = insert(TASKS).on_conflict_do_nothing()

    async def keep(self, runs: Sequence[StoredRun]) -> None:
        """Add ended runs, all or none; one that is there already stays as it is."""
        if not runs:
            return
        tasks = [_task_row(one.run, task) for one in runs for task in one.tasks.values()]
        with records_errors():
            async with self._engine.begin() as connection:
                await connection.execute(self._runs, [_run_row(one.run) for one in runs])
                if tasks:
                    await connection.execute(self._tasks, tasks)

    async def get(self, tenant: TenantId, run: RunId) -> StoredRun | None:
        """Return a run with its tasks; None when there is none."""
        of_run = select(RUNS.c.record).where(RUNS.c.tenant == tenant, RUNS.c.run == run)
        of_tasks = select(TASKS.c.record).where(TASKS.c.tenant == tenant, TASKS.c.run == run)
        with records_errors():
            async with self._engine.connect() as connection:
                record = (await connection.execute(of_run)).scalar_one_or_none()
                rows = (await connection.execute(of_tasks)).scalars().all() if record else []
        if record is None:
            return None
        tasks = [_TASK.validate_json(cast("str", row)) for row in rows]
        return StoredRun(_RUN.validate_json(record), {task.name: task for task in tasks})

    async def latest(
        self,
        tenant: TenantId,
        before: tuple[int, RunId] | None,
        limit: int,
        *,
        status: RunStatus | None = None,
        template: str | None = None,
    ) -> list[PlanRun]:
        """Return runs made before a time (ms) and name, the latest first, without their plans and results."""
        query = select(RUNS).where(RUNS.c.tenant == tenant)
        if before is not None:
            query = query.where(tuple_(RUNS.c.created, RUNS.c.run) < tuple_(*before))
        if status is not None:
            query = query.where(RUNS.c.status == status)
        if template is not None:
            query = query.where(RUNS.c.template == template)
        latest = query.order_by(RUNS.c.created.desc(), RUNS.c.run.desc()).limit(limit)
        with records_errors():
            async with self._engine.connect() as connection:
                return [_listed(row) for row in (await connection.execute(latest)).all()]

    async def forget(self, ended_before: int) -> int:
        """Delete runs, tasks and logs from before a time (ms); return how many runs they were."""
        with records_errors():
            async with self._engine.begin() as connection:
                await connection.execute(delete(LOGS).where(LOGS.c.at < ended_before))
                await connection.execute(delete(TASKS).where(TASKS.c.ended < ended_before))
                return (await connection.execute(delete(RUNS).where(RUNS.c.ended < ended_before))).rowcount


def _listed(row: Row[Any]) -> PlanRun:
    return PlanRun(
        RunId(row.run),
        TenantId(row.tenant),
        {"id": row.plan},
        {},
        row.status,
        template=row.template,
        title=row.title,
        reason=row.reason,
        error=row.error,
        created=row.created,
        started=row.started,
        ended=row.ended,
        parent=RunId(row.parent) if row.parent else None,
        attempts_begun=row.attempts,
        retries=row.retries,
        tokens=row.tokens,
        cost_usd=row.cost_usd,
    )


def _run_row(run: PlanRun) -> dict[str, Any]:
    return {
        "tenant": run.tenant,
        "run": run.id,
        "plan": str(run.plan.get("id", ""))[:64],
        "template": run.template,
        "title": _text(run.title)[:200],
        "status": run.status,
        "error": run.error,
        "reason": _text(run.reason) if run.reason else None,
        "parent": run.parent,
        "created": run.created,
        "started": run.started,
        "ended": run.ended or run.created,
        "attempts": run.attempts_begun,
        "retries": run.retries,
        "tokens": run.tokens,
        "cost_usd": run.cost_usd,
        "record": orjson.dumps(run).decode(),
    }


def _task_row(run: PlanRun, task: TaskRecord) -> dict[str, Any]:
    return {
        "tenant": run.tenant,
        "run": run.id,
        "task": task.name,
        "step": task.step,
        "agent": task.agent,
        "action": task.action,
        "status": task.status,
        "error": task.error,
        "ready": task.ready,
        "started": task.started,
        "ended": task.ended,
        "attempts": len(task.attempts),
        "tokens": task.tokens,
        "cost_usd": task.cost_usd,
        "record": orjson.dumps(task).decode(),
    }


def _text(words: str) -> str:
    """Return `words` without NUL, which PostgreSQL can't keep in a text."""
    return words.replace("\0", "")
