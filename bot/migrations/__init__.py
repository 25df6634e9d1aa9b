"""Alembic: the database's versions, applied by `escale migrate`."""
