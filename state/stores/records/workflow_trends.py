"""What ended day by day, counted in the database."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from state.ids import TenantId
from state.stores.records.database import records_errors
from state.stores.records.workflow_tables import RUNS, TASKS
from state.workflow_log import DAY_MS, DayTrend

_NOBODY: Final = ""


class SqlWorkflowTrends:
    """Reads ended runs and their tasks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def runs(self, tenant: TenantId, since: int) -> list[DayTrend]:
        """Return what became of runs that ended at a time (ms) or later, a row a day, the oldest first."""
        ended = select(
            (RUNS.c.ended // DAY_MS).label("day"),
            literal(_NOBODY).label("agent"),
            RUNS.c.status,
            (RUNS.c.ended - RUNS.c.started).label("ms"),
            RUNS.c.retries,
            RUNS.c.tokens,
            RUNS.c.cost_usd,
        ).where(RUNS.c.tenant == tenant, RUNS.c.ended >= since)
        return await self._by_day(ended)

    async def agents(self, tenant: TenantId, since: int, agent: str | None = None) -> list[DayTrend]:
        """Return how agents' tasks went that ended at a time (ms) or later, a row a day and agent."""
        retries = case((TASKS.c.attempts > 1, TASKS.c.attempts - 1), else_=0)
        ended = (
            select(
                (TASKS.c.ended // DAY_MS).label("day"),
                TASKS.c.agent,
                TASKS.c.status,
                (TASKS.c.ended - TASKS.c.started).label("ms"),
                retries.label("retries"),
                TASKS.c.tokens,
                TASKS.c.cost_usd,
            )
            .where(TASKS.c.tenant == tenant, TASKS.c.ended >= since, TASKS.c.agent != _NOBODY)
            .where(TASKS.c.status.in_(("completed", "failed", "cancelled")))
        )
        return await self._by_day(ended.where(TASKS.c.agent == agent) if agent else ended)

    async def _by_day(self, ended: Select[Any]) -> list[DayTrend]:
        each = ended.subquery()
        group = (each.c.day, each.c.agent)
        ranked = select(
            each,
            func.row_number().over(partition_by=group, order_by=each.c.ms.asc().nulls_last()).label("place"),
            func.count(each.c.ms).over(partition_by=group).label("timed"),
        ).subquery()
        of = ranked.c
        # the 95th percentile by nearest rank: the smallest value that 95 of 100 are not above
        p95 = func.min(case((of.place * 100 >= of.timed * 95, of.ms)))
        query = (
            select(
                of.day,
                of.agent,
                func.count().label("number"),
                _how_many(of.status, "completed"),
                _how_many(of.status, "failed"),
                _how_many(of.status, "cancelled"),
                func.avg(of.ms).label("average_ms"),
                p95.label("p95_ms"),
                func.sum(of.retries).label("retries"),
                func.sum(of.tokens).label("tokens"),
                func.sum(of.cost_usd).label("cost_usd"),
            )
            .group_by(of.day, of.agent)
            .order_by(of.day, of.agent)
        )
        with records_errors():
            async with self._engine.connect() as connection:
                return [_trend(row) for row in (await connection.execute(query)).all()]


def _how_many(status: ColumnElement[Any], wanted: str) -> ColumnElement[int]:
    return func.sum(case((status == wanted, 1), else_=0)).label(wanted)


def _trend(row: Row[Any]) -> DayTrend:
    day = datetime.fromtimestamp(int(row.day) * DAY_MS / 1000, UTC).date().isoformat()
    average = None if row.average_ms is None else round(float(row.average_ms), 1)
    return DayTrend(
        day,
        row.agent or None,
        int(row.number),
        int(row.completed),
        int(row.failed),
        int(row.cancelled),
        average,
        None if row.p95_ms is None else float(row.p95_ms),
        int(row.retries),
        int(row.tokens),
        round(float(row.cost_usd), 6),
    )
