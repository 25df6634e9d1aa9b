"""What a benchmark found: figures with their targets, and the percentiles they are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_WHOLE = 100  # from here on, decimals say nothing


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: what was measured.
        target: what it has to hold, as in "≤ 15 ms"; empty when nothing was promised.
        measured: the value, with its unit.
        is_held: whether the target holds; None when there is none, or nothing could be measured.
        peer: the peer of the same run, or what the value is made of.
    """

    name: str
    target: str
    measured: str
    is_held: bool | None = None
    peer: str = ""


def at_most(name: str, value: float, limit: float, unit: str, *, peer: str = "") -> Figure:
    """Return a figure that must not exceed `limit`."""
    return Figure(name, f"≤ {shown(limit)} {unit}", f"{shown(value)} {unit}", value <= limit, peer)


def at_least(name: str, value: float, limit: float, unit: str, *, peer: str = "") -> Figure:
    """Return a figure that must reach `limit`."""
    return Figure(name, f"≥ {shown(limit)} {unit}", f"{shown(value)} {unit}", value >= limit, peer)


def plain(name: str, value: float, unit: str, *, peer: str = "") -> Figure:
    """Return a figure that nothing was promised of."""
    return Figure(name, "", f"{shown(value)} {unit}", None, peer)


def unmeasured(name: str, reason: str) -> Figure:
    """Return the line of something that could not be measured."""
    return Figure(name, "", "not measured", None, reason)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 50)


def shown(value: float) -> str:
    """Return a number with as many decimals as its size deserves."""
    if value == int(value):
        return f"{int(value):,}".replace(",", " ")
    return f"{value:.3g}" if abs(value) < _WHOLE else f"{value:.0f}"
