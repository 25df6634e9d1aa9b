"""Between annotated spans of text and one tag a word."""

from typing import Any, Dict, List, Sequence, Text

from rasa.nlu.tokenizers.tokenizer import Token

OUTSIDE = "O"


def tags_of(tokens: Sequence[Token], entities: Sequence[Dict[Text, Any]]) -> List[str]:
    """Return the tag of each token: "B-country|origin" opens an entity, "I-country" goes on with it, "O" is outside.

    Only the opening tag bears the role: the time of a training grows with the square of the number of tags.
    """
    tags = [OUTSIDE] * len(tokens)
    for entity in entities:
        opening = "|".join(filter(None, (entity["entity"], entity.get("role"))))
        inside = [i for i, t in enumerate(tokens) if t.start < entity["end"] and t.end > entity["start"]]
        for position, i in enumerate(inside):
            tags[i] = f"I-{entity['entity']}" if position else f"B-{opening}"
    return tags


def entities_from(
    text: str, tokens: Sequence[Token], tags: Sequence[str], confidences: Sequence[float]
) -> List[Dict[Text, Any]]:
    """Return the entities that the tags draw; `value` is always `text[start:end]`.

    Args:
        confidences: probability of each tag, between 0 and 1; an entity has the lowest of its words.
    """
    entities: List[Dict[Text, Any]] = []
    open_kind = ""
    for token, tag, confidence in zip(tokens, tags, confidences, strict=True):
        kind, _, role = tag[2:].partition("|")
        if kind and tag.startswith("I-") and kind == open_kind:
            entities[-1]["end"] = token.end
            entities[-1]["confidence_entity"] = min(entities[-1]["confidence_entity"], confidence)
        elif kind:
            entity = {"entity": kind, "start": token.start, "end": token.end, "confidence_entity": confidence}
            entities.append({**entity, "role": role} if role else entity)
        open_kind = kind
    return [{**entity, "value": text[entity["start"] : entity["end"]]} for entity in entities]
