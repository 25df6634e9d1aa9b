"""Finds the entities of a message with a conditional random field."""

import json
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.closed_lists import ClosedLists
from nlu.components.entity_features import Features, features_of
from nlu.components.entity_tags import entities_from, tags_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityExtractor(GraphComponent, EntityExtractorMixin):
    """One tagger for entities and their roles together, over spelling, neighbours, closed lists and meaning.

    Rasa's CRFEntityExtractor stores its training data and trains again each time it is loaded, which takes as long
    as a start may last; this one stores the trained field in crfsuite's own format.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Token vectors come first."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Return what Rasa should check for."""
        return ["sklearn_crfsuite"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the options, as measured by cross-validation on the training examples (docs/nlu.md)."""
        return {"components": 48, "c1": 0.05, "c2": 0.05, "max_iterations": 50, "random_seed": 7}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Create an untrained extractor."""
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._axes = np.empty((0, 0), dtype=np.float32)
        self._lists = ClosedLists({})
        self._tagger: Optional[pycrfsuite.Tagger] = None
        self._field = b""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EntityExtractor":
        """Create the component before its training."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the annotated examples, a third of those without entities included, and from the lookup tables."""
        examples = _worth_reading([m for m in training_data.nlu_examples if _has_vectors(m)])
        names = {table["name"]: list(table["elements"]) for table in training_data.lookup_tables}
        self._axes = _main_axes(examples, self._config["components"])
        openings = sorted({opening for message in examples for opening in _openings(message)})
        self._lists = ClosedLists(names, openings=openings)
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.select("lbfgs")
        options = {key: self._config[key] for key in ("c1", "c2", "max_iterations")}
        trainer.set_params({**options, "feature.possible_transitions": True})
        for message in examples:
            tags = tags_of(message.get(TOKENS_NAMES[TEXT]), message.get(ENTITIES, []))
            trainer.append(pycrfsuite.ItemSequence(self._features(message)), tags)
        with self._model_storage.write_to(self._resource) as directory:
            trainer.train(str(directory / "field.crfsuite"))
            np.savez(directory / "axes.npz", axes=self._axes)
            known = {"names": names, "openings": openings}
            (directory / "lists.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "EntityExtractor":
        """Load the trained extractor."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            known = json.loads((directory / "lists.json").read_text(encoding="utf-8"))
            component._lists = ClosedLists(known["names"], openings=known["openings"])
            with np.load(directory / "axes.npz", allow_pickle=False) as arrays:
                component._axes = arrays["axes"]
            component._tagger = pycrfsuite.Tagger()
            # The tagger reads these bytes in place: they must live as long as it does.
            component._field = (directory / "field.crfsuite").read_bytes()
            component._tagger.open_inmemory(component._field)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Add to each message its entities, in order of appearance and never overlapping."""
        for message in messages:
            if self._tagger is not None and _has_vectors(message):
                found = self.add_extractor_name(self._found(message))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _found(self, message: Message) -> List[Dict[Text, Any]]:
        """Return the entities of one message, each with the confidence of its least sure word."""
        self._tagger.set(pycrfsuite.ItemSequence(self._features(message)))
        tags = self._tagger.tag()
        sure = [self._tagger.marginal(tag, i) for i, tag in enumerate(tags)]
        found = entities_from(message.get(TEXT), message.get(TOKENS_NAMES[TEXT]), tags, sure)
        return [self._without_particles(entity) for entity in found]

    def _without_particles(self, entity: Dict[Text, Any]) -> Dict[Text, Any]:
        """Return the entity without the Arabic particles that are glued to its name."""
        cut = self._lists.glued(entity["value"])
        return {**entity, "start": entity["start"] + cut, "value": entity["value"][cut:]} if cut else entity

    def _features(self, message: Message) -> List[Features]:
        """Return the features of each token of the message."""
        words = [token.text for token in message.get(TOKENS_NAMES[TEXT])]
        return features_of(words, _vectors_of(message) @ self._axes, self._lists)


def _worth_reading(examples: List[Message]) -> List[Message]:
    """Return the examples with entities and one in three of the others, which teach little and cost as much."""
    bare = [message for message in examples if not message.get(ENTITIES)]
    kept = {id(message) for message in bare[::3]}
    return [message for message in examples if message.get(ENTITIES) or id(message) in kept]


def _openings(message: Message) -> List[str]:
    """Return the first word of each annotated entity of the message."""
    text = message.get(TEXT)
    values = [text[entity["start"] : entity["end"]] for entity in message.get(ENTITIES, [])]
    return [value.split()[0] for value in values if value.strip()]


def _main_axes(examples: List[Message], components: int) -> np.ndarray:
    """Return the directions along which the words of the examples differ most, shape (512, components).

    All the 512 numbers of each word would make the training ten times longer and add nothing measurable.
    """
    vectors = np.concatenate([_vectors_of(message) for message in examples])
    _, _, directions = np.linalg.svd(vectors.T @ vectors)
    return (4.0 * directions[:components].T).astype(np.float32)


def _has_vectors(message: Message) -> bool:
    """Say whether the sentence encoder gave the tokens of this message vectors."""
    return message.get_dense_features(TEXT)[0] is not None


def _vectors_of(message: Message) -> np.ndarray:
    """Return the token vectors of the message, shape (tokens, 512)."""
    return message.get_dense_features(TEXT)[0].features
