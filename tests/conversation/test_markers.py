from collections.abc import Mapping
from typing import Any

import pytest

from bot.conversation.markers import is_asking_what, is_resuming, named_kinds, names_rank, rank_said, refused_kinds
from bot.locales.service import LANGUAGES
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

SHELF: Mapping[str, Any] = read_shelf("bot.conversation", "markers.yml")
IN_EVERY_LANGUAGE = (
    "adding", "replacing", "anywhere", "anytime", "any_duration", "any_field", "any_kind", "wider", "excluding",
    "supposing", "going_alone", "resuming", "lacking", "living", "asking_what", "visa", "humanitarian", "combining",
    "card_pay", "card_housing", "card_deadline",
)  # fmt: skip


@pytest.mark.parametrize("section", IN_EVERY_LANGUAGE)
def test_every_language_has_words_for_every_move(section: str) -> None:
    assert set(SHELF[section]) == set(LANGUAGES)
    assert all(SHELF[section].values())


@pytest.mark.parametrize("section", IN_EVERY_LANGUAGE)
def test_words_are_written_as_they_are_compared(section: str) -> None:
    assert [word for words in SHELF[section].values() for word in words if fold(word) != word] == []


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("le deuxième", 2), ("montre moi le 2e", 2), ("the third one", 3), ("la primera", 1), ("la dernière", 5),
        ("n°4", 4),
        ("العرض الثاني", 2), ("el 3", 3), ("الأخير", 5), ("celle avec les enfants", None), ("offre 0", None),
    ],
)  # fmt: skip
def test_a_rank_is_read_in_four_languages(text: str, rank: int | None) -> None:
    assert rank_said(text, last=5) == rank


@pytest.mark.parametrize(
    "text",
    [
        "on reprend",
        "ok on reprend les missions",
        "where were we?",
        "Seguimos",
        "نكمل",
        "bon, on en était où ?",
        "ma recherche",
        "reprend",
        "reviens",
        "نرجع للقائمة",
        "ارجع للقائمة",
        "السابق",
        "volvamos a la lista",
        "back to the offers",
    ],
)
def test_the_way_back_is_heard(text: str) -> None:
    assert is_resuming(text)


@pytest.mark.parametrize(
    "text", ["change ma recherche", "la liste des consulats", "je continue mes études à l'étranger", "merci", ""]
)
def test_other_words_are_no_way_back(text: str) -> None:
    assert not is_resuming(text)


def test_kinds_are_named_in_order_and_refused_by_the_words_before() -> None:
    assert named_kinds("un job ou un stage") == ("job", "internship")
    assert refused_kinds("pas un stage mais un job", "fr") == ("internship",)
    assert refused_kinds("not a job", "en") == ("job",)
    assert refused_kinds("no quiero prácticas", "es") == ("internship",)
    assert refused_kinds("pas de souci pour un stage", "fr") == ()


def test_a_kind_after_no_and_a_comma_is_wanted() -> None:
    assert refused_kinds("no, un trabajo", "es") == ()
    assert refused_kinds("no, a job", "en") == ()
    assert refused_kinds("pas un stage, un job", "fr") == ("internship",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c'est quoi le VSI ?", True), ("svp c koi le CES", True), ("what's the VIE", True), ("¿Qué es el CES?", True),
        ("ما هي الخدمة المدنية", True), ("je sais pas c'est quoi mon niveau", False), ("un stage en Italie", False),
        ("quel visa", False),
    ],
)  # fmt: skip
def test_asking_what_a_thing_is_stands_at_the_beginning(text: str, expected: bool) -> None:
    assert is_asking_what(text) is expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("منح للدراسة في ألمانيا", "exchange"), ("أبحث عن فرصة للعمل", "job"), ("بالتطوع", "volunteering"),
        ("أريد العمل التطوعي", "volunteering"), ("عملا تطوعيا", "volunteering"),
    ],
)  # fmt: skip
def test_a_kind_is_read_with_what_arabic_glues_before_it(text: str, kind: str) -> None:
    assert named_kinds(text) == (kind,)


@pytest.mark.parametrize("text", ["le deuxième", "garde la 3", "garde 3 stp", "save number 3 for me", "الثاني", "n°9"])
def test_a_number_that_points_is_a_rank(text: str) -> None:
    assert names_rank(text)


@pytest.mark.parametrize("text", ["celle de 2 mois", "plus d'infos sur celle à 600 euros", "garde-la"])
def test_a_number_that_measures_is_no_rank(text: str) -> None:
    assert not names_rank(text)
