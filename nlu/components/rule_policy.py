"""Rasa's rules, without its built-in meaning of the intent `restart`."""

from typing import Optional, Text, Tuple

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.trackers import DialogueStateTracker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class ConversationRulePolicy(RulePolicy):
    """Rules decide on every intent, `restart` included.

    In Rasa an intent named `restart` always runs `action_restart`, whatever the rules say. Here it first asks for
    a confirmation, which is a rule of stories/rules/service.yml.
    """

    @staticmethod
    def _find_action_from_default_actions(tracker: DialogueStateTracker) -> Tuple[Optional[Text], Optional[Text]]:
        """Return that no intent overrules the rules."""
        return None, None
