from bot.migrations.service import is_current, migrate


def test_a_migrated_database_is_current_and_migrating_again_changes_nothing(database_url: str) -> None:
    assert is_current(database_url)
    migrate(database_url)
    assert is_current(database_url)
