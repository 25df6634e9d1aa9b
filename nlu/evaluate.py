"""Measures the model on messages it never learnt from: `nlu/.venv/bin/python -m nlu.evaluate`."""

import argparse
import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Sequence, Tuple

from nlu.scores import Scores
from nlu.settings import MODELS, ROOT, prepare
from nlu.train import models_in

HELD_OUT = {"fr": ROOT / "tests/nlu/heldout_fr.yml", "en": ROOT / "tests/nlu/heldout_en.yml"}
_ENTITY = re.compile(r"\[(?P<value>[^\]]+)\](?:\((?P<name>[^)]+)\)|(?P<options>\{[^}]+\}))")

Span = Tuple[str, int, int]


@dataclass(frozen=True)
class Example:
    """One annotated message: its text, its intent, and its entities as (name, start, end)."""

    text: str
    intent: str
    entities: FrozenSet[Span]


def trained_texts() -> FrozenSet[str]:
    """Return the messages the model learnt from, as `_bare` gives them."""
    files = [path for language in HELD_OUT for path in (ROOT / "nlu/data" / language).glob("*.yml")]
    return frozenset(_bare(example.text) for path in files for example in examples_of(path))


def _bare(text: str) -> str:
    """Return the text in lower case, without superfluous spaces."""
    return " ".join(text.lower().split())


def examples_of(path: Path) -> Iterator[Example]:
    """Yield the examples of one NLU file."""
    from ruamel.yaml import YAML

    for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
        for line in block["examples"].splitlines():
            if line.strip().startswith("- "):
                yield _example(line.strip()[2:].strip(), block["intent"])


def _example(annotated: str, intent: str) -> Example:
    """Return the example that an annotated line describes; offsets count characters of the plain text."""
    text, spans, last = "", set(), 0
    for found in _ENTITY.finditer(annotated):
        text += annotated[last : found.start()]
        options = json.loads(found["options"]) if found["options"] else {"entity": found["name"]}
        spans.add((options["entity"], len(text), len(text) + len(found["value"])))
        text += found["value"]
        last = found.end()
    return Example(text + annotated[last:], intent, frozenset(spans))


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


def measured(examples: Sequence[Example], parses: Sequence[Dict[str, Any]]) -> Scores:
    """Return the scores of the parses."""
    scores = Scores()
    for example, parse in zip(examples, parses, strict=True):
        found = frozenset((e["entity"], e["start"], e["end"]) for e in parse["entities"])
        scores.add(example.text, (example.intent, example.entities), (parse["intent"]["name"], found))
    return scores


def _options(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, help="default: the newest of models/")
    parser.add_argument("--errors", action="store_true", help="print each message whose intent is wrong")
    for name in ("accuracy", "entity-f1", "exact", "out-of-scope", "kept"):
        parser.add_argument(f"--min-{name}", type=float, default=0.0, help="least percentage in each language")
    return parser.parse_args(arguments)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Print the scores of each language; exit with 1 when one is below its threshold."""
    options = _options(arguments)
    prepare()
    model = options.model or next(iter(models_in(MODELS)), None)
    if model is None:
        raise SystemExit("No model in models/: run `nlu/.venv/bin/python -m nlu.train` first.")
    failures: List[str] = []
    trained = trained_texts()
    for language, path in HELD_OUT.items():
        held_out = list(examples_of(path))
        examples = [example for example in held_out if _bare(example.text) not in trained]
        parses, milliseconds = parses_of([example.text for example in examples], model)
        scores = measured(examples, parses)
        seen = len(held_out) - len(examples)
        print(f"== {language}: {len(examples)} messages, {milliseconds:.1f} ms each (median)")
        print(f"   left out, because they are training examples too: {seen}")
        print(scores.report(with_errors=options.errors))
        failures += [f"{language}: {name}" for name in scores.below(vars(options))]
    if failures:
        sys.exit("Below the threshold: " + ", ".join(failures))


if __name__ == "__main__":
    main()
