"""Claims say whose they are and whether they are closed, so that a rep's load is counted without other tables."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("claims", sa.Column("rep", sa.Text))
    op.add_column("claims", sa.Column("closed", sa.BigInteger))
    op.execute("UPDATE claims SET rep = (SELECT rep FROM leads WHERE leads.key = claims.lead)")
    is_open = sa.text("closed IS NULL")
    op.create_index("claims_given", "claims", ["rep", "at"])
    op.create_index("claims_open", "claims", ["rep"], sqlite_where=is_open, postgresql_where=is_open)
