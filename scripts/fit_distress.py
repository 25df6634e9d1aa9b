"""Fits the ear for distress when what it learns from has changed: a part of `make train` and of every set-up.

`--check` only says, by its exit code, whether the weights in models/ are up to date. Learns from
bot/understanding/distress_phrases/ and, as the ordinary messages they must be told from, the training messages of
nlu/data (read as files: the product and the model share no code). Never from anything under tests/.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.kit.embedding import SentenceEmbedder  # noqa: E402 - the product stands beside this folder
from bot.understanding.ear import WEIGHTS, write_weights  # noqa: E402
from bot.understanding.fitting import Phrase, fit_ear  # noqa: E402

MODELS = ROOT / "models"
_PACKAGE = ROOT / "bot/understanding"
_SOURCES = ("ear.py", "fitting.py", "guard.py", "distress.yml", "distress_phrases/*.yml")
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]+\)|\{[^}]+\})")
# A phrase counts for six ordinary messages, which are ten times as many and mostly far from distress.
_WEIGHT = 6.0


def phrases() -> Iterator[Phrase]:
    """Yield every phrase and every message that is learned from."""
    for path in sorted((_PACKAGE / "distress_phrases").glob("*.yml")):
        kinds = yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind in ("urgent", "calm"):
            yield from (Phrase(text, kind == "urgent", _WEIGHT) for text in kinds[kind])
    for path in sorted((ROOT / "nlu/data").glob("??/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            is_urgent = block["intent"] == "emergency"
            for line in block["examples"].splitlines():
                if text := _ANNOTATED.sub(r"\1", line.strip().removeprefix("- ")):
                    yield Phrase(text, is_urgent, _WEIGHT if is_urgent else 1.0)


def weights_path() -> Path:
    """Return the file of weights that the present sources give."""
    sources = [path for name in _SOURCES for path in sorted(_PACKAGE.glob(name))]
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in (*sources, *sorted((ROOT / "nlu/data").glob("??/*.yml"))):
        digest.update(path.read_bytes())
    return MODELS / f"{WEIGHTS}{digest.hexdigest()[:12]}.npz"


def main(arguments: list[str]) -> int:
    """Fit, write, and say on how much; return 1 when asked to check and the weights are not up to date."""
    path = weights_path()
    if path.exists() or arguments == ["--check"]:
        return int(not path.exists())
    MODELS.mkdir(exist_ok=True)
    learned = list(phrases())
    write_weights(fit_ear(learned, SentenceEmbedder(cache_size=1)), path)
    for old in set(MODELS.glob(f"{WEIGHTS}*.npz")) - {path}:
        old.unlink()
    urgent = sum(phrase.is_urgent for phrase in learned)
    sys.stdout.write(f"{urgent} phrases of distress, {len(learned) - urgent} others\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
