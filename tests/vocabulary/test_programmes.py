import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.programmes import ERASMUS, PROGRAMMES, programme_codes, programme_label, widened
from bot.vocabulary.shelf import LANGUAGES


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Erasmus+", ("erasmus",)),
        ("SVE", ("ces",)),
        ("EVS", ("ces",)),
        ("le CES", ("ces",)),
        ("corps europeen de solidarité", ("ces",)),
        ("stage erasmus", ("erasmus-stage",)),
        ("leonardo", ("erasmus-stage",)),
        ("civiweb", ("vie",)),
        ("V.I.E", ("vie",)),
        ("service sivique", ("service-civique",)),
        ("whv", ("pvt",)),
        ("الخدمة المدنية", ("service-civique",)),
        ("la différence entre VIE et VSI", ("vie", "vsi")),
        ("c'est la vie mon ami", ()),
        ("rien", ()),
        ("", ()),
    ],
)
def test_schemes_are_known_by_their_old_and_new_names(text: str, codes: tuple[str, ...]) -> None:
    assert codes == programme_codes(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scheme_is_found_by_its_own_label(language: str) -> None:
    assert [code for code in PROGRAMMES if programme_codes(programme_label(code, language)) != (code,)] == []


def test_generic_erasmus_stands_for_its_four_schemes() -> None:
    assert widened(("erasmus",)) == {"erasmus", *ERASMUS}
    assert widened(("vie",)) == {"vie"}


@given(st.text(max_size=80))
def test_any_text_gives_known_schemes(text: str) -> None:
    assert set(programme_codes(text)) <= set(PROGRAMMES)
