"""Files of offers: read whatever wrote them, refused whole with the line and the remedy, written once."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.catalogue.criteria import Criteria
from bot.catalogue.importing import COLUMNS, MOST_OFFERS, _bytes_of, read_csv, read_yaml
from bot.catalogue.models import Offer
from bot.catalogue.service import add_offers, import_offers, list_offers
from bot.kit.errors import InputError
from tests.catalogue.conftest import draft

DOCS = Path(__file__).parents[2] / "docs"
HEADER = (
    "external_id;kind;title;organisation;description;places;field;how_to_apply;deadline;pay.amount;open_to_minors;"
    "languages"
)
LINE = (
    "a1;job;Serveur à Séville;Café Él;Servir en salle et au comptoir, tous les soirs.;ES:Séville|PT;hospitality;Écrire;"
    "01/06/2027;1 450,50;oui;es:B1|en"
)


def _csv(*lines: str) -> str:
    return "\r\n".join([HEADER, *lines, ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_spreadsheet_is_read_in_each_encoding(encoding) -> None:
    [offer] = read_csv(_csv(LINE).encode(encoding))
    assert (offer.title, offer.organisation) == ("Serveur à Séville", "Café Él")
    assert [(place.country, place.city) for place in offer.places] == [("ES", "Séville"), ("PT", None)]
    assert [(spoken.code, spoken.level) for spoken in offer.languages] == [("es", "B1"), ("en", None)]
    assert (str(offer.deadline), str(offer.pay.amount), offer.open_to_minors) == ("2027-06-01", "1450.50", True)


def test_commas_separate_too() -> None:
    text = '"kind","title","organisation","description","places","field","how_to_apply"\n'
    text += '"job","Serveur, barman","Café","Servir en salle, ""vite"", et au comptoir.","ES","hospitality","Écrire"\n'
    [offer] = read_csv(text.encode())
    assert offer.title == "Serveur, barman"
    assert len(offer.external_id) == 12


def test_every_problem_names_its_line_its_field_and_the_remedy() -> None:
    wrong = LINE.replace("job", "boulot").replace("ES:Séville|PT", "Espagne").replace("01/06/2027", "bientôt")
    with pytest.raises(InputError) as refused:
        read_csv(_csv(LINE, "", wrong).encode())
    assert refused.value.problems == (
        "Ligne 4 : « kind » vaut « boulot ». Choisissez parmi : internship, job, volunteering, training, exchange.",
        "Ligne 4 : « places.1.country » vaut « Espagne ». Écrivez un code de pays à deux lettres, par exemple ES.",
        "Ligne 4 : « deadline » vaut « bientôt ». Écrivez un jour, par exemple 2027-06-01 ou 01/06/2027.",
    )


def test_a_line_of_several_lines_is_named_by_its_last() -> None:
    text = _csv(
        'a;job;Serveur;Café;"Une description\nsur plusieurs\nlignes du fichier.";ES;hospitality;Écrire;;;;', "b;job"
    )
    with pytest.raises(InputError, match="Ligne 5 : le nombre de cellules n'est pas 12"):
        read_csv(text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Colonnes inconnues"),
        ("titre;kind\nx;y", "Colonnes inconnues : titre"),
        (HEADER, "aucune offre"),
        (_csv(LINE, LINE), "Ligne 3 : l'identifiant « a1 » est déjà pris .Ligne 2."),
        (_csv(LINE.replace("es:B1", "es:bien")), "languages.1.level » vaut « bien »"),
        (_csv(LINE.replace("1 450,50", "beaucoup")), "pay.amount » vaut « beaucoup ». Écrivez un nombre"),
        (_csv(LINE.replace(";oui;", ";peut-être;")), "Écrivez oui ou non"),
        (_csv(*[LINE] * (MOST_OFFERS + 1)), "Coupez-le"),
        (_csv('a;"job'), "guillemet n'est pas refermé|cellules"),
    ],
)
def test_a_wrong_file_is_refused_with_the_remedy(text, expected) -> None:
    with pytest.raises(InputError, match=expected):
        read_csv(text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: [", "YAML lisible, vers la ligne"),
        ("", "aucune offre"),
        ("- 3", "aucune offre"),
        ("kind: job\nsalary: 3", "« salary » n'est pas un champ connu"),
        ("kind: job", "« title » est obligatoire"),
    ],
)
def test_a_wrong_yaml_is_refused_with_the_remedy(text, expected) -> None:
    with pytest.raises(InputError, match=expected):
        read_yaml(text.encode())


def test_values_that_contradict_each_other_are_refused() -> None:
    base = (DOCS / "offers-template.yml").read_text(encoding="utf-8")
    for before, after, expected in (
        ("duration_max: 6", "duration_max: 1", "« duration_max » est avant « duration_min »"),
        ("age_min: 18", "age_min: 31", "« age_max » est avant « age_min »"),
        ("open_to_minors: false", "open_to_minors: true", "« open_to_minors » dit oui mais « age_min » vaut 18"),
        ("apply_url: https", "apply_url: ftp", "Écrivez une adresse qui commence par https"),
    ):
        assert before in base
        with pytest.raises(InputError, match=expected):
            read_yaml(base.replace(before, after).encode())


def test_both_templates_are_right_and_say_the_same() -> None:
    [from_yaml] = read_yaml((DOCS / "offers-template.yml").read_bytes())
    [from_csv] = read_csv((DOCS / "offers-template.csv").read_bytes())
    assert from_csv == from_yaml
    with (DOCS / "offers-template.csv").open(encoding="utf-8-sig") as file:
        assert tuple(next(csv.reader(file, delimiter=";"))) == COLUMNS


async def test_an_import_is_written_whole_or_not_at_all(session, embedder, now, tmp_path) -> None:
    path = tmp_path / "offers.csv"
    path.write_text(_csv(LINE, LINE.replace("a1", "a2").replace("hospitality", "nothing")))
    with pytest.raises(InputError):
        await import_offers(session, path, source="town", embedder=embedder, now=now)
    assert await session.scalar(select(func.count()).select_from(Offer)) == 0


async def test_importing_again_updates_and_counts(session, embedder, now, tmp_path, found) -> None:
    path = tmp_path / "offers.csv"
    path.write_text(_csv(LINE, LINE.replace("a1", "a2")))
    first = await import_offers(session, path, source="town", embedder=embedder, now=now, publish=True)
    path.write_text(_csv(LINE, LINE.replace("a1", "a2").replace("Serveur", "Barman"), LINE.replace("a1", "a3")))
    second = await import_offers(session, path, source="town", embedder=embedder, now=now, publish=True)
    assert (first.created, first.updated) == (("a1", "a2"), ())
    assert (second.created, second.updated, second.unchanged) == (("a3",), ("a2",), ("a1",))
    assert set(await found(Criteria(countries=("PT",)))) == {"a1", "a2", "a3"}


async def test_offers_are_added_as_drafts_and_listed(session, embedder, now, found) -> None:
    await add_offers(session, DOCS / "offers-template.yml", source="town", embedder=embedder, now=now)
    [listed] = await list_offers(session)
    assert (listed.status, listed.source, listed.is_example) == ("draft", "town", False)
    assert await found(Criteria()) == []
    assert await list_offers(session, status="published") == ()


async def test_a_file_that_does_not_open_says_so(session, embedder, now, tmp_path) -> None:
    with pytest.raises(InputError, match="ne s'ouvre pas"):
        await import_offers(session, tmp_path / "none.csv", source="town", embedder=embedder, now=now)


def test_signs_that_nobody_sees_are_left_out() -> None:
    written = {"title": "Stage\u202e d'\x00accueil\r\nà \x1b[31mSéville", "how_to_apply": "Écrire\r\nou\x07 appeler"}
    offer = draft("a", places=[{"country": "ES", "city": "Sév\u2066ille"}], **written)
    assert offer.title == "Stage d'accueil à [31mSéville"
    assert offer.how_to_apply == "Écrire\nou appeler"
    assert offer.places[0].city == "Séville"


@pytest.mark.parametrize(
    "written", ["- &a {x: *a}", f"- {'[' * 3000}{']' * 3000}", f"- {{age_min: {'9' * 5000}}}", '- {title: "a\\0b"}']
)
def test_a_yaml_file_that_is_a_trap_is_refused(written) -> None:
    with pytest.raises(InputError, match="YAML"):
        read_yaml(written.encode())


def test_a_day_that_does_not_exist_is_said_with_its_field() -> None:
    template = (DOCS / "offers-template.yml").read_text(encoding="utf-8")
    wrong = re.sub(r"(?m)^deadline: .*$", "deadline: 2027-02-30", template)
    with pytest.raises(InputError, match="« deadline » vaut « 2027-02-30 »"):
        read_yaml(wrong.encode())


def test_a_file_without_end_is_too_big() -> None:
    with pytest.raises(InputError):
        _bytes_of(Path("/dev/zero"), "fr")
