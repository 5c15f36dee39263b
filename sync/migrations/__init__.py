"""Alembic's migrations of the store, run by `sync.store.migrate` on the connection it gives."""
