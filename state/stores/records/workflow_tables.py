"""The tables of workflows: ended runs, their tasks, and what agents logged. Times are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from state.stores.records.tables import METADATA

_ID: Final = String(64)

RUNS: Final = Table(
    "workflow_runs",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("run", _ID, primary_key=True),
    Column("plan", _ID, nullable=False, comment="the plan's id"),
    Column("template", _ID),
    Column("title", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", String(64)),
    Column("reason", Text),
    Column("parent", _ID, comment="the run that it replays"),
    Column("created", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("ended", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("record", Text, nullable=False, comment="the whole run with its plan, input and output, as JSON"),
    Index("workflow_runs_by_creation", "tenant", "created"),
    Index("workflow_runs_by_end", "ended"),
)
"""Runs that have ended."""

TASKS: Final = Table(
    "workflow_tasks",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("run", _ID, primary_key=True),
    Column("task", String(160), primary_key=True),
    Column("step", _ID, nullable=False),
    Column("agent", _ID, nullable=False),
    Column("action", _ID, nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", String(64)),
    Column("ready", BigInteger),
    Column("started", BigInteger),
    Column("ended", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("record", Text, nullable=False, comment="the whole task with its attempts and result, as JSON"),
    Index("workflow_tasks_by_agent", "tenant", "agent", "ended"),
    Index("workflow_tasks_by_end", "ended"),
)
"""Their tasks."""

LOGS: Final = Table(
    "workflow_logs",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("run", _ID, primary_key=True),
    Column("seq", BigInteger, primary_key=True, comment="place in the run's event log"),
    Column("at", BigInteger, nullable=False),
    Column("level", String(8), nullable=False),
    Column("agent", _ID, nullable=False),
    Column("task", String(160), nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", Text, nullable=False, comment="as JSON"),
    Index("workflow_logs_by_time", "tenant", "at"),
    Index("workflow_logs_by_agent", "tenant", "agent", "at"),
)
"""What agents logged."""
