"""The line of leads without a decision alone is kept in order: most leads change their step several times."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    undecided = sa.text("step = 'seen'")
    op.drop_index("ix_leads_record", "leads")  # as the unique one of record and entry begins
    op.drop_index("leads_order", "leads")
    op.create_index(
        "leads_order",
        "leads",
        ["connection", "stamp", "key"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
