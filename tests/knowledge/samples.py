"""Small entries of the tests' own, whose conditions a reader sees at a glance."""

from __future__ import annotations

from typing import Any

from bot.knowledge.entries import Scheme, Visa

WORDS = {"fr": "mots", "en": "words", "es": "palabras", "ar": "كلمات"}


def entry(identity: str, **fields: Any) -> dict[str, Any]:
    """Return what every entry has, and these fields."""
    return {
        "id": identity, "names": WORDS, "aliases": [], "link": "https://example.org",
        "source": {"url": "https://example.org", "date": None, "kind": "official"},
        "checked": "2026-11-23", "review": "2027-05-23", "confidence": "high", **fields,
    }  # fmt: skip


def scheme(identity: str, *conditions: dict[str, Any], **fields: Any) -> Scheme:
    """Return a funding scheme with these conditions."""
    amount = {"min": 100, "max": 200, "currency": "EUR", "per": "month", "year": 2026, "text": WORDS}
    return Scheme.model_validate(
        entry(
            identity, **{"kind": "grant", "summary": WORDS, "amount": amount, "apply": WORDS, **fields},
            conditions=list(conditions),
        )
    )  # fmt: skip


def visa(identity: str, *conditions: dict[str, Any]) -> Visa:
    """Return a visa entry with these conditions."""
    return Visa.model_validate(entry(identity, needs="visa", fact=WORDS, todo=WORDS, conditions=list(conditions)))
