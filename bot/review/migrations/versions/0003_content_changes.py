"""Content changes: what editors propose to change in the facts"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # There already where the tables were made without migrations: see 0001.
    if sa.inspect(op.get_bind()).has_table("content_changes"):
        return
    op.create_table(
        "content_changes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("puts", sa.JSON, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", TIME),
        sa.Column("why", sa.String(200)),
    )
    op.create_index("ix_content_changes_status", "content_changes", ["status", "at"])


def downgrade() -> None:
    op.drop_table("content_changes")
