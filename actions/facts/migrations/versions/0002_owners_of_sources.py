"""Sources have an owner and a day of review"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty until the facts are loaded again, which their changed files bring about.
    op.add_column("sources", sa.Column("owner", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("sources", sa.Column("review_by", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("sources", "review_by")
    op.drop_column("sources", "owner")
