"""Names the intent of a message, or refuses to."""

import json
import random
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.abbreviations import written_out
from nlu.components.intent_model import OUT_OF_SCOPE, IntentModel, ranked
from nlu.components.neighbours import Vote
from nlu.components.rejection import Rejection
from nlu.components.sentence_encoder import encode_many
from nlu.components.spelling import fold, misspelt

NOT_SURE = "nlu_fallback"
_MODEL_OPTIONS = ("sentence_weight", "ngram_weight", "max_iterations", "wording_share")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(RasaIntentClassifier, GraphComponent):
    """Logistic regression with a measured refusal.

    A message far from all examples becomes `out_of_scope`; one that is near but torn between several intents
    becomes `nlu_fallback`. Both keep the ranking of the intents that were considered.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Sentence vectors come first: they are read from the message, not computed again."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Return what Rasa should check for."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the options, as measured by cross-validation on the training examples (docs/nlu.md)."""
        return {
            "sentence_weight": 2.0,
            "ngram_weight": 1.5,
            "strength": 10.0,
            "max_iterations": 30,
            "typo_rate": 0.06,
            # Validation messages: what the vote brings, and the wording in it, is in docs/nlu.md.
            "neighbours": 10,
            "neighbour_spread": 0.08,
            "neighbour_weight": 0.5,
            "wording_share": 0.6,
            # Share of the messages in scope that the refusal lets through.
            "kept": 0.97,
            # Distress is answered even where no example is near.
            "never_refused": ["emergency"],
            # Below this probability of the likeliest intent, a message in scope is not answered by guessing.
            "least_confidence": 0.15,
            "ranking_length": 10,
            "random_seed": 7,
        }

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Create an untrained classifier."""
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._model: Optional[IntentModel] = None
        self._rejection: Optional[Rejection] = None
        self._names: Dict[str, List[str]] = {}
        numbers = [self._config[f"neighbour{end}"] for end in ("s", "_spread", "_weight")]
        self._vote = Vote(*numbers)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "IntentClassifier":
        """Create the component before its training."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and their copies, then measure the refusal on some of them."""
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and _has_vector(m)]
        self._names = {table["name"]: list(table["elements"]) for table in training_data.lookup_tables}
        texts = [_read(message) for message in examples]
        vectors = np.concatenate([_vector_of(message) for message in examples])
        intents = [message.get(INTENT) for message in examples]
        self._model = self._fitted(texts, vectors, intents)
        self._rejection = self._measured_rejection(texts, vectors, intents)
        with self._model_storage.write_to(self._resource) as directory:
            self._model.save(directory)
            (directory / "rejection.json").write_text(json.dumps(self._rejection.as_dict()), encoding="utf-8")
        return self._resource

    def _fitted(self, texts: List[str], vectors: np.ndarray, intents: List[str]) -> IntentModel:
        """Return a model fitted on the texts and a misspelt copy of each."""
        rng = random.Random(self._config["random_seed"])  # noqa: S311 - mistakes are drawn, not secrets
        copies = [misspelt(text, rate=self._config["typo_rate"], rng=rng) for text in texts]
        known = dict(zip(texts, vectors, strict=True))
        unknown = list(dict.fromkeys(text for text in copies if text not in known))
        known.update(zip(unknown, encode_many(unknown), strict=True))
        copy_vectors = np.asarray([known[text] for text in copies], dtype=np.float32)
        model = self._untrained(self._config["strength"])
        model.fit(texts + copies, np.concatenate([vectors, copy_vectors]), intents * 2, originals=len(texts))
        return model

    def _untrained(self, strength: float) -> IntentModel:
        """Return a model with the options of the configuration."""
        options = {key: self._config[key] for key in _MODEL_OPTIONS}
        return IntentModel(self._names, strength=strength, **options)

    def _measured_rejection(self, texts: List[str], vectors: np.ndarray, intents: List[str]) -> Rejection:
        """Return the refusal that keeps the wanted share of the messages in scope, scored by a model unaware of them.

        That model learns from no copies, to save time; each example then weighs as much as with its copy.
        """
        options = {"strength": self._config["strength"] * 2, "seed": self._config["random_seed"]}
        aside, logits, advantages = self._model.unaware_scores(texts, vectors, intents, **options)
        in_scope = np.array([intents[i] != OUT_OF_SCOPE for i in aside])
        return Rejection.measured(logits[in_scope], advantages[in_scope], kept=self._config["kept"])

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "IntentClassifier":
        """Load the trained classifier."""
        component = cls(config, model_storage, resource)
        component._model = component._untrained(component._config["strength"])
        with model_storage.read_from(resource) as directory:
            component._model.load(directory)
            numbers = json.loads((directory / "rejection.json").read_text(encoding="utf-8"))
            component._rejection = Rejection(**numbers)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent, the ranking and the closeness of each message."""
        for message in messages:
            if self._model is not None and self._rejection is not None and _has_vector(message):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        """Set on the message what `process` promises."""
        vectors = _vector_of(message)
        logits, closeness = self._model.scores([_read(message)], vectors)
        probabilities = self._model.probabilities(logits, closeness, vote=self._vote)[0]
        ranking = ranked(self._model.intents, probabilities, length=self._config["ranking_length"])
        score = float(self._rejection.scores(*self._model.in_scope_scores(logits, closeness))[0])
        name, confidence = self._decided(ranking[0], score)
        intent = {"name": name, "confidence": confidence, "scope_score": round(score, 4)}
        message.set(INTENT, intent, add_to_output=True)
        rows = [{"name": other, "confidence": probability} for other, probability in ranking]
        message.set(INTENT_RANKING_KEY, rows, add_to_output=True)

    def _decided(self, best: Tuple[str, float], score: float) -> Tuple[str, float]:
        """Return the intent given and its probability, from the likeliest one and the scope score."""
        name, confidence = best
        is_far = score < self._rejection.threshold and name not in self._config["never_refused"]
        if is_far or name == OUT_OF_SCOPE:
            return OUT_OF_SCOPE, confidence if name == OUT_OF_SCOPE else 1.0 - confidence
        if confidence < self._config["least_confidence"]:
            return NOT_SURE, 1.0 - confidence
        return name, confidence


def _read(message: Message) -> str:
    """Return the text of the message, folded and written out, as its sentence vector was made from."""
    return written_out(fold(message.get(TEXT)))


def _has_vector(message: Message) -> bool:
    """Say whether the sentence encoder gave this message a vector."""
    return message.get_dense_features(TEXT)[1] is not None


def _vector_of(message: Message) -> np.ndarray:
    """Return the sentence vector of the message, shape (1, 512)."""
    return message.get_dense_features(TEXT)[1].features
