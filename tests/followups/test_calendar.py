"""The calendar file of a departure: what calendars read, nothing of the person, the same events each time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from bot.followups.calendar import calendar_file
from bot.followups.plans import Plan, PlannedStep

MADE = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PLAN = Plan(
    offer_id=7,
    departs_on=date(2027, 3, 1),
    made_at=MADE,
    steps=(
        PlannedStep("agreement", date(2026, 9, 2), is_done=False),
        PlannedStep("passport", date(2026, 12, 16), is_done=True),
        PlannedStep("health_card", date(2027, 2, 14), is_done=False),
    ),
)
TITLE = "Accueil, bar; auberge\\plage\nà Málaga, " + "très " * 20


def file(now: datetime = MADE, language: str = "fr") -> str:
    todo = {step.code: "Faire ceci, puis cela ; vite" for step in PLAN.steps}
    return calendar_file(PLAN, title=TITLE, todo=todo, language=language, today=TODAY, now=now)


def events(content: str) -> dict[str, object]:
    return {str(event["uid"]): event for event in Calendar.from_ical(content).walk("VEVENT")}


def test_steps_to_do_and_the_departure_are_whole_days_none_of_them_past() -> None:
    found = sorted((event["dtstart"].dt, str(event["summary"])) for event in Calendar.from_ical(file()).walk("VEVENT"))
    assert found[:2] == [
        (TODAY, "Convention de stage"),
        (date(2027, 2, 14), "Carte européenne de santé (CEAM)"),
    ]
    assert found[2][0] == PLAN.departs_on
    for event in Calendar.from_ical(file()).walk("VEVENT"):
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(days=1)
        assert event["dtstart"].params["VALUE"] == "DATE"


def test_words_are_escaped_and_come_back_as_they_were() -> None:
    (card,) = (one for one in Calendar.from_ical(file()).walk("VEVENT") if one["dtstart"].dt == date(2027, 2, 14))
    assert str(card["description"]) == f"Faire ceci, puis cela ; vite\n{TITLE}"


def test_the_file_is_written_as_the_standard_says() -> None:
    content = file()
    lines = content.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert {"VERSION:2.0", "PRODID:-//Escale//Departure plan//FR"} <= set(lines)
    assert "\n" not in content.replace("\r\n", "")
    assert max(len(line.encode()) for line in lines) <= 75
    for event in Calendar.from_ical(content).walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event)
        (alarm,) = event.walk("VALARM")
        assert (str(alarm["action"]), alarm["trigger"].dt) == ("DISPLAY", timedelta(hours=-38))


def test_a_later_file_has_the_same_events_and_replaces_the_earlier() -> None:
    first, second = events(file()), events(file(MADE + timedelta(hours=2)))
    assert first.keys() == second.keys()
    assert len(first) == 3
    assert all(second[uid]["sequence"] > first[uid]["sequence"] for uid in first)  # type: ignore[index]


def test_an_event_is_identified_by_nothing_that_tells_who_it_is_for() -> None:
    for uid in events(file()):
        assert re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@escale", uid)


def test_the_file_speaks_the_language_of_the_person() -> None:
    assert "بطاقة التأمين الصحي الأوروبية" in {
        str(event["summary"]) for event in Calendar.from_ical(file(language="ar")).walk("VEVENT")
    }
