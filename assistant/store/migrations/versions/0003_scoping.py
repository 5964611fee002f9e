"""Facts, interviews, proposals from briefs, and documents with their hand edits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables that projects are scoped in."""
    _facts()
    _proposals()
    _documents()


def _facts() -> None:
    op.create_table(
        "fact_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _project(),
        sa.Column("fact", sa.String(80), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("value", sa.JSON),
        sa.Column("origin", sa.String(20), nullable=False),
        *(_text(name) for name in ("author", "note", "quote", "source", "owner")),
        sa.Column("due", sa.String(40), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("undone_at", sa.Float),
        sqlite_autoincrement=True,
    )
    op.create_index("fact_events_by_project", "fact_events", ["project_id", "fact"])
    op.create_table(
        "interview_marks",
        _project(primary_key=True),
        sa.Column("fact", sa.String(80), primary_key=True),
        sa.Column("mark", sa.String(20), primary_key=True),
        _text("detail"),
        _text("author"),
        sa.Column("at", sa.Float, nullable=False),
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(32), primary_key=True),
        _project(index=True),
        sa.Column("fact", sa.String(80), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        _text("source"),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("rung", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        _project(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        _text("author"),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.UniqueConstraint("project_id", "kind", "version"),
    )
    op.create_table(
        "block_edits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _project(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("block", sa.String(200), nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _text("author"),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("block_edits_by_document", "block_edits", ["project_id", "kind"])


def _project(*, primary_key: bool = False, index: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("projects.id", ondelete="CASCADE")
    return sa.Column(
        "project_id", sa.String(32), owner, primary_key=primary_key, index=index, nullable=False
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
