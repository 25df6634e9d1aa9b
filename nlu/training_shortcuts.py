"""Spares Rasa the work of a training that serves only what is not used here."""

import copy
from typing import Any, Dict, Set


def spare_useless_work() -> None:
    """Make the training in this process shorter; the model that it gives stays the same."""
    _hash_messages_by_text()
    _copy_messages_lightly()
    _fingerprint_no_step()
    _check_schemas_once()


def _hash_messages_by_text() -> None:
    """Hash a message by its text, not by the digest of all it holds: Rasa looks for duplicates again and again.

    Equal messages have equal texts, and messages that only share their text are still compared as a whole.
    """
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    def text_hash(message: Message) -> int:
        return hash(message.data.get(TEXT))

    Message.__hash__ = text_hash


def _copy_messages_lightly() -> None:
    """Copy a message by its own parts: Rasa copies all examples each time it merges two files.

    Texts and numbers are shared, as they cannot change; what holds others (the list of entities) is copied deeply.
    """
    from rasa.shared.nlu.training_data.message import Message

    def deep_copy(message: Message, memory: Dict[int, Any]) -> Message:
        data = {key: v if isinstance(v, str) else copy.deepcopy(v, memory) for key, v in message.data.items()}
        properties, features = set(message.output_properties), copy.deepcopy(message.features, memory)
        return Message(data=data, output_properties=properties, time=message.time, features=features)

    Message.__deepcopy__ = deep_copy


def _fingerprint_no_step() -> None:
    """Leave out the digests of what each step takes and gives: they are keys of the cache that `prepare` turned off."""
    from rasa.engine.training.hooks import TrainingHook

    TrainingHook.on_before_node = lambda *_arguments, **_options: {}
    TrainingHook.on_after_node = lambda *_arguments, **_options: None


def _check_schemas_once() -> None:
    """Hold each schema against the schema of schemas once, not once for each annotated example."""
    from jsonschema import Draft202012Validator

    checked: Set[str] = set()
    check = Draft202012Validator.check_schema

    def check_once(schema: Dict[str, Any], *arguments: Any, **options: Any) -> None:
        shown = repr(schema)
        if shown not in checked:
            check(schema, *arguments, **options)
            checked.add(shown)

    Draft202012Validator.check_schema = check_once
