import pytest

from bot.chat.directions import carried, right_to_left
from bot.chat.formatting import visible_length, without_emoji

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"


def test_a_latin_name_a_link_and_a_phone_number_are_isolated() -> None:
    text = "اسأل Maison de l'emploi أو اتصل 04 77 49 73 00 أو www.service-public.fr"
    shown = right_to_left(text)
    for run in ("Maison de l'emploi", "04 77 49 73 00", "www.service-public.fr"):
        assert f"{FSI}{run}{PDI}" in shown


def test_a_line_that_begins_with_a_figure_and_a_latin_title_runs_from_the_right() -> None:
    line = right_to_left("<b>1. Stage à Madrid (2 mois)</b> — Madrid")
    assert line.startswith(RLM)
    assert f"<b>1. {FSI}Stage à Madrid (2 mois{PDI})</b>" in line


def test_an_arabic_line_needs_no_mark() -> None:
    assert right_to_left("خطر فوري: <b>112</b>") == "خطر فوري: <b>112</b>"


def test_what_is_isolated_already_stays_and_twice_is_as_once() -> None:
    once = right_to_left(f"المصدر: {FSI}Erasmus+ 2027 (FR){PDI} · https://a.org\n1. x")
    assert right_to_left(once) == once
    assert once.count(FSI) == once.count(PDI)


def test_tags_and_entities_are_left_whole() -> None:
    shown = right_to_left('<a href="https://a.org/x">الموقع</a> &amp; &#x27;')
    assert '<a href="https://a.org/x">' in shown
    assert "&amp; &#x27;" in shown


def test_lengths_count_what_people_see() -> None:
    assert visible_length(f"<b>a &amp; b</b>{FSI}{PDI}{RLM}") == 5


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("♥ Garder", "Garder"),
        ("Suite ▶", "Suite"),
        ("🆘 Danger : <b>112</b>", "Danger : <b>112</b>"),
        ("• un · deux", "• un · deux"),
    ],
)
def test_words_stay_when_pictures_go(text: str, bare: str) -> None:
    assert without_emoji(text) == bare


def test_an_isolate_that_a_line_or_a_message_ends_goes_on_in_the_next() -> None:
    assert carried([f"a {FSI}b", "", f"c{PDI} d"]) == [f"a {FSI}b{PDI}", "", f"{FSI}c{PDI} d"]
