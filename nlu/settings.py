"""The environment that Rasa needs; import this module before any of Rasa's."""

import logging
import os
import warnings
from pathlib import Path

import structlog

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "models"
MODEL_PREFIX = "escale-"

_ENVIRONMENT = {
    # By default Rasa reports to third parties.
    "RASA_TELEMETRY_ENABLED": "false",
    # A cache of training steps would only help when nothing changed, and then nothing is trained.
    "RASA_MAX_CACHE_SIZE": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # One thread answers one message at a time; more threads only wait for each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def prepare(*, threads: int = 1) -> None:
    """Set the environment and silence the deprecation warnings of Rasa's frozen dependencies."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if threads > 1:
        os.environ.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=PendingDeprecationWarning)
    # Rasa says so to everyone who has a slot.
    warnings.filterwarnings("ignore", message=".*Slot auto-fill has been removed", category=UserWarning)
    # Rasa's structured log prints every message at DEBUG until it is told not to.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
