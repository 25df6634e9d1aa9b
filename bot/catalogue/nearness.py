"""Which fields lie next to each other: an offer of a near field is shown after those of the field asked for.

The catalogue gives an offer one field, and people name trades: a receptionist's placement stands under hospitality and
is what many of those who ask for tourism hope to find. Nearness is one-way, and stays short on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable

_NEAR: dict[str, tuple[str, ...]] = {
    "tourism": ("hospitality",),
    "hospitality": ("tourism", "food"),
    "agriculture": ("environment", "food"),
    "environment": ("agriculture", "energy"),
    "education": ("childhood", "languages"),
    "childhood": ("education", "social"),
    "health": ("social",),
    "social": ("health", "childhood", "humanitarian"),
    "humanitarian": ("social",),
    "culture": ("communication",),
    "communication": ("culture", "digital", "commerce"),
    "commerce": ("communication", "logistics"),
    "finance": ("commerce",),
    "engineering": ("energy", "construction", "digital"),
    "construction": ("crafts", "engineering"),
    "digital": ("communication", "engineering"),
    "sport": ("education",),
    "languages": ("education",),
    "law": ("humanitarian",),
    "logistics": ("commerce",),
    "research": ("engineering",),
    "crafts": ("construction", "culture"),
    "food": ("hospitality", "crafts"),
    "energy": ("environment", "engineering"),
}


def near_fields(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the fields next to `fields`, without these."""
    asked = tuple(fields)
    near = (code for field in asked for code in _NEAR.get(field, ()))
    return tuple(code for code in dict.fromkeys(near) if code not in asked)
