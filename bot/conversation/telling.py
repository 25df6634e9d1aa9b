"""What a person told of themselves and of their stay, as the sourced answers read it; and the questions for the rest.

What is told is kept in `Conversation.situation` until a restart, so that nothing is asked twice; what the running
search knows is read from it each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.chat.keyboards import Button
from bot.conversation.markers import named_kinds
from bot.conversation.models import Conversation
from bot.conversation.replies import Turn
from bot.knowledge.service import PERMITS, STATUSES, Situation, read_value, told
from bot.locales.service import say
from bot.understanding.models import Json, Parse
from bot.vocabulary.kinds import KINDS, kind_label
from bot.vocabulary.levels import LEVELS, level_below, level_label
from bot.vocabulary.nationalities import nationality_codes

_HOME, _HOME_REGION = "FR", "auvergne-rhone-alpes"
# What the buttons of a question stand for; other answers are typed.
_CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "age": (("age_minor", [15, 17]), ("age_young", [18, 25]), ("age_older", [26, 30]), ("age_over", [31, 40])),
    "months": (("months_short", [0, 2]), ("months_half", [2, 6]), ("months_year", [6, 12]), ("months_long", [12, 24])),
    "grant": (("yes", True), ("no", False)),
    "nationality": (
        ("nationality_fr", "FR"), ("nationality_eu", "other-european-union"),
        ("nationality_other", "outside-european-union"),
    ),
    "destination": (
        ("destination_eu", "european-union"), ("destination_europe", "other-europe"),
        ("destination_world", "outside-europe"),
    ),
    "residence": (("residence_fr", "FR"), ("residence_abroad", "outside-france")),
    "region": (("region_here", "auvergne-rhone-alpes"), ("region_other", "other")),
    "status": tuple((f"status_{code}", code) for code in STATUSES),
    "permit": tuple((f"permit_{code}", code) for code in PERMITS),
}  # fmt: skip
# At a border, three months are what matters.
_BORDER_MONTHS: tuple[tuple[str, Any], ...] = (
    ("months_border", [0, 3]), ("months_border_half", [3.01, 6]), ("months_year", [6.01, 12]),
    ("months_long", [12.01, 24]),
)  # fmt: skip


def note_told(conversation: Conversation, parse: Parse) -> None:
    """Keep what a message tells of its writer: age, level, status, papers, scholarship, nationality."""
    news: dict[str, Any] = dict(told(parse.text))
    if "grant" in news:
        news["grant"] = news["grant"] == "yes"
    if nationalities := nationality_codes(parse.text):
        news["nationality"] = list(nationalities)
    for fact in ("age", "level"):
        if (value := _entity(parse, fact)) is not None:
            news[fact] = value
    if (lacking := _entity(parse, "level", role="exclude")) is not None:
        news["level"] = level_below(str(lacking))
    if news:
        conversation.situation = {**(conversation.situation or {}), **news}


def situation_of(turn: Turn, parse: Parse | None = None) -> Situation:
    """Return what is known: what was told, what the running search says, and what this message says of the stay."""
    known = {**_from_search(Criteria.from_json(turn.conversation.criteria)), **(turn.conversation.situation or {})}
    known.setdefault("residence", _HOME)  # the service speaks to people of the Loire; who is elsewhere says where
    if known["residence"] == _HOME:
        known.setdefault("region", _HOME_REGION)
    if parse is not None:
        known.update(
            {fact: value for fact in ("destination", "months", "kind") if (value := said(parse, fact)) is not None}
        )
    return Situation.of(known)


def places_meant(turn: Turn, parse: Parse) -> list[str]:
    """Return the destinations of a message, else those of the running search."""
    return _places(parse) or list(_from_search(Criteria.from_json(turn.conversation.criteria)).get("destination", ()))


def said(parse: Parse, fact: str) -> Any:
    """Return the value that an answer gives to a question on `fact`, or None."""
    read = _READERS.get(fact)
    return read(parse) if read else _entity(parse, fact)


def _read_grant(parse: Parse) -> bool | None:
    value = read_value(parse.text, "grant")
    return None if value is None else value == "yes"


def _read_nationality(parse: Parse) -> Any:
    return list(nationality_codes(parse.text)) or _entity(parse, "country")


def _read_kind(parse: Parse) -> str | None:
    return next(iter(named_kinds(parse.text)), None)


def question_rows(fact: str, flow: dict[str, Any], language: str) -> list[list[Button]]:
    """Return the buttons that answer the question on `fact`, and the one that skips it."""
    labels = _labels(fact, language, is_border=flow.get("name") == "visa")
    buttons = [Button(label, "tell", {"fact": fact, "value": value, "flow": flow}) for label, value in labels]
    skip = Button(say("knowledge.skip", language), "tell", {"fact": fact, "value": None, "flow": flow})
    return [*(buttons[i : i + 2] for i in range(0, len(buttons), 2)), [skip]]


def _labels(fact: str, language: str, *, is_border: bool) -> list[tuple[str, Any]]:
    if fact == "kind":
        return [(kind_label(code, language), code) for code in KINDS]
    if fact == "level":
        return [(level_label(code, language), code) for code in LEVELS]
    choices = _BORDER_MONTHS if fact == "months" and is_border else _CHOICES[fact]
    return [(say(f"knowledge.{name}", language), value) for name, value in choices]


def _from_search(criteria: Criteria) -> dict[str, Any]:
    known: dict[str, Any] = {"age": criteria.age, "level": criteria.level, "kind": criteria.kind}
    places = [*criteria.countries, *criteria.regions, *(city.country for city in criteria.cities)]
    known["destination"] = places or None
    if criteria.duration_min is not None or criteria.duration_max is not None:
        known["months"] = [criteria.duration_min, criteria.duration_max]
    return {fact: value for fact, value in known.items() if value is not None}


def _places(parse: Parse) -> list[str]:
    found: list[str] = []
    for entity in parse.entities:
        if entity.role is not None or entity.norm is None:
            continue
        if entity.entity == "country":
            found.append(str(entity.norm))
        elif entity.entity == "city" and isinstance(entity.norm, dict):
            found.append(str(entity.norm["country"]))
        elif entity.entity == "region" and isinstance(entity.norm, dict):
            found.append(str(entity.norm["region"]))
    return found


def _months(parse: Parse) -> Any:
    norm = _entity(parse, "duration")
    if not isinstance(norm, dict):
        return None
    return norm["months"] if "months" in norm else [norm.get("months_min"), norm.get("months_max")]


def _entity(parse: Parse, name: str, *, role: str | None = None) -> Json:
    found = (entity.norm for entity in parse.entities if entity.entity == name and entity.role == role)
    return next((norm for norm in found if norm is not None), None)


_READERS: dict[str, Callable[[Parse], Any]] = {
    "status": lambda parse: read_value(parse.text, "status"),
    "permit": lambda parse: read_value(parse.text, "permit"),
    "region": lambda parse: read_value(parse.text, "region"),
    "grant": _read_grant,
    "nationality": _read_nationality,
    "destination": lambda parse: _places(parse) or None,
    "residence": lambda parse: _entity(parse, "country"),
    "months": _months,
    "kind": _read_kind,
}
