"""What Rasa itself says of the data, the stories and the model; skipped where its environment is absent."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "nlu/.venv/bin/python"
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "ESCALE_RASA_SECRET": "a secret for tests only",
    "ESCALE_ACTIONS_URL": "http://127.0.0.1:9/webhook",
}

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.skipif(not PYTHON.exists(), reason="nlu/.venv is not installed: run `make setup`"),
]


def run(*arguments: str) -> str:
    """Return what a module of Rasa's environment printed; it must end well."""
    done = subprocess.run(
        [str(PYTHON), "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def model() -> str:
    """Return the newest model, trained now if the sources have changed."""
    run("nlu.train")
    newest = max((ROOT / "models").glob("escale-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return str(newest)


def test_rasa_finds_nothing_to_say_about_the_data() -> None:
    run(
        *("rasa", "data", "validate", "--fail-on-warnings"),
        *("--config", "config.yml", "--domain", "nlu/domain", "--data", "nlu/data", "stories"),
    )


def test_every_test_story_goes_as_written(model: str, tmp_path: Path) -> None:
    run(
        *("rasa", "test", "core", "--fail-on-prediction-errors", "--model", model),
        *("--stories", "tests/stories", "--out", str(tmp_path)),
    )


def test_validation_messages_are_understood_well_enough(model: str) -> None:
    run(
        *("nlu.evaluate", "--model", model, "--min-accuracy", "90", "--min-entity-f1", "85"),
        *("--min-out-of-scope", "75"),
    )


def test_the_answers_of_actions_are_still_checked() -> None:
    program = (
        "from nlu.placeholders import install; install()\n"
        "from nlu.action_results import compile_validation; compile_validation()\n"
        "from jsonschema import ValidationError\n"
        "from rasa.core.actions.action import RemoteAction\n"
        "action = RemoteAction('action_greet', None)\n"
        "assert action._validate_action_result({'events': [], 'responses': [{'custom': {'step': 'greet'}}]})\n"
        "for wrong in ({'events': [{'event': 'slot'}]}, {'events': {}}, {'responses': ['text']}):\n"
        "    try:\n"
        "        action._validate_action_result(wrong)\n"
        "    except ValidationError:\n"
        "        continue\n"
        "    raise SystemExit(f'taken: {wrong}')\n"
        "print('refused')\n"
    )
    done = subprocess.run(
        [str(PYTHON), "-c", program], cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "refused", done.stdout + done.stderr[-2000:]
