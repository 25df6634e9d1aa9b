"""Trains the model: `nlu/.venv/bin/python -m nlu.train`, from the root of the project.

Does nothing when the newest model was trained from the same sources.
"""

import argparse
import hashlib
import logging
import os
import time
import warnings
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

from nlu.placeholders import install
from nlu.settings import MODEL_PREFIX, MODELS, ROOT, prepare
from nlu.training_shortcuts import spare_useless_work

KEPT_MODELS = 3
SOURCES = ("config.yml", "nlu/domain", "nlu/data", "stories", "nlu/components", "nlu/requirements.txt")

# Rasa knows its own components only: it warns that nobody reads the annotations and the lookup tables (ours do), and
# that the intent `restart` will not run `action_restart` (it must not: see nlu/components/rule_policy.py).
_RASA_DOES_NOT_KNOW = (
    ".*does not include an entity extractor trained on your training data",
    ".*entities that have roles/groups",
    ".*training data consisting of lookup tables",
    ".*'RulePolicy' is not included",
)


def fingerprint() -> str:
    """Return the first 12 hexadecimal digits of a hash over everything the model is made of."""
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _source_files() -> Iterator[Path]:
    """Yield the source files, in a fixed order."""
    for name in SOURCES:
        source = ROOT / name
        paths = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (path for path in paths if path.suffix in {".yml", ".py", ".txt"})


def models_in(directory: Path) -> List[Path]:
    """Return the models of a directory, newest first."""
    found = directory.glob(f"{MODEL_PREFIX}*.tar.gz")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def train(directory: Path, *, name: str) -> Path:
    """Train a model of that name into the directory and return its path."""
    prepare(threads=2)
    install()
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # Rasa then draws no progress bars.
    from rasa.model_training import train as rasa_train

    spare_useless_work()
    prepare(threads=2)  # Rasa's imports put the warnings back.
    for pattern in _RASA_DOES_NOT_KNOW:
        warnings.filterwarnings("ignore", message=pattern, category=UserWarning)
    result = rasa_train(
        domain=str(ROOT / "nlu/domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "nlu/data"), str(ROOT / "stories")],
        output=str(directory),
        fixed_model_name=name,
        force_training=True,
        # Our policies learn from no story glued to another: Rasa would make hundreds of them, then leave them out.
        core_additional_arguments={"augmentation_factor": 0},
    )
    if result.model is None:
        raise SystemExit("The training gave no model: see the messages above.")
    return Path(result.model)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Train when the sources have changed, then forget all but the last models."""
    parser = argparse.ArgumentParser(prog="python -m nlu.train", description=__doc__)
    parser.add_argument("--out", type=Path, default=MODELS, help="directory of the models (default: models)")
    parser.add_argument("--force", action="store_true", help="train even when nothing has changed")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"{MODEL_PREFIX}{fingerprint()}"
    models = models_in(options.out)
    if models and models[0].name == f"{name}.tar.gz" and not options.force:
        print(f"Nothing to train: {models[0]} is up to date.")
        return
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("rasa.engine.training.hooks").setLevel(logging.INFO)
    logging.getLogger("nlu").setLevel(logging.INFO)
    started = time.monotonic()
    print(f"Training {name}...", flush=True)
    model = train(options.out, name=name)
    for old in models_in(options.out)[KEPT_MODELS:]:
        old.unlink()
    print(f"Trained {model} in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
