"""What understanding a message gives: one intent, its rivals, and the entities with their places in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Source: TypeAlias = Literal["rasa", "rules", "simple"]

FALLBACK_INTENT = "nlu_fallback"
# The entities that name a place.
PLACES = ("country", "region", "city")


@dataclass(frozen=True, slots=True)
class Intent:
    """A purpose and how sure the model is of it, from 0 to 1."""

    name: str
    confidence: float

    def to_json(self) -> dict[str, Json]:
        """Return the exchange format of one intent."""
        return {"name": self.name, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing named in a message.

    Attributes:
        entity: one of the eleven entity names.
        value: the words themselves, always `text[start:end]` of the original message.
        start: first character, counted in code points.
        end: one after the last character.
        role: "origin" or "exclude"; of an age that is not the writer's, "other" or "sought_for"; else None.
        norm: the normalised value, None when nothing safe could be said.
    """

    entity: str
    value: str
    start: int
    end: int
    role: str | None = None
    norm: Json = None

    def to_json(self) -> dict[str, Json]:
        """Return the exchange format of one entity; `role` appears only when there is one."""
        role: dict[str, Json] = {"role": self.role} if self.role else {}
        place: dict[str, Json] = {"value": self.value, "start": self.start, "end": self.end}
        return {"entity": self.entity, **place, **role, "norm": self.norm}


@dataclass(frozen=True, slots=True)
class Parse:
    """One message understood.

    Attributes:
        text: the message as it was given to the model.
        language: fr, en, es or ar.
        intent: the best intent.
        ranking: the intents in order of confidence, as the model gave them.
        entities: in the order of the text, never overlapping.
        model: identifier of the model, None for the rules.
        source: who understood: the Rasa model, the rules asked first, or the simple mode without Rasa.
    """

    text: str
    language: str
    intent: Intent
    ranking: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()
    model: str | None = None
    source: Source = "rasa"

    def to_json(self) -> dict[str, Json]:
        """Return the exchange format read by operators, reports and `escale parse --jsonl`."""
        return {
            "text": self.text,
            "lang": self.language,
            "intent": self.intent.to_json(),
            "ranking": [intent.to_json() for intent in self.ranking],
            "entities": [entity.to_json() for entity in self.entities],
        }
