"""A second opinion on suspected distress."""

from __future__ import annotations

import pytest

from bot.understanding.alarm import EMERGENCY, Alarm, agreed, is_alarming
from bot.understanding.models import Intent, Parse


def parse(**shares: float) -> Parse:
    ranking = tuple(Intent(name, share) for name, share in sorted(shares.items(), key=lambda pair: -pair[1]))
    return Parse("…", "fr", ranking[0], ranking)


@pytest.mark.parametrize(
    ("alarm", "understood", "is_distress"),
    [
        (Alarm.CERTAIN, parse(search_any=0.99), True),
        (Alarm.SUSPECTED, parse(search_any=0.99), False),
        (Alarm.SUSPECTED, parse(search_any=0.9, emergency=0.06), True),
        (Alarm.SUSPECTED, parse(search_any=0.25, refine_search=0.2), True),
        (Alarm.SUSPECTED, parse(out_of_scope=0.8, search_any=0.1), False),
        (Alarm.NONE, parse(search_any=0.4, refine_search=0.3), False),
        (Alarm.NONE, parse(emergency=0.4, search_any=0.3), True),
        (Alarm.CALM, parse(emergency=0.4, search_any=0.3), False),
        (Alarm.CALM, parse(emergency=0.9), True),
    ],
)
def test_suspected_distress_is_distress_unless_another_meaning_is_sure(
    alarm: Alarm, understood: Parse, is_distress: bool
) -> None:
    assert is_alarming(alarm, understood) is is_distress


def test_what_is_no_distress_takes_the_next_intent_that_was_understood() -> None:
    heard = parse(emergency=0.4, search_any=0.3)
    assert agreed(Alarm.CALM, heard).intent.name == "search_any"
    assert agreed(Alarm.NONE, heard).intent.name == EMERGENCY
    assert agreed(Alarm.SUSPECTED, parse(search_any=0.9, emergency=0.06)).intent == Intent(EMERGENCY, 1.0)
