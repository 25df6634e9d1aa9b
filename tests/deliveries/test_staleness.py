"""How long a thing is worth telling."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.deliveries.staleness import end_of_day, stale_after


@pytest.mark.parametrize(("kind", "days"), [("alert", 14), ("change", 7), ("question", 7), ("campaign", 7)])
def test_each_kind_has_its_lifetime(kind: str, days: int, now: datetime) -> None:
    assert now + timedelta(days=days) == stale_after(kind, now)


def test_the_end_of_the_matter_ends_an_alert_sooner_and_never_later(now: datetime) -> None:
    assert now + timedelta(days=2) == stale_after("alert", now, until=now + timedelta(days=2))
    assert now + timedelta(days=14) == stale_after("alert", now, until=now + timedelta(days=90))


def test_a_campaign_ends_when_its_authors_say(now: datetime) -> None:
    assert now + timedelta(days=30) == stale_after("campaign", now, until=now + timedelta(days=30))


def test_a_reminder_ends_with_its_day_where_the_person_lives() -> None:
    assert datetime(2026, 11, 24, 5, 0, tzinfo=UTC) == end_of_day(date(2026, 11, 23), "America/Toronto")
    assert timedelta(hours=25) == end_of_day(date(2026, 10, 25), "Europe/Paris") - end_of_day(
        date(2026, 10, 24), "Europe/Paris"
    )


def test_a_reminder_has_no_lifetime_but_its_day(now: datetime) -> None:
    with pytest.raises(KeyError):
        stale_after("reminder", now)
