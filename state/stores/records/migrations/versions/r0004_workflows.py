"""Runs of plans, their tasks and their logs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of workflows."""
    _runs()
    _tasks()
    _logs()


def _runs() -> None:
    op.create_table(
        "workflow_runs",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("plan", sa.String(64), nullable=False, comment="the plan's id"),
        sa.Column("template", sa.String(64)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.String(64)),
        sa.Column("reason", sa.Text),
        sa.Column("parent", sa.String(64), comment="the run that it replays"),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
        sa.Column("record", sa.Text, nullable=False, comment="the whole run with its plan, input and output, as JSON"),
    )
    op.create_index("workflow_runs_by_creation", "workflow_runs", ["tenant", "created"])
    op.create_index("workflow_runs_by_end", "workflow_runs", ["ended"])


def _tasks() -> None:
    op.create_table(
        "workflow_tasks",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("task", sa.String(160), primary_key=True),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.String(64)),
        sa.Column("ready", sa.BigInteger),
        sa.Column("started", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
        sa.Column("record", sa.Text, nullable=False, comment="the whole task with its attempts and result, as JSON"),
    )
    op.create_index("workflow_tasks_by_agent", "workflow_tasks", ["tenant", "agent", "ended"])
    op.create_index("workflow_tasks_by_end", "workflow_tasks", ["ended"])


def _logs() -> None:
    op.create_table(
        "workflow_logs",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, comment="place in the run's event log"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("task", sa.String(160), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False, comment="as JSON"),
    )
    op.create_index("workflow_logs_by_time", "workflow_logs", ["tenant", "at"])
    op.create_index("workflow_logs_by_agent", "workflow_logs", ["tenant", "agent", "at"])


def downgrade() -> None:
    """Drop them, with all that is in them."""
    for name in ("workflow_logs", "workflow_tasks", "workflow_runs"):
        op.drop_table(name)
