"""Alembic's entry: runs migrations on the URL that `bot.migrations.service` passes."""

from alembic import context
from sqlalchemy import create_engine, pool

from bot.migrations.models import Base


def _include(name: str | None, kind: str, _parents: object) -> bool:
    # procrastinate owns its tables; their schema comes from the library.
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=_include, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
