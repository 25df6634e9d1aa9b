"""Addresses of databases, without the weight of a library: processes that only supervise read them too."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"^postgres(ql)?(\+\w+)?://")


def psycopg_url(url: str) -> str:
    """Return `url` as libpq and psycopg read it, whatever PostgreSQL scheme it came with."""
    return _SCHEME.sub("postgresql://", url, count=1)
