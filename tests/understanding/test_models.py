from bot.understanding.models import Entity, Intent, Parse


def test_a_parse_is_written_in_the_exchange_format() -> None:
    parse = Parse(
        text="pas en espagne",
        language="fr",
        intent=Intent("refine_search", 0.97),
        ranking=(Intent("search_any", 0.01),),
        entities=(Entity("country", "espagne", 7, 14, "exclude", "ES"), Entity("age", "x", 0, 1)),
    )
    assert parse.to_json() == {
        "text": "pas en espagne",
        "lang": "fr",
        "intent": {"name": "refine_search", "confidence": 0.97},
        "ranking": [{"name": "search_any", "confidence": 0.01}],
        "entities": [
            {"entity": "country", "value": "espagne", "start": 7, "end": 14, "role": "exclude", "norm": "ES"},
            {"entity": "age", "value": "x", "start": 0, "end": 1, "norm": None},
        ],
    }
