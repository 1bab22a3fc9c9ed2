"""What a statement names can be looked up"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    mentions = op.create_table(
        "mentions",
        sa.Column("statement", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement", "subject"),
    )
    op.create_index("ix_mentions_subject", "mentions", ["subject"])
    # Facts that have not changed are not loaded again.
    statements = sa.table("statements", sa.column("id", sa.String), sa.column("mentions", sa.JSON))
    rows = [
        {"statement": statement, "subject": subject}
        for statement, named in op.get_bind().execute(sa.select(statements.c.id, statements.c.mentions))
        for subject in dict.fromkeys(named)
    ]
    if rows:
        op.bulk_insert(mentions, rows)


def downgrade() -> None:
    op.drop_table("mentions")
