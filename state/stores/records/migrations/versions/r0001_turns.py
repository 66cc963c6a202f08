"""The turn archive."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of finished turns."""
    op.create_table(
        "turns",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("turn", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, comment="place among the session's finished turns, from 1"),
        sa.Column("message", sa.String(255), nullable=False, comment="the channel's id of the customer's message"),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("lane", sa.String(64)),
        sa.Column("intent", sa.String(128)),
        sa.Column("at", sa.BigInteger, nullable=False, comment="when the message was accepted"),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False, comment="the customer's words on one line"),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("parts", sa.Text, nullable=False, comment="what the customer sent, as JSON"),
    )
    op.create_index("turns_by_number", "turns", ["tenant", "session", "number"])
    op.create_index("turns_by_end", "turns", ["ended"])


def downgrade() -> None:
    """Drop it, with every turn in it."""
    op.drop_table("turns")
