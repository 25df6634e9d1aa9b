"""Counts how often the intent and the entities of a message are right."""

from collections import Counter
from typing import Any, Dict, FrozenSet, List, Tuple

Span = Tuple[str, int, int]
Answer = Tuple[str, FrozenSet[Span]]

REFUSALS = ("out_of_scope", "nlu_fallback")


class Scores:
    """Percentages over the messages added so far."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._pairs: Counter = Counter()
        self._entities: Dict[str, Counter] = {}
        self._exact = 0
        self._errors: List[str] = []

    def add(self, text: str, truth: Answer, found: Answer) -> None:
        """Count one message, from its true and its found intent and entities."""
        wanted, given = _as_one(truth[0]), _as_one(found[0])
        self._pairs[wanted, given] += 1
        self._exact += wanted == given and truth[1] == found[1]
        for outcome, spans in (
            ("right", truth[1] & found[1]),
            ("missed", truth[1] - found[1]),
            ("invented", found[1] - truth[1]),
        ):
            for span in spans:
                self._entities.setdefault(span[0], Counter())[outcome] += 1
        if wanted != given:
            self._errors.append(f"  {wanted} -> {given}: {text}")

    def percentages(self) -> Dict[str, float]:
        """Return the figures by name, each between 0 and 100."""
        right = sum(n for (wanted, given), n in self._pairs.items() if wanted == given)
        in_scope = sum(n for (wanted, _), n in self._pairs.items() if wanted not in REFUSALS)
        kept = sum(n for (wanted, given), n in self._pairs.items() if wanted not in REFUSALS and given not in REFUSALS)
        outside = sum(self._pairs.values()) - in_scope
        refused = self._pairs[REFUSALS[0], REFUSALS[0]]
        return {
            "accuracy": _percent(right, sum(self._pairs.values())),
            "macro_f1": sum(self._intent_f1().values()) / max(len(self._intent_f1()), 1),
            "entity_f1": _f1(sum(self._entities.values(), Counter())),
            "exact": _percent(self._exact, sum(self._pairs.values())),
            "out_of_scope": _percent(refused, outside),
            "kept": _percent(kept, in_scope),
        }

    def below(self, thresholds: Dict[str, Any]) -> List[str]:
        """Return the figures under their threshold, which is named `min_<figure>`."""
        figures = self.percentages()
        return [
            f"{name} {value:.1f} < {thresholds['min_' + name]}"
            for name, value in figures.items()
            if value < (thresholds.get(f"min_{name}") or 0.0)
        ]

    def report(self, *, with_errors: bool) -> str:
        """Return the figures, the weakest intents, the entities and the commonest confusions, as lines of text."""
        lines = [f"{name:>14} {value:5.1f}" for name, value in self.percentages().items()]
        weakest = sorted(self._intent_f1().items(), key=lambda item: item[1])[:8]
        lines.append("weakest intents (F1): " + ", ".join(f"{name} {value:.0f}" for name, value in weakest))
        entities = sorted(self._entities.items())
        lines.append("entities (F1): " + ", ".join(f"{name} {_f1(counts):.0f}" for name, counts in entities))
        confusions = [(pair, n) for pair, n in self._pairs.most_common() if pair[0] != pair[1]][:12]
        lines.append("confusions: " + ", ".join(f"{a} -> {b} x{n}" for (a, b), n in confusions))
        return "\n".join(lines + (self._errors if with_errors else []))

    def _intent_f1(self) -> Dict[str, float]:
        """Return the F1 of each true intent."""
        scores = {}
        for name in {wanted for wanted, _ in self._pairs}:
            counts = Counter(right=self._pairs[name, name])
            counts["missed"] = sum(n for (a, b), n in self._pairs.items() if a == name != b)
            counts["invented"] = sum(n for (a, b), n in self._pairs.items() if b == name != a)
            scores[name] = _f1(counts)
        return scores


def _as_one(intent: str) -> str:
    """Return one name for both refusals."""
    return REFUSALS[0] if intent in REFUSALS else intent


def _f1(counts: Counter) -> float:
    """Return the F1 of the counts right, missed and invented, as a percentage."""
    return _percent(2 * counts["right"], 2 * counts["right"] + counts["missed"] + counts["invented"])


def _percent(part: float, whole: float) -> float:
    """Return the share as a percentage, 0 of nothing being 0."""
    return 100.0 * part / whole if whole else 0.0
