"""Nationalities are heard when somebody says theirs, and not when an adjective speaks of something else."""

from __future__ import annotations

import pytest

from bot.vocabulary.countries import is_country
from bot.vocabulary.nationalities import EUROPEAN_UNION, nationality_codes, nationality_label
from bot.vocabulary.shelf import LANGUAGES, read_shelf


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("je suis malien", ("ML",)),
        ("jai 19 ans algérien, visa canada ?", ("DZ",)),
        ("im 20 yo brazilian", ("BR",)),
        ("tengo 22 años colombiana", ("CO",)),
        ("عمري 19 سنة جزائري", ("DZ",)),
        ("un stage de 2 ans anglais courant", ()),
        ("jsuis algerienne et je veux aller au canada", ("DZ",)),
        ("im nigerian", ("NG",)),
        ("soy colombiano", ("CO",)),
        ("أنا سوري", ("SY",)),
        ("pasaporte peruano", ("PE",)),
        ("j'ai un passeport ivoirien", ("CI",)),
        ("nationalité guinéenne", ("GN",)),
        ("je suis ressortissant européen", (EUROPEAN_UNION,)),
        ("visa pour un sénégalais qui va au maroc", ("SN",)),
        ("marocaine", ("MA",)),
        ("je cherche un stage dans une entreprise allemande", ()),
        ("je parle espagnol et anglais", ()),
        ("un cours d'anglais à Malte", ()),
        ("i want to learn italian", ()),
    ],
)
def test_a_nationality_said_of_oneself_is_read(text: str, codes: tuple[str, ...]) -> None:
    assert nationality_codes(text) == codes


def test_every_nationality_is_of_a_country_and_named_in_every_language() -> None:
    for code, entry in read_shelf("bot.vocabulary", "nationalities.yml")["nationalities"].items():
        assert code == EUROPEAN_UNION or is_country(code), code
        assert set(entry) == set(LANGUAGES), code
        assert all(nationality_label(code, language) for language in LANGUAGES)
