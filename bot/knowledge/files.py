"""The files of entries that are shipped, and their digests: light to import, for a look at every start."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

TOPICS = ("programmes", "funding", "papers", "visas", "courses", "trades", "helplines")


@functools.cache
def read_file(topic: str) -> bytes:
    """Return what the file of a topic holds."""
    return (resources.files("bot.knowledge") / "entries" / f"{topic}.yml").read_bytes()


def shipped_digests() -> dict[str, str]:
    """Return the digest of each file."""
    return {topic: hashlib.sha256(read_file(topic)).hexdigest() for topic in TOPICS}
