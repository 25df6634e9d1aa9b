"""Counts how often what was understood is right, over any part of the messages."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Callable, Dict, FrozenSet, Iterable, List, Sequence, Tuple

from nlu.labelled import Labelled, Span

REFUSALS = ("out_of_scope", "nlu_fallback")
_SENTENCE = 3  # words from which the language of a text can be told


@dataclass(frozen=True)
class Outcome:
    """What was understood of one message.

    Attributes:
        truth: the message and what it means.
        intent: the intent that was found.
        spans: the entities that were found.
        language: the language that was found, "" when nobody asked.
        countries: the code given to each country found, by its span.
        roles: the entities found that have a role, as (role, first character, one after the last).
    """

    truth: Labelled
    intent: str
    spans: FrozenSet[Span]
    language: str = ""
    countries: Dict[Span, str] = field(default_factory=dict)
    roles: FrozenSet[Span] = frozenset()

    @property
    def is_right(self) -> bool:
        """Whether the intent is right; both refusals count as one."""
        return as_one(self.truth.intent) == as_one(self.intent)


def as_one(intent: str) -> str:
    """Return one name for both refusals."""
    return REFUSALS[0] if intent in REFUSALS else intent


def figures(outcomes: Sequence[Outcome]) -> Dict[str, float]:
    """Return the main percentages by name.

    `accuracy` and `macro_f1` of the intents; `entity_f1` counts an entity whose type is right and whose words overlap
    the true ones, `entity_exact_f1` one that has the very words; `exact` is the share of messages without any error;
    `out_of_scope` is the share refused of what should be, `refused` that of what should not.
    """
    inside = [o for o in outcomes if o.truth.intent not in REFUSALS]
    outside = [o for o in outcomes if o.truth.intent in REFUSALS]
    by_intent = intent_scores(outcomes)
    return {
        "accuracy": share(outcomes, lambda o: o.is_right),
        "macro_f1": sum(f1 for _, _, f1, _ in by_intent.values()) / max(len(by_intent), 1),
        "entity_f1": f1_of(sum(entity_counts(outcomes).values(), Counter())),
        "entity_exact_f1": f1_of(sum(entity_counts(outcomes, exact=True).values(), Counter())),
        "exact": share(outcomes, lambda o: o.is_right and o.spans == o.truth.spans),
        "out_of_scope": share(outside, lambda o: o.intent in REFUSALS),
        "refused": share(inside, lambda o: o.intent in REFUSALS),
    }


def share(outcomes: Sequence[Outcome], is_good: Callable[[Outcome], bool]) -> float:
    """Return the percentage of good outcomes, 0 of nothing being 0."""
    return percent(sum(map(is_good, outcomes)), len(outcomes))


def intent_scores(outcomes: Sequence[Outcome]) -> Dict[str, Tuple[float, float, float, int]]:
    """Return precision, recall, F1 (percentages) and number of messages of each true intent."""
    pairs = Counter((as_one(o.truth.intent), as_one(o.intent)) for o in outcomes)
    scores = {}
    for name in sorted({wanted for wanted, _ in pairs}):
        right = pairs[name, name]
        wanted = sum(n for (truth, _), n in pairs.items() if truth == name)
        given = sum(n for (_, found), n in pairs.items() if found == name)
        scores[name] = (percent(right, given), percent(right, wanted), percent(2 * right, wanted + given), wanted)
    return scores


def entity_counts(outcomes: Iterable[Outcome], *, exact: bool = False) -> Dict[str, Counter]:
    """Return how many entities of each type were right, missed and invented.

    Without `exact`, words that overlap are enough; an entity answers for one true entity at the most.
    """
    return _compared(((o.truth.spans, o.spans) for o in outcomes), exact=exact)


def role_counts(outcomes: Sequence[Outcome]) -> Dict[str, Counter]:
    """Return how many entities of each role were right, missed and invented, as `entity_counts` does without types."""
    truths = (frozenset((role, *span[1:]) for span, role in o.truth.roles) for o in outcomes)
    return _compared(zip(truths, (o.roles for o in outcomes), strict=True), exact=False)


def _compared(pairs: Iterable[Tuple[FrozenSet[Span], FrozenSet[Span]]], *, exact: bool) -> Dict[str, Counter]:
    counts: Dict[str, Counter] = {}
    for true, found in pairs:
        left = set(found)
        for span in sorted(true):
            match = next((other for other in sorted(left) if _agrees(span, other, exact=exact)), None)
            counts.setdefault(span[0], Counter())["missed" if match is None else "right"] += 1
            left.discard(match)
        for span in left:
            counts.setdefault(span[0], Counter())["invented"] += 1
    return counts


def country_accuracy(outcomes: Iterable[Outcome], codes: Dict[str, Dict[str, str]]) -> Tuple[int, int]:
    """Return how many countries found have the right code, and how many were found.

    Args:
        codes: for each language, the code of each country by the words that name it.
    """
    right = found = 0
    for outcome in outcomes:
        known = codes.get(outcome.truth.language, {})
        for span in outcome.truth.spans:
            code = known.get(outcome.truth.text[span[1] : span[2]]) if span[0] == "country" else None
            given = next((c for s, c in outcome.countries.items() if _agrees(span, s, exact=False)), None)
            if code and given is not None:
                found += 1
                right += code == given
    return right, found


def language_outcomes(outcomes: Iterable[Outcome]) -> List[Outcome]:
    """Return the outcomes whose message is long enough for its language to be told: three words or more."""
    return [o for o in outcomes if len(o.truth.text.split()) >= _SENTENCE]


def confusions(outcomes: Iterable[Outcome], *, most: int) -> List[Tuple[str, str, int]]:
    """Return the commonest errors as (true intent, found intent, times)."""
    pairs = Counter((as_one(o.truth.intent), as_one(o.intent)) for o in outcomes if not o.is_right)
    return [(truth, found, times) for (truth, found), times in pairs.most_common(most)]


def f1_of(counts: Counter) -> float:
    """Return the F1 of the counts right, missed and invented, as a percentage."""
    return percent(2 * counts["right"], 2 * counts["right"] + counts["missed"] + counts["invented"])


def percent(part: float, whole: float) -> float:
    """Return the share as a percentage, 0 of nothing being 0."""
    return 100.0 * part / whole if whole else 0.0


def _agrees(span: Span, other: Span, *, exact: bool) -> bool:
    """Say whether two entities have one type and the same words, or overlapping ones."""
    if exact or span[0] != other[0]:
        return span == other
    return span[1] < other[2] and other[1] < span[2]
