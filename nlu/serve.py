"""Serves the model: `nlu/.venv/bin/python -m nlu.serve --port 5005`, on 127.0.0.1 only.

The same as `rasa run` with our channel and our endpoints, started lighter (`nlu/placeholders.py`) and answering faster
(`nlu/action_results.py`, `nlu/event_types.py`).
"""

import argparse
import sys
from pathlib import Path
from typing import Optional, Sequence

from nlu.action_results import compile_validation
from nlu.event_types import remember_event_types
from nlu.placeholders import install
from nlu.settings import MODELS, ROOT, prepare
from nlu.train import models_in


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Start Rasa's server with the newest model."""
    parser = argparse.ArgumentParser(prog="python -m nlu.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, help="default: the newest of models/")
    options = parser.parse_args(arguments)
    prepare()
    model = options.model or next(iter(models_in(MODELS)), None)
    if model is None:
        raise SystemExit("No model in models/: run `nlu/.venv/bin/python -m nlu.train` first.")
    install()
    from rasa.__main__ import main as rasa

    compile_validation()
    remember_event_types()
    sys.argv = ["rasa", "run", "--interface", "127.0.0.1", "--port", str(options.port), "--model", str(model)]
    sys.argv += ["--credentials", str(ROOT / "credentials.yml"), "--endpoints", str(ROOT / "endpoints.yml")]
    rasa()


if __name__ == "__main__":
    main()
