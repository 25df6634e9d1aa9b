"""Measures how messages are understood, through the whole product, and writes it into docs/nlu.md: `make nlu-report`.

The test set is read here alone. Every message goes through `escale parse --jsonl`, as the acceptance of the product
does; the peers (nlu/peers.py) learn from the same data in the same run, and the model is trained anew to time it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from nlu.evaluate import outcome_of, parses_of, trained_texts
from nlu.labelled import HELD_OUT, LANGUAGES, Labelled, bare, countries_of, labelled_set, phrases_of_distress
from nlu.peers import PEERS
from nlu.report_tables import Distress, Measured, tables
from nlu.scores import Outcome
from nlu.settings import MODELS, ROOT, prepare
from nlu.train import models_in

REPORT = ROOT / "docs/nlu.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_ESCALE = ROOT / ".venv/bin/python"


def held_out() -> List[Labelled]:
    """Return the messages of the test set that are no training examples, word for word."""
    trained = trained_texts()
    return [m for language in LANGUAGES for m in labelled_set(HELD_OUT, language) if bare(m.text) not in trained]


def understood(texts: Sequence[str], *, with_rasa: bool = True) -> List[Dict[str, Any]]:
    """Return what `escale parse --jsonl` says of each text, as a conversation would with Rasa or while it is down.

    Raises:
        SystemExit: the command failed, or could not parse a text.
    """
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [str(_ESCALE), "-m", "bot", "parse", "--jsonl", *([] if with_rasa else ["--without-rasa"])]
    done = subprocess.run(
        command, input=lines, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    parses = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [parse["error"] for parse in parses if "error" in parse]
    if done.returncode or failed or len(parses) != len(texts):
        raise SystemExit(f"escale parse failed: {failed[:3]} {done.stderr[-500:]}")
    return parses


def product_outcome(truth: Labelled, parse: Dict[str, Any]) -> Outcome:
    """Return what the product understood of a message."""
    spans = frozenset((e["entity"], e["start"], e["end"]) for e in parse["entities"])
    countries = {
        (e["entity"], e["start"], e["end"]): str(e["norm"]) for e in parse["entities"] if e["entity"] == "country"
    }
    roles = frozenset((e["role"], e["start"], e["end"]) for e in parse["entities"] if e.get("role"))
    return Outcome(truth, parse["intent"]["name"], spans, parse["lang"], countries, roles)


def peer_outcomes(peer: str, messages: Sequence[Labelled], epochs: int) -> Tuple[List[Outcome], float, float]:
    """Return what a peer understood, its training time (seconds) and its median parse (milliseconds)."""
    with tempfile.TemporaryDirectory() as folder:
        texts, parses = Path(folder) / "texts.json", Path(folder) / "parses.json"
        texts.write_text(json.dumps([message.text for message in messages]), encoding="utf-8")
        command = [sys.executable, "-m", "nlu.peers", peer, str(texts), str(parses), str(epochs)]
        subprocess.run(command, cwd=ROOT, check=True)
        measured = json.loads(parses.read_text(encoding="utf-8"))
    outcomes = [outcome_of(message, parse) for message, parse in zip(messages, measured["parses"], strict=True)]
    return outcomes, measured["seconds"], measured["milliseconds"]


def training_seconds() -> float:
    """Return how long a training takes, from nothing to a model."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        program = f"from pathlib import Path; from nlu.train import train; train(Path({folder!r}), name='timed')"
        command = [sys.executable, "-c", program]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(messages: Sequence[Labelled]) -> Measured:
    """Measure everything that the report says, but for the peers."""
    model = models_in(MODELS)[0]
    _, milliseconds = parses_of([message.text for message in messages], model)
    outcomes = [
        product_outcome(message, parse)
        for message, parse in zip(messages, understood([m.text for m in messages]), strict=True)
    ]
    return Measured(
        day=datetime.now(tz=timezone.utc).date(),
        outcomes=outcomes,
        milliseconds=milliseconds,
        seconds=training_seconds(),
        codes={language: countries_of(HELD_OUT, language) for language in LANGUAGES},
        distress=[distress_of(language, phrases_of_distress(HELD_OUT, language)) for language in LANGUAGES],
        peers={},
        epochs=0,
    )


def distress_of(language: str, phrases: Mapping[str, Sequence[str]]) -> Distress:
    """Return how many of these phrases, urgent and calm, the product takes for distress, with Rasa and without."""
    counts = {
        (kind, with_rasa): sum(
            parse["intent"]["name"] == "emergency" for parse in understood(phrases[kind], with_rasa=with_rasa)
        )
        for kind in ("urgent", "calm")
        for with_rasa in (True, False)
    }
    return Distress(
        language=language,
        urgent=len(phrases["urgent"]),
        heard=counts["urgent", True],
        heard_alone=counts["urgent", False],
        calm=len(phrases["calm"]),
        feared=counts["calm", True],
        feared_alone=counts["calm", False],
    )


def write_into(report: Path, measured: str) -> None:
    """Put the measured tables between the two marks of the report."""
    text = report.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    report.write_text(f"{before}{BEGIN}\n\n{measured}\n{END}{after}", encoding="utf-8")


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m nlu.report", description=__doc__)
    parser.add_argument("--without-peers", action="store_true", help="a few minutes instead of half an hour")
    parser.add_argument("--print", action="store_true", help="print the tables, leave docs/nlu.md as it is")
    # One epoch took 144 s on two busy cores: the hundred that Rasa suggests would take hours.
    parser.add_argument("--epochs", type=int, default=8, help="of Rasa's default pipeline, which suggests 100 (8)")
    options = parser.parse_args(arguments)
    prepare()
    messages = held_out()
    measured = measure(messages)
    print(tables(measured), flush=True)
    if not options.without_peers:
        peers = {peer: peer_outcomes(peer, messages, options.epochs) for peer in PEERS}
        measured = replace(measured, peers=peers, epochs=options.epochs)
        print(tables(measured))
    if not options.print:
        write_into(REPORT, tables(measured))


if __name__ == "__main__":
    main()
