"""What the figures stand beside: Rasa's own `rest` channel on a project of one rule, and a bare echo bot."""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.machine import RASA_PYTHON
from benchmarks.processes import free_port, run_to_end, started
from benchmarks.telegram import Telegram
from benchmarks.turns import Tally, all_at_once, one_at_a_time
from tests.fixtures.bot_api import TOKEN

_SENDERS = 20
# What Escale starts its own Rasa with, so that the two are compared on equal terms.
_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}
_FILES = {
    "config.yml": """recipe: default.v1
assistant_id: peer
language: fr
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: LogisticRegressionClassifier
policies:
  - name: RulePolicy
""",
    "domain.yml": """version: "3.1"
intents: [greet, goodbye]
responses:
  utter_greet: [{text: "Bonjour !"}]
  utter_goodbye: [{text: "Au revoir !"}]
""",
    "data/nlu.yml": """version: "3.1"
nlu:
  - intent: greet
    examples: |
      - bonjour
      - salut
      - coucou
      - hello
      - bonsoir à tous
  - intent: goodbye
    examples: |
      - au revoir
      - à bientôt
      - bye
      - ciao
      - adieu et merci
""",
    "data/rules.yml": """version: "3.1"
rules:
  - rule: greet
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: goodbye
    steps: [{intent: goodbye}, {action: utter_goodbye}]
""",
    "credentials.yml": "rest:\n",
    "endpoints.yml": "",
}


def measure_rest(folder: Path, *, turns: int) -> tuple[Tally, Tally]:
    """Return turns of Rasa's `rest` channel one at a time, then eight at once."""
    project = _trained_project(folder)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(RASA_PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(project / "models"),
        "--credentials", "credentials.yml", "--endpoints", "endpoints.yml",
    ]  # fmt: skip
    with (
        started(command, log=folder / "rest.log", environment=_ENVIRONMENT, directory=project) as rasa,
        httpx.Client(base_url=url, timeout=20, trust_env=False) as client,
    ):
        rasa.wait_until(lambda: _is_loaded(client), seconds=120, what="Rasa with its rest channel")
        _say(client, range(30))
        alone = _say(client, range(turns))
        began = time.perf_counter()
        with ThreadPoolExecutor(8) as crowd:
            parts = list(crowd.map(lambda first: _say(client, range(first, turns, 8)).milliseconds, range(8)))
        many = tuple(one for part in parts for one in part)
        return alone, Tally(many, time.perf_counter() - began, turns - len(many), 0)


async def measure_echo(folder: Path, url: str, *, turns: int) -> tuple[Tally, Tally]:
    """Return turns of python-telegram-bot's echo on the double at `url`: one at a time, then all at once."""
    command = [sys.executable, "-m", "benchmarks.echo_bot", "--url", url, "--token", TOKEN]
    with started(command, log=folder / "echo.log"):
        async with Telegram(url, webhook=None, secret="") as telegram:
            await telegram.lifts_limits()
            alone = await one_at_a_time(telegram, first_person=70_000, people=20, turns=turns)
            many = await all_at_once(telegram, first_person=80_000, people=40, turns_each=turns // 40 or 1)
            await asyncio.sleep(0)
            return alone, many


def _trained_project(folder: Path) -> Path:
    project = folder / "peer"
    for name, content in _FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    command = [
        str(RASA_PYTHON), "-m", "rasa", "train", "--domain", str(project / "domain.yml"),
        "--config", str(project / "config.yml"), "--data", str(project / "data"), "--out", str(project / "models"),
    ]  # fmt: skip
    run_to_end(command, log=folder / "peer.log", environment=_ENVIRONMENT, seconds=120)
    return project


def _is_loaded(client: httpx.Client) -> bool:
    try:
        return bool(client.post("/webhooks/rest/webhook", json={"sender": "0", "message": "bonjour"}).json())
    except (httpx.HTTPError, ValueError):
        return False


def _say(client: httpx.Client, numbers: range) -> Tally:
    """Greet Rasa once a number, by different people; an empty answer counts as lost."""
    times: list[float] = []
    began = time.perf_counter()
    for number in numbers:
        start = time.perf_counter()
        text = "bonjour" if number % 2 else "au revoir"
        answer = client.post("/webhooks/rest/webhook", json={"sender": f"{number % _SENDERS}", "message": text})
        if answer.is_success and answer.json():
            times.append((time.perf_counter() - start) * 1000)
    return Tally(tuple(times), time.perf_counter() - began, len(numbers) - len(times), 0)
