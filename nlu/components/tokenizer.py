"""Cuts a message into words, numbers and signs."""

import re
from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

# "2mois" is a number and a word, "M1" and "L3" are one word, "Erasmus+" keeps its sign, "Saint-Étienne" is one word,
# a particle glued to a Latin name or a number ("وVSI", "ب18") is a token of its own,
# "l'Espagne" and "Espagne/Portugal" are several. Signs are tokens too: a comma tells where a place ends.
_TOKEN = re.compile(r"\d+(?=[^\W\d_]{2,})|[\u0600-\u06ff]+(?=[A-Za-z0-9])|[^\W_]+(?:[-][^\W_]+)*\+?|[^\w\s]|_")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageTokenizer(Tokenizer):
    """A tokenizer whose cuts fall where people annotate.

    Rasa's WhitespaceTokenizer drops the sign of "Erasmus+" and keeps "Espagne/Portugal" whole, so that such
    annotations are misaligned and lost for training.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the options every Rasa tokenizer must have."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        """Return the tokens of one attribute, with their offsets in the original text (characters)."""
        text = message.get(attribute)
        tokens = [Token(found.group(), found.start()) for found in _TOKEN.finditer(text)]
        return tokens or [Token(text, 0)]
