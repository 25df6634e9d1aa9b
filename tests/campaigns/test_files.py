"""A campaign's file: what is accepted, and what is refused by its line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.campaigns.files import parse_campaign, read_campaign
from bot.campaigns.texts import faults_of
from bot.kit.clock import TOWN_ZONE
from bot.kit.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
START = "name: Forum\ntexts:\n  fr: |\n    Bonjour\n"


def problems(written: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as refused:
        parse_campaign(written)
    return refused.value.problems


def test_the_template_is_a_campaign() -> None:
    draft = read_campaign(ROOT / "docs" / "campaign-template.yml")
    assert set(draft.texts) == {"fr", "en"}
    assert draft.segment.to_json() == {
        "languages": ["fr", "en"], "kinds": ["internship", "volunteering"], "regions": ["europe"], "min_age": 16,
        "max_age": 25, "seen_within_days": 180,
    }  # fmt: skip
    assert draft.expires == datetime(2027, 1, 20, tzinfo=TOWN_ZONE)


@pytest.mark.parametrize(
    "written", ["kind: internship\ntitle: Stage\norganisation: Porto\nplaces: [{country: PT}]\n", "a: {link: x}\n"]
)
def test_a_file_that_is_no_campaign_at_all_is_refused_in_one_line(written: str) -> None:
    (problem,) = problems(written)
    assert "pas une campagne" in problem
    assert "docs/campaign-template.yml" in problem


def test_a_file_with_one_field_of_a_campaign_is_refused_by_line() -> None:
    assert [problem[:7] for problem in problems("title: Stage\nlink: https://a.example\n")] == ["Ligne 1"] * 3


def test_norway_is_a_country_and_an_hour_is_the_towns() -> None:
    draft = parse_campaign(f"{START}segment: {{countries: [NO]}}\nexpires: 2027-01-19 18:00\n")
    assert draft.segment.countries == ("NO",)
    assert draft.expires == datetime(2027, 1, 19, 18, tzinfo=TOWN_ZONE)


@pytest.mark.parametrize(
    ("written", "line", "words"),
    [
        ("name: [", 1, "YAML"),
        (f"{START}segment:\n  kinds: &a [x]\n  fields: *a\n", 7, "YAML"),
        (f"{START}segment: {'[' * 5000}{']' * 5000}\n", 5, "YAML"),
        (f"{START}segment: {'{a: ' * 5000}{'}' * 5000}\n", 5, "YAML"),
        (f'{START}link: "a\\0b"\n', 5, "YAML"),
        (f'{START}link: "\\ud800"\n', 5, "YAML"),
        (f"{START}expires: 9999-12-31\n", 5, "expires"),
        (f"{START}expires: 9999-12-31T23:00-12:00\n", 5, "expires"),
        (f"{START}segment:\n  kept_offer: {10**20}\n", 6, "kept_offer"),
        ("name: Forum\ntexts:\n  en: |\n    Hello\n", 2, "texts.fr"),
        (f"{START}    <div>ici</div>\n", 5, "« div »"),
        (f"{START}    <b>ici\n", 5, "« b » n'est pas fermée"),
        (f"{START}    <b><i>ici</b></i>\n", 5, "dans le désordre"),
        (f'{START}    <b class="x">ici</b>\n', 5, "que son nom"),
        (f'{START}    <a href="ftp://a.b">ici</a>\n', 5, "http://"),
        (f'{START}    <a href="tg://user?id=1">ici</a>\n', 5, "http://"),
        (f"{START}    <a>ici</a>\n", 5, "http://"),
        (f"{START}    1 < 2\n", 5, "« < »"),
        (f"{START}    R&D\n", 5, "« & »"),
        (f"{START}link: javascript:alert(1)\n", 5, "https://"),
        (f"{START}link_labels:\n  fr: {'x' * 41}\n", 6, "au plus 40"),
        (f"{START}segment:\n  kinds: [circus]\n", 6, "circus"),
        (f"{START}segment:\n  countries:\n    - ES\n    - XQ\n", 8, "XQ"),
        (f"{START}segment:\n  regions: [atlantis]\n", 6, "atlantis"),
        (f"{START}segment:\n  has_alerts: peut-être\n", 6, "oui ou non"),
        (f"{START}segment:\n  shoe_size: 42\n", 6, "shoe_size"),
        (f"{START}expires: demain\n", 5, "demain"),
        (f"{START}  de: Hallo\n", 5, "de"),
        (f"{START}    {'mot ' * 151}\n", 3, "600 au plus"),
    ],
)
def test_what_is_wrong_is_refused_by_its_line(written: str, line: int, words: str) -> None:
    found = problems(written)
    assert any(sentence.startswith(f"Le fichier n'est pas un YAML lisible, vers la ligne {line}")
               or sentence.startswith(f"Ligne {line} : ") for sentence in found), found  # fmt: skip
    assert any(words in sentence for sentence in found), found


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_its_lines() -> None:
    found = problems("name: Forum\ntexts:\n  fr: <u>oui\n  en: <q>no</q>\nlink: nowhere\n")
    assert [sentence.split(" : ")[0] for sentence in found] == ["Ligne 3", "Ligne 4", "Ligne 5"]


def test_nothing_and_a_list_are_no_campaign() -> None:
    assert "modèle" in problems("")[0]
    assert "modèle" in problems("- a\n- b\n")[0]


def test_what_telegram_accepts_has_no_fault() -> None:
    text = "<b>A</b> &amp; <i>B</i>, <u>C</u>, <s>D</s>, <code>E</code>: <a href='https://example.org/?a=1&amp;b'>F</a>"
    assert list(faults_of(text)) == []


def test_only_visible_characters_count() -> None:
    text = "<b>" + "é" * 600 + "</b>"
    assert list(faults_of(text)) == []
    assert [fault.key for fault in faults_of(text + "!")] == ["campaigns.too_long"]


def test_a_file_saved_by_an_older_windows_keeps_its_accents(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yml"
    file.write_bytes("name: Forum d'été\ntexts:\n  fr: À bientôt, l’équipe\n".encode("cp1252"))
    draft = read_campaign(file)
    assert (draft.name, draft.texts["fr"]) == ("Forum d'été", "À bientôt, l’équipe")


def test_a_file_without_end_is_too_big() -> None:
    with pytest.raises(InputError):
        read_campaign(Path("/dev/zero"))
