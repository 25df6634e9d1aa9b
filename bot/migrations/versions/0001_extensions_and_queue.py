"""Extensions, full-text configurations without accents, and the job queue's own schema.

Revision: 0001
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LANGUAGES = {"escale_fr": "french", "escale_en": "english"}


def upgrade() -> None:
    """Apply."""
    for extension in ("vector", "pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for name, base in _LANGUAGES.items():
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION {name} (COPY = {base})")
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION {name}"
            f" ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {base}_stem"
        )
    # The schema holds percent signs and many statements: the driver takes it as it is.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SchemaManager.get_schema())


def downgrade() -> None:
    """Undo."""
    op.execute(
        "DO $$ DECLARE r record; BEGIN"
        " FOR r IN SELECT tablename FROM pg_tables"
        " WHERE tablename LIKE 'procrastinate_%' AND schemaname = current_schema()"
        " LOOP EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', r.tablename); END LOOP;"
        " FOR r IN SELECT p.oid::regprocedure AS signature FROM pg_proc p WHERE p.proname LIKE 'procrastinate_%'"
        " LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', r.signature); END LOOP;"
        " FOR r IN SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate_%' AND typtype IN ('e', 'c')"
        " LOOP EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', r.typname); END LOOP; END $$"
    )
    for name in _LANGUAGES:
        op.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS {name}")
