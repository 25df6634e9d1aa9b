"""Kleene's three-valued logic: yes, no, and what nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """What is known of a statement."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @staticmethod
    def of(is_so: bool) -> Truth:
        """Return the truth of a statement that is known."""
        return Truth.YES if is_so else Truth.NO

    @staticmethod
    def of_all(truths: Iterable[Truth]) -> Truth:
        """Return whether all hold: no as soon as one fails, else unknown as soon as one is."""
        found = set(truths)
        return next((truth for truth in (Truth.NO, Truth.UNKNOWN) if truth in found), Truth.YES)

    @staticmethod
    def of_any(truths: Iterable[Truth]) -> Truth:
        """Return whether one holds: yes as soon as one does, else unknown as soon as one is."""
        found = set(truths)
        return next((truth for truth in (Truth.YES, Truth.UNKNOWN) if truth in found), Truth.NO)

    def denied(self) -> Truth:
        """Return the truth of the contrary."""
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(self, Truth.UNKNOWN)
