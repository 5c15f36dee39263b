"""Alembic's migrations of the store, run by `sync.upgrade.migrate` on the connection it gives."""
