"""Undone, forgotten and archived leads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("runs", sa.Column("undoes", sa.Text(), nullable=True))
    op.add_column("leads", sa.Column("undoes", sa.Text(), nullable=True))
    op.add_column("leads", sa.Column("forgotten", sa.BigInteger(), nullable=True))
    op.add_column("leads", sa.Column("archived", sa.Text(), nullable=True))
