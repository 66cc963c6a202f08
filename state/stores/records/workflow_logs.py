"""What agents logged, on SQL."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from state.ids import TenantId
from state.plan_run import RunId
from state.stores.records.database import records_errors
from state.stores.records.workflow_tables import LOGS
from state.workflow_log import LEVELS, LogFilter, LogLine

_TASK: Final = 160
_BATCH: Final = 500
"""Rows a statement: SQLite takes a bounded number of parameters."""


class SqlWorkflowLogs:
    """Lines by tenant, run and place; kept again they stay as they are."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._insert = insert(LOGS).on_conflict_do_nothing()

    async def keep(self, tenant: TenantId, lines: Sequence[LogLine]) -> None:
        """Add lines, all or none."""
        if not lines:
            return
        rows = [_row(tenant, line) for line in lines]
        with records_errors():
            async with self._engine.begin() as connection:
                for at in range(0, len(rows), _BATCH):
                    await connection.execute(self._insert, rows[at : at + _BATCH])

    async def read(self, tenant: TenantId, wanted: LogFilter, limit: int = 500) -> list[LogLine]:
        """Return the first `limit` lines of a run after a place; of several runs the latest, oldest first."""
        query = select(LOGS).where(LOGS.c.tenant == tenant, *_conditions(wanted)).limit(limit)
        if wanted.run is not None:
            query = query.order_by(LOGS.c.seq)
        else:
            query = query.order_by(LOGS.c.at.desc(), LOGS.c.run.desc(), LOGS.c.seq.desc())
        with records_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [_line(row) for row in (rows if wanted.run is not None else reversed(rows))]

    async def last_seq(self, tenant: TenantId, run: RunId) -> int:
        """Return the place of a run's last line that is kept; 0 when none is."""
        query = select(func.max(LOGS.c.seq)).where(LOGS.c.tenant == tenant, LOGS.c.run == run)
        with records_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).scalar_one_or_none() or 0

    async def forget(self, before: int) -> int:
        """Delete lines from before a time (ms); return how many they were."""
        with records_errors():
            async with self._engine.begin() as connection:
                return (await connection.execute(delete(LOGS).where(LOGS.c.at < before))).rowcount


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.run is not None:
        found.append(LOGS.c.run == wanted.run)
    if wanted.level is not None:
        found.append(LOGS.c.level.in_(LEVELS[LEVELS.index(wanted.level) :]))
    if wanted.agent is not None:
        found.append(LOGS.c.agent == wanted.agent)
    if wanted.since is not None:
        found.append(LOGS.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(LOGS.c.at < wanted.until)
    if wanted.after is not None:
        found.append(LOGS.c.seq > wanted.after)
    return found


def _row(tenant: TenantId, line: LogLine) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "run": line.run,
        "seq": line.seq,
        "at": line.at,
        "level": line.level,
        "agent": line.agent,
        "task": line.task[:_TASK],
        "text": line.text.replace("\0", ""),  # PostgreSQL can't keep it in a text
        "facts": orjson.dumps(line.facts).decode(),
    }


def _line(row: Row[Any]) -> LogLine:
    facts = orjson.loads(row.facts)
    return LogLine(RunId(row.run), row.seq, row.at, row.level, row.agent, row.task, row.text, facts)
