from bot.vocabulary.kinds import KINDS, kind_label, kind_of_intent
from bot.vocabulary.shelf import LANGUAGES


def test_every_kind_has_a_singular_and_a_plural_in_every_language() -> None:
    for code in KINDS:
        for language in LANGUAGES:
            assert kind_label(code, language)
            assert kind_label(code, language, is_plural=True)
    assert kind_label("internship", "fr", is_plural=True) == "stages"
    assert kind_label("unknown", "fr") == "unknown"


def test_a_search_intent_tells_its_kind() -> None:
    assert kind_of_intent("search_job") == "job"
    assert kind_of_intent("search_any") is None
    assert kind_of_intent("greet") is None
