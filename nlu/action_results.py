"""Checks what custom actions answer without checking, each time, the schema that it is checked against."""

from typing import Any, Dict


def compile_validation() -> None:
    """Make Rasa check the answers of actions with a validator built once.

    Rasa calls `jsonschema.validate`, which first holds its schema of events against the schema of schemas: that took
    more than half of a whole turn. What is refused, and how, stays the same.
    """
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(_action: RemoteAction, result: Dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate
