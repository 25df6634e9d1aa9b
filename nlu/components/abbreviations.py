"""Writes out what people shorten: "jveu partir pr 2 mois" becomes "je veux partir pour 2 mois"."""

import re
from pathlib import Path
from typing import Dict

from ruamel.yaml import YAML

_WORD = re.compile(r"[^\W_]+")
_FILE = Path(__file__).with_name("abbreviations.yml")
_FULL_FORMS: Dict[str, str] = YAML(typ="safe").load(_FILE.read_text(encoding="utf-8"))


def written_out(folded: str) -> str:
    """Return the folded text with its abbreviations in full; offsets no longer hold."""
    return _WORD.sub(lambda word: _FULL_FORMS.get(word.group(), word.group()), folded)
