"""Gaps: questions without an answer, grouped by meaning"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = ("gap_runs", "gaps", "gap_turns", "text_vectors")


def upgrade() -> None:
    op.create_table(
        "gap_runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("failed", sa.String(80)),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("statement", sa.String(160)),
        sa.Column("similarity", sa.Float),
    )
    op.create_index("ix_gaps_run", "gaps", ["run"])
    op.create_table(
        "gap_turns",
        sa.Column("gap", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("turn", sa.String(64), primary_key=True),
        sa.Column("similarity", sa.Float, nullable=False),
    )
    op.create_index("ix_gap_turns_nearest", "gap_turns", ["gap", "similarity"])
    op.create_index("ix_gap_turns_turn", "gap_turns", ["turn"])
    op.create_table(
        "text_vectors",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
