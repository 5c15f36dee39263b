"""The passes of the last day are found without reading those of all years."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("runs_started", "runs", ["connection", "started"])
