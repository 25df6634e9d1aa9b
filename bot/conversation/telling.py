"""What a person told of themselves and of their stay, as the sourced answers read it; and the questions for the rest.

What is told is kept in `Conversation.situation` until a restart, so that nothing is asked twice; what the running
search knows is read from it each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.catalogue.wording import describe
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.conversation.markers import is_towards, named_kinds, needs_of
from bot.conversation.models import Conversation
from bot.conversation.others import SOUGHT_FOR
from bot.conversation.replies import Turn
from bot.deliveries.service import YOUNGEST
from bot.knowledge.service import OUTSIDE_FRANCE, PERMITS, STATUSES, Programme, Situation, read_value, told
from bot.locales.service import say
from bot.understanding.models import Json, Parse
from bot.vocabulary.countries import country_name
from bot.vocabulary.kinds import KINDS, kind_label
from bot.vocabulary.levels import LEVELS, level_below, level_label
from bot.vocabulary.nationalities import nationality_codes

_MOST_CHOICES = 6
_LONGEST_NUMBER = 2  # digits
_OF_THE_STAY = ("destination", "months", "kind")
_FOR_AGE = "for_age"  # of whom a question is about, when it is not its writer: it counts for that answer only
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


def situation_of(turn: Turn, parse: Parse | None = None, *, stay: Mapping[str, Any] | None = None) -> Situation:
    """Return what is known: what was told, what the running search says, and what this message says of the stay.

    Of the stay, the running search counts for more than what was told before it, and `stay` and this message for more
    than both: after a question on Canada, "il faut un visa ?" under a search in Spain means Spain.
    """
    sought = _from_search(Criteria.from_json(turn.conversation.criteria))
    told_before = turn.conversation.situation or {}
    known = {**sought, **told_before, **stay_kept(sought)}
    known.setdefault("residence", _HOME)  # the service speaks to people of the Loire; who is elsewhere says where
    if known["residence"] == _HOME:
        known.setdefault("region", _HOME_REGION)
    known.update(stay or {})
    if parse is not None:
        known.update(stay_kept(stay_said(parse)))
    return Situation.of(known)


def age_told(turn: Turn) -> float | None:
    """Return the age that a person told of themselves or in their running search, of a bracket the youngest."""
    age = situation_of(turn).spans.get("age")
    return age.low if age is not None else None


def is_too_young(turn: Turn, criteria: Criteria | None = None) -> bool:
    """Return whether a person, or the search that they want kept, says that they are under 15.

    Nothing is ever sent to them unasked; of whom nothing is known, nothing is asked.
    """
    ages = (age_told(turn), criteria.age if criteria is not None else None)
    return any(age is not None and age < YOUNGEST for age in ages)


def stay_said(parse: Parse, programmes: Sequence[Programme] = ()) -> dict[str, Any]:
    """Return what a message says of the stay, as a flow keeps it; programmes of one kind say which.

    The age of whoever the question is about is kept with it when that is not its writer.
    """
    said_of_it = {fact: value for fact in _OF_THE_STAY if (value := said(parse, fact)) is not None}
    age = _entity(parse, "age", role=SOUGHT_FOR)
    return {**kind_of(programmes), **said_of_it, **({_FOR_AGE: age} if age is not None else {})}


def kind_of(programmes: Sequence[Programme]) -> dict[str, Any]:
    """Return the kind of stay that some programmes all have, as a flow keeps it."""
    kinds = {programme.kind for programme in programmes}
    return {"kind": kinds.pop()} if len(kinds) == 1 else {}


def stay_kept(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a flow, or anything else that is known, says of the stay, and the age that counts for it alone."""
    kept = {fact: known[fact] for fact in _OF_THE_STAY if known.get(fact) is not None}
    age = known.get(_FOR_AGE)
    return kept if age is None else {**kept, _FOR_AGE: age, "age": age}


def note_stay(conversation: Conversation, stay: Mapping[str, Any]) -> None:
    """Keep the stay that a question names, for the next question: nobody says twice where they want to go."""
    if kept := {fact: value for fact, value in stay.items() if fact in _OF_THE_STAY}:
        conversation.situation = {**(conversation.situation or {}), **kept}


def for_search(turn: Turn, flow: Mapping[str, Any]) -> str:
    """Return the line that says which place, of the open offer or the search, is meant; "" when a message named it."""
    if flow.get("is_of_offer"):
        countries = describe(Criteria(countries=tuple(flow["destination"])), turn.language)
        return say("knowledge.for_offer", turn.language, what=escape(countries))
    criteria = Criteria.from_json(turn.conversation.criteria)
    is_from_search = flow["name"] in ("visa", "funding") and not flow.get("destination") and criteria.has_place()
    if not is_from_search:
        return ""
    places = Criteria(countries=criteria.countries, regions=criteria.regions, cities=criteria.cities)
    return say("knowledge.for_search", turn.language, what=escape(describe(places, turn.language)))


def places_meant(turn: Turn, parse: Parse) -> list[str]:
    """Return the destinations of a message, else those of the running search."""
    return _places(parse) or list(_from_search(Criteria.from_json(turn.conversation.criteria)).get("destination", ()))


def said(parse: Parse, fact: str) -> Any:
    """Return the value that an answer gives to a question on `fact`, or None."""
    read = _READERS.get(fact)
    return read(parse) if read else _entity(parse, fact)


def destination_said(parse: Parse) -> list[str]:
    """Return the places to go to that a message names."""
    return _places(parse)


def _read_grant(parse: Parse) -> bool | None:
    value = read_value(parse.text, "grant")
    return None if value is None else value == "yes"


def _read_nationality(parse: Parse) -> Any:
    """Return the nationalities said, or the country: "Italie" answers, "et en Italie ?" asks something else."""
    if codes := nationality_codes(parse.text):
        return list(codes)
    if needs_of(parse.text) or any(entity.entity == "programme" for entity in parse.entities):  # "pvt australie"
        return None
    named = (entity for entity in parse.entities if entity.entity == "country" and entity.role is None and entity.norm)
    return next((entity.norm for entity in named if not is_towards(parse.text[: entity.start])), None)


def _read_kind(parse: Parse) -> str | None:
    return next(iter(named_kinds(parse.text)), None)


def question_rows(turn: Turn, fact: str, flow: dict[str, Any]) -> list[list[Button]]:
    """Return the buttons that answer the question on `fact`, and the one that skips it."""
    is_border = flow.get("name") == "visa"
    choices = fact == "destination" and _countries_sought(turn)
    labels = choices or _labels(fact, turn.language, is_border=is_border)
    answers = [(label, {"fact": fact, "value": value, "flow": flow}) for label, value in labels]
    if fact == "permit":
        elsewhere = {"fact": "residence", "value": OUTSIDE_FRANCE, "flow": flow}
        answers.append((say("knowledge.lives_elsewhere", turn.language), elsewhere))
    buttons = [Button(label, "tell", answer) for label, answer in answers]
    skip = Button(say("knowledge.skip", turn.language), "tell", {"fact": fact, "value": None, "flow": flow})
    return [*(buttons[i : i + 2] for i in range(0, len(buttons), 2)), [skip]]


def _countries_sought(turn: Turn) -> list[tuple[str, Any]]:
    """Return the countries of the running search between which a question on the destination chooses."""
    codes = Criteria.from_json(turn.conversation.criteria).countries
    is_choice = 1 < len(codes) <= _MOST_CHOICES
    return [(country_name(code, turn.language), [code]) for code in codes] if is_choice else []


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


def _bare_number(parse: Parse, numbers: range) -> int | None:
    """Return the number that a message is, if it may be the answer: "19" to "Quel âge ?"."""
    text = parse.text.strip()
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER and int(text) in numbers else None


def _months(parse: Parse) -> Any:
    if (number := _bare_number(parse, range(1, 37))) is not None:
        return number
    norm = _entity(parse, "duration")
    if not isinstance(norm, dict):
        return None
    return norm["months"] if "months" in norm else [norm.get("months_min"), norm.get("months_max")]


def _entity(parse: Parse, name: str, *, role: str | None = None) -> Json:
    found = (entity.norm for entity in parse.entities if entity.entity == name and entity.role == role)
    return next((norm for norm in found if norm is not None), None)


_READERS: dict[str, Callable[[Parse], Any]] = {
    "age": lambda parse: _entity(parse, "age") or _bare_number(parse, range(10, 100)),
    "status": lambda parse: read_value(parse.text, "status"),
    "permit": lambda parse: read_value(parse.text, "permit"),
    "region": lambda parse: read_value(parse.text, "region"),
    "grant": _read_grant,
    "nationality": _read_nationality,
    "destination": lambda parse: _places(parse) or None,
    "months": _months,
    "kind": _read_kind,
}
