"""Branches of conversations, and answers that a reader can go back to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say where conversations and turns come from, and keep the former answers of a turn."""
    op.add_column("conversations", sa.Column("branch_of", sa.String(32)))
    op.add_column("turns", sa.Column("copy_of", sa.String(32)))
    op.add_column("turns", _first("version"))
    op.add_column("feedback", _first("version"))
    op.create_table(
        "former_answers",
        sa.Column(
            "turn_id",
            sa.String(32),
            sa.ForeignKey("turns.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("answer", sa.JSON, nullable=False),
    )


def _first(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="1")
