"""Puts what was measured into the tables of docs/nlu.md."""

from dataclasses import dataclass
from datetime import date
from typing import Dict, Iterable, List, Sequence, Tuple

from nlu.labelled import LANGUAGES, STYLES
from nlu.scores import (
    Outcome,
    confusions,
    country_accuracy,
    entity_counts,
    f1_of,
    figures,
    intent_scores,
    language_outcomes,
    percent,
    role_counts,
    share,
)

_LANGUAGE_NAMES = {"fr": "French", "en": "English", "es": "Spanish", "ar": "Arabic"}
_PEER_NAMES = {
    "ngrams": "TF-IDF of words and letters + logistic regression",
    "default": "Rasa's default pipeline (DIET, {epochs} of its 100 epochs)",
}
_FIGURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "entity_f1": "entity F1",
    "entity_exact_f1": "entity F1, exact words",
    "exact": "all right",
    "out_of_scope": "out of scope refused",
    "refused": "in scope refused",
}
_MOST_CONFUSIONS = 25


@dataclass(frozen=True)
class Distress:
    """How many phrases were taken for distress.

    Attributes:
        urgent: phrases of distress.
        heard: those heard with Rasa.
        heard_alone: those heard without it.
        calm: phrases that only sound like distress.
        feared: those taken for distress with Rasa.
        feared_alone: those taken for distress without it.
    """

    language: str
    urgent: int
    heard: int
    heard_alone: int
    calm: int
    feared: int
    feared_alone: int


@dataclass(frozen=True)
class Measured:
    """What one run measured.

    Attributes:
        milliseconds: median of one parse by the model, alone.
        seconds: of one training.
        codes: for each language, the code of each country by the words that name it.
        distress: for each language.
        peers: for each peer its outcomes, training seconds and median milliseconds.
        epochs: how long Rasa's default pipeline was trained.
    """

    day: date
    outcomes: Sequence[Outcome]
    milliseconds: float
    seconds: float
    codes: Dict[str, Dict[str, str]]
    distress: Sequence[Distress]
    peers: Dict[str, Tuple[Sequence[Outcome], float, float]]
    epochs: int


def tables(measured: Measured) -> str:
    """Return every table, as Markdown."""
    parts = [
        f"Measured on {measured.day.isoformat()}: {len(measured.outcomes)} messages.",
        "### Beside its peers\n\n" + _peers(measured),
        "### By language\n\n" + _by_language(measured),
        "### By style\n\n" + _by_style(measured.outcomes),
        "### Distress\n\n" + _distress(measured.distress),
        "### By entity\n\n" + _by_entity(measured.outcomes),
        "### By role\n\n" + _by_role(measured.outcomes),
        "### By intent\n\n" + _by_intent(measured.outcomes),
        "### Commonest confusions\n\n" + _confusions(measured.outcomes),
    ]
    return "\n\n".join(parts) + "\n"


def _peers(measured: Measured) -> str:
    rows = [("Escale", measured.outcomes, measured.seconds, measured.milliseconds)]
    rows += [(_PEER_NAMES[name].format(epochs=measured.epochs), *measures) for name, measures in measured.peers.items()]
    lines = []
    for name, outcomes, seconds, milliseconds in rows:
        found = figures(outcomes)
        has_entities = any(outcome.spans for outcome in outcomes)
        entity = f"{found['entity_f1']:.1f}" if has_entities else "–"
        cells = [_one(found["accuracy"]), _one(found["macro_f1"]), entity]
        cells += [_one(found["out_of_scope"]), _one(found["refused"]), f"{seconds:.0f}", _one(milliseconds)]
        lines.append([name, *cells])
    names = [_FIGURES[name] for name in ("accuracy", "macro_f1", "entity_f1", "out_of_scope", "refused")]
    return _table(["", *names, "training s", "parse p50 ms"], lines)


def _by_language(measured: Measured) -> str:
    lines = []
    for language in (*LANGUAGES, ""):
        part = [o for o in measured.outcomes if language in ("", o.truth.language)]
        found = figures(part)
        right, named = country_accuracy(part, measured.codes)
        told = share(language_outcomes(part), lambda o: o.language == o.truth.language)
        cells = [_one(found[name]) for name in _FIGURES]
        cells += [f"{_one(percent(right, named))} ({named})", _one(told)]
        lines.append([_LANGUAGE_NAMES.get(language, "all"), str(len(part)), *cells])
    return _table(["", "messages", *_FIGURES.values(), "country code right (of those found)", "language told"], lines)


def _by_style(outcomes: Sequence[Outcome]) -> str:
    lines = []
    for style in STYLES:
        cells = [style.replace("_", " ")]
        for language in (*LANGUAGES, ""):
            part = [o for o in outcomes if o.truth.style == style and language in ("", o.truth.language)]
            cells.append(f"{_one(share(part, lambda o: o.is_right))} ({len(part)})")
        cells.append(_one(figures([o for o in outcomes if o.truth.style == style])["entity_f1"]))
        lines.append(cells)
    names = [_LANGUAGE_NAMES[language] for language in LANGUAGES]
    return _table(["accuracy (messages)", *names, "all", "entity F1"], lines)


def _distress(counts: Sequence[Distress]) -> str:
    lines = []
    for name, part in [(_LANGUAGE_NAMES[one.language], [one]) for one in counts] + [("all", list(counts))]:
        urgent, calm = sum(one.urgent for one in part), sum(one.calm for one in part)
        cells = [
            (sum(one.heard for one in part), urgent),
            (sum(one.heard_alone for one in part), urgent),
            (sum(one.feared for one in part), calm),
            (sum(one.feared_alone for one in part), calm),
        ]
        lines.append([name, *(f"{_one(percent(count, of))} ({count}/{of})" for count, of in cells)])
    names = ["distress heard", "heard without Rasa", "calm taken for distress", "without Rasa"]
    return _table(["", *names], lines)


def _by_entity(outcomes: Sequence[Outcome]) -> str:
    near, exact = entity_counts(outcomes), entity_counts(outcomes, exact=True)
    lines = [
        [name, str(counts["right"] + counts["missed"]), _one(f1_of(counts)), _one(f1_of(exact[name]))]
        for name, counts in sorted(near.items())
    ]
    return _table(["", "in the messages", "F1", "F1, exact words"], lines)


def _by_role(outcomes: Sequence[Outcome]) -> str:
    lines = [
        [f"`{name}`", *(str(counts[kind]) for kind in ("right", "missed", "invented")), _one(f1_of(counts))]
        for name, counts in sorted(role_counts(outcomes).items())
    ]
    return _table(["", "right", "missed", "invented", "F1"], lines)


def _by_intent(outcomes: Sequence[Outcome]) -> str:
    lines = [
        [f"`{name}`", str(number), _one(precision), _one(recall), _one(f1)]
        for name, (precision, recall, f1, number) in intent_scores(outcomes).items()
    ]
    return _table(["", "messages", "precision", "recall", "F1"], lines)


def _confusions(outcomes: Sequence[Outcome]) -> str:
    common = confusions(outcomes, most=_MOST_CONFUSIONS)
    return _table(["meant", "understood", "times"], [[f"`{a}`", f"`{b}`", str(times)] for a, b, times in common])


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows: List[Sequence[str]] = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _one(value: float) -> str:
    return f"{value:.1f}"
