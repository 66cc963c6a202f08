"""Wrong details that were given for orders."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of wrong details."""
    op.create_table(
        "order_guesses",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), primary_key=True, comment="as it was named; there may be no such order"),
        sa.Column("detail", sa.String(64), primary_key=True, comment="a digest of what was given"),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("order_guesses_by_time", "order_guesses", ["at"])


def downgrade() -> None:
    """Drop it; what was guessed until now counts no more."""
    op.drop_table("order_guesses")
