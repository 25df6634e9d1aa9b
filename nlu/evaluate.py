"""Measures the model alone on the validation messages, to choose options: `nlu/.venv/bin/python -m nlu.evaluate`.

The report on the test set, through the whole product, is `make nlu-report` (nlu/report.py).
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Tuple

from nlu.labelled import LANGUAGES, VALIDATION, Labelled, bare, labelled_set, training_examples
from nlu.scores import Outcome, confusions, figures
from nlu.settings import MODELS, prepare
from nlu.train import models_in

_MOST_CONFUSIONS = 12


def trained_texts() -> FrozenSet[str]:
    """Return the messages the model learnt from, as `bare` gives them."""
    return frozenset(bare(example.text) for language in LANGUAGES for example in training_examples(language))


def parses_of(texts: Sequence[str], model: Path) -> Tuple[List[Dict[str, Any]], float]:
    """Return the parse of each text and the median time of one (milliseconds)."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(str(model))

    async def all_of_them() -> Tuple[List[Dict[str, Any]], float]:
        parses, times = [], []
        for text in texts:
            started = time.perf_counter()
            parses.append(await agent.processor.parse_message(UserMessage(text)))
            times.append(1000.0 * (time.perf_counter() - started))
        return parses, median(times)

    return asyncio.run(all_of_them())


def outcome_of(truth: Labelled, parse: Dict[str, Any]) -> Outcome:
    """Return what a parse of Rasa makes of a message."""
    spans = frozenset((e["entity"], e["start"], e["end"]) for e in parse["entities"])
    return Outcome(truth, parse["intent"]["name"] or "nlu_fallback", spans)


def _options(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, help="default: the newest of models/")
    parser.add_argument("--errors", action="store_true", help="print each message whose intent is wrong")
    for name in ("accuracy", "entity-f1", "out-of-scope"):
        parser.add_argument(f"--min-{name}", type=float, default=0.0, help="least percentage in each language")
    return parser.parse_args(arguments)


def _described(outcomes: Sequence[Outcome], *, with_errors: bool) -> str:
    """Return the figures, the commonest confusions and, if wanted, each error, as lines of text."""
    lines = [f"{name:>16} {value:5.1f}" for name, value in figures(outcomes).items()]
    common = confusions(outcomes, most=_MOST_CONFUSIONS)
    lines.append("confusions: " + ", ".join(f"{truth} -> {found} x{times}" for truth, found, times in common))
    errors = [f"  {o.truth.intent} -> {o.intent}: {o.truth.text}" for o in outcomes if not o.is_right]
    return "\n".join(lines + (errors if with_errors else []))


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Print the scores of each language; exit with 1 when one is below its threshold."""
    options = _options(arguments)
    prepare()
    model = options.model or next(iter(models_in(MODELS)), None)
    if model is None:
        raise SystemExit("No model in models/: run `nlu/.venv/bin/python -m nlu.train` first.")
    failures: List[str] = []
    trained = trained_texts()
    for language in LANGUAGES:
        messages = [m for m in labelled_set(VALIDATION, language) if bare(m.text) not in trained]
        parses, milliseconds = parses_of([message.text for message in messages], model)
        outcomes = [outcome_of(message, parse) for message, parse in zip(messages, parses, strict=True)]
        print(f"== {language}: {len(messages)} messages, {milliseconds:.1f} ms each (median)")
        print(_described(outcomes, with_errors=options.errors))
        failures += [
            f"{language}: {name} {value:.1f}"
            for name, value in figures(outcomes).items()
            if value < vars(options).get(f"min_{name}", 0.0)
        ]
    if failures:
        sys.exit("Below the threshold: " + ", ".join(failures))


if __name__ == "__main__":
    main()
