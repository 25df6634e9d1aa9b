"""Draws from the training messages the words that betray a language, into bot/understanding/frequent_words.yml.

A word is drawn when at least three messages of one language hold it and hardly one of the others does. Names are left
out (whatever is annotated), as are Arabic letters, which betray their language anyway. Run it after large additions to
nlu/data: `.venv/bin/python scripts/draw_words.py`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.vocabulary.shelf import LANGUAGES  # noqa: E402 - the product stands beside this folder
from bot.vocabulary.text import is_arabic, words_of  # noqa: E402

_OUT = ROOT / "bot/understanding/frequent_words.yml"
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]+\)|\{[^}]+\})")
_LEAST_MESSAGES = 3
_LEAST_SHARE = 0.97  # of a word's frequency, in its language
_HEAD = "# Words of one language only, drawn from nlu/data by scripts/draw_words.py. By hand: words.yml.\n"


def messages(language: str) -> Iterator[str]:
    """Yield the training messages of a language, without their names."""
    for path in sorted((ROOT / "nlu/data" / language).glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield _ANNOTATED.sub(" . ", line.strip().removeprefix("- "))


def main() -> None:
    """Draw the words and write them, one line a language."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for language in LANGUAGES:
        for message in messages(language):
            counts[language].update({word.folded for word in words_of(message)})
    totals = {language: counts[language].total() for language in LANGUAGES}
    drawn: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for word in sorted(set().union(*counts.values())):
        if len(word) == 1 or word.isdigit() or any(map(is_arabic, word)):
            continue
        shares = {language: counts[language][word] / totals[language] for language in LANGUAGES}
        best = max(shares, key=lambda language: shares[language])
        if counts[best][word] >= _LEAST_MESSAGES and shares[best] >= _LEAST_SHARE * sum(shares.values()):
            drawn[best].append(word)
    lines = yaml.safe_dump(drawn, allow_unicode=True, width=118, default_flow_style=None, sort_keys=False)
    _OUT.write_text(_HEAD + lines, encoding="utf-8")
    sys.stdout.write(", ".join(f"{language} {len(words)}" for language, words in drawn.items()) + "\n")


if __name__ == "__main__":
    main()
