"""The order of what is found, and the reasons given for it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.examples import demo_items
from bot.catalogue.ranking import fuse
from bot.catalogue.service import load_demo, load_offers, reason_sentence, search_offers
from bot.catalogue.words import content_words, free_text, free_words
from tests.catalogue.conftest import TODAY, draft

REQUESTS = yaml.safe_load(Path(__file__).with_name("relevance.yml").read_text(encoding="utf-8"))
# Measured: names 19 of 19, tuned 30 of 30, kept 34 of 35, fresh 20 of 20. Two more misses than that fail the test.
LEAST_RIGHT = {"names": 18, "tuned": 29, "kept": 33, "fresh": 19}


@functools.cache
def _requests(part: str) -> list[tuple[str, frozenset[str]]]:
    return [(item["asked"], frozenset(item["good"])) for items in REQUESTS[part].values() for item in items]


async def test_words_rank_and_never_exclude(publish, found) -> None:
    await publish(
        draft("bank", title="Comptable dans une banque"), draft("beach", title="Animer la plage en bord de mer")
    )
    assert await found(Criteria(countries=("ES",), words="un stage à la plage en Espagne")) == ["beach", "bank"]


async def test_with_nothing_but_words_what_is_far_from_them_is_left_out(publish, found) -> None:
    await publish(
        draft("bank", title="Comptable dans une banque", field="finance"), draft("turtle", title="Sauver les tortues")
    )
    assert await found(Criteria(words="protéger les tortues")) == ["turtle"]


@pytest.mark.parametrize("typo", ["animateur de campink", "animatuer de camping", "camping animateurs"])
async def test_a_misspelt_title_is_found(publish, found, typo) -> None:
    await publish(draft("bank", title="Comptable dans une banque"), draft("camp", title="Animateur de camping"))
    assert (await found(Criteria(words=typo)))[0] == "camp"


async def test_a_name_that_means_nothing_is_found_by_its_letters(publish, found) -> None:
    await publish(
        *(draft(f"o{rank}", title=f"Stage numéro {rank}") for rank in range(8)),
        draft("x", organisation="Xiringa Wolof"),
    )
    assert (await found(Criteria(kind="internship", words="chez xiringua")))[0] == "x"


@pytest.mark.parametrize(
    "asked",
    ["m'occuper de bébés phoques", "taking care of baby seals", "cuidar focas bebés", "العناية بصغار الفقمات"],
)
async def test_four_languages_find_the_same_french_offer(publish, found, asked) -> None:
    await publish(
        draft(
            "bank",
            title="Comptabilité d'une banque",
            field="finance",
            description="Tu saisis des factures le matin et l'après-midi.",
        ),
        draft(
            "seals",
            title="Soigner de jeunes phoques",
            field="environment",
            description="Nourrir et soigner les bébés phoques du refuge.",
        ),
        draft(
            "wall",
            title="Maçon sur un chantier",
            field="construction",
            description="Monter des murs en pierre avec l'équipe du chantier.",
        ),
    )
    assert (await found(Criteria(countries=("ES",), words=asked)))[0] == "seals"


async def test_the_field_asked_for_comes_before_its_neighbours(publish, found) -> None:
    await publish(
        draft("hotel", field="hospitality", title="Réceptionniste d'hôtel"),
        draft("guide", field="tourism", title="Guide de musée"),
    )
    assert await found(Criteria(fields=("tourism",), words="guide tourisme")) == ["guide", "hotel"]


async def test_the_city_asked_for_comes_before_the_country(publish, found) -> None:
    await publish(
        draft("bilbao", places=[{"country": "ES", "city": "Bilbao"}]),
        draft("valence"),
        draft("gijon", places=[{"country": "ES"}]),
    )
    asked = Criteria(countries=("ES",), cities=(CityChoice("valencia", "Valencia", "ES"),))
    assert (await found(asked))[0] == "valence"


async def test_the_order_is_the_same_each_time(session, embedder, now, found) -> None:
    await load_demo(session, embedder, now)
    for asked in (
        Criteria(regions=("europe",)),
        Criteria(words="avec des enfants"),
        Criteria(kind="job", words="plage"),
    ):
        assert await found(asked) == await found(asked)


async def test_a_hit_says_why_it_is_there(session, embedder, publish) -> None:
    await publish(
        draft(
            "a",
            age_min=16,
            open_to_minors=True,
            start_from=date(2027, 6, 1),
            duration_min=2,
            duration_max=4,
            title="Guide sur la plage",
        )
    )
    asked = Criteria(
        kind="internship", countries=("ES",), fields=("tourism",), age=17, duration_min=2, duration_max=2,
        start_from=date(2027, 5, 1), start_until=date(2027, 8, 1), words="à la plage",
    )  # fmt: skip
    [hit] = (await search_offers(session, asked, embedder=embedder, today=TODAY)).hits
    assert hit.reasons_json() == [
        {"code": "country", "value": "ES"}, {"code": "field", "value": "tourism"},
        {"code": "start", "value": "2027-06-01"}, {"code": "duration"}, {"code": "age", "value": 17},
        {"code": "words", "value": "plage"},
    ]  # fmt: skip
    assert reason_sentence(hit.reasons, "fr") == "en Espagne · tourisme · « plage » · dès juin"
    assert reason_sentence(hit.reasons, "en") == "in Spain · tourism · “plage” · from June"
    for language in ("es", "ar"):
        assert reason_sentence(hit.reasons, language).count(" · ") == 3
    assert reason_sentence([], "fr") == ""


async def test_a_region_asked_for_gives_the_country_found_as_a_reason(session, embedder, publish) -> None:
    await publish(draft("a", places=[{"country": "SN"}]))
    [hit] = (await search_offers(session, Criteria(regions=("west-africa",)), embedder=embedder, today=TODAY)).hits
    assert reason_sentence(hit.reasons, "fr") == "au Sénégal"


@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
@pytest.mark.parametrize(
    "hostile", ["", "   ", "'); DROP TABLE offer; --", "a & b | !c:*", "\\", "😀😀", "%_", "x" * 4000, "le la les de"]
)
async def test_strange_words_break_nothing(publish, found, hostile, language) -> None:
    await publish(draft("a"))
    assert await found(Criteria(kind="internship", words=hostile)) == ["a"]


def test_words_that_criteria_hold_already_are_not_searched_again() -> None:
    asked = Criteria(
        kind="internship", countries=("ES",), cities=(CityChoice("valencia", "Valencia", "ES"),),
        start_from=date(2027, 6, 1),
        words="Bonjour, je cherche un stage à la plage en Espagne ou à Valence dès juin 2027 svp",
    )  # fmt: skip
    assert content_words(asked) == ("plage",)


def test_what_is_asked_beyond_the_criteria_names_no_field_that_is_asked_for() -> None:
    asked = Criteria(fields=("tourism",), words="je cherche un stage dans le tourisme, à la plage")
    assert (free_words(asked), free_text(asked)) == (("plage",), "plage")
    assert free_text(Criteria(words="du tourisme à la plage")) == "tourisme plage"


def test_fusion_prefers_what_both_rankings_hold() -> None:
    scores = fuse([[(1, 1.0), (2, 1.0)], [(2, 1.0), (3, 1.0)]])
    assert sorted(scores, key=lambda offer_id: -scores[offer_id]) == [2, 1, 3]


def _expected_ids() -> Iterator[str]:
    for part in REQUESTS:
        for _, good in _requests(part):
            yield from good


def test_the_labelled_requests_name_offers_of_the_demonstration() -> None:
    assert set(_expected_ids()) <= {item["external_id"] for item in demo_items()}


@pytest.mark.parametrize("part", ["names", "tuned", "kept", "fresh"])
async def test_a_right_offer_is_among_the_first_five(session, embedder, now, found, part) -> None:
    await load_demo(session, embedder, now)
    missed = [asked for asked, good in _requests(part) if not good & set((await found(Criteria(words=asked)))[:5])]
    assert len(_requests(part)) - len(missed) >= LEAST_RIGHT[part], missed


async def test_filters_keep_only_what_they_say_in_the_demonstration(session, embedder, now) -> None:
    await load_demo(session, embedder, now)
    asked = Criteria(kind="volunteering", regions=("west-africa",), words="aider dans une école")
    result = await search_offers(session, asked, embedder=embedder, today=TODAY)
    offers = await load_offers(session, [hit.offer_id for hit in result.hits])
    assert result.total == len(offers) > 5
    assert {offer.kind for offer in offers.values()} == {"volunteering"}
    assert all({"SN", "BJ", "TG", "BF", "CI"} & {place.country for place in offer.places} for offer in offers.values())
