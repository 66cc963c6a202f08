"""Tickets, returns and handoffs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of cases, their stories and their numbers."""
    op.create_table(
        "case_numbers",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False, comment="how many cases there are of the kind"),
    )
    _make_cases()
    op.create_table(
        "case_entries",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True, comment="written once for each key"),
        sa.Column("place", sa.Integer, nullable=False, comment="the case's revision that the entry made"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(128), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(128), nullable=False, comment="made once for each key"),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(64)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("topic", sa.String(128), nullable=False),
        sa.Column("order", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("operator", sa.String(128)),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("heard", sa.BigInteger, nullable=False, comment="when the customer last wrote"),
        sa.Column("answered", sa.BigInteger, nullable=False, comment="when a person last did"),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text, nullable=False, comment="what else is known, as a JSON object"),
        sa.UniqueConstraint("tenant", "key", name="cases_once"),
    )
    op.create_index("cases_by_session", "cases", ["tenant", "session"])
    op.create_index("cases_by_contact", "cases", ["tenant", "contact"])
    op.create_index("cases_by_status", "cases", ["tenant", "kind", "status", "due"])
    op.create_index("cases_by_change", "cases", ["tenant", "kind", "updated"])


def downgrade() -> None:
    """Drop them, with every case in them."""
    op.drop_table("case_entries")
    op.drop_table("cases")
    op.drop_table("case_numbers")
