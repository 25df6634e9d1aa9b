"""What the state of a conversation makes plain, whatever the model hesitates about."""

from datetime import datetime
from typing import Any

import pytest

from bot.conversation.context import forget_question, placed
from bot.conversation.models import Conversation
from bot.understanding.models import Entity, Intent, Parse

LISBON = Entity("city", "lisbonne", 6, 14, role="exclude", norm={"city": "Lisbon", "country": "PT"})
SIXTEEN = Entity("age", "16 ans", 0, 6, norm=16)


def read(text: str, *ranking: tuple[str, float], entities: tuple[Entity, ...] = (), language: str = "fr") -> Parse:
    ranked = tuple(Intent(name, confidence) for name, confidence in ranking)
    return Parse(text, language, ranked[0], ranked, entities, source="rasa")


@pytest.fixture
def conversation(now: datetime) -> Conversation:
    return Conversation(person_id=1, updated_at=now)


@pytest.fixture
def with_list(now: datetime) -> Conversation:
    return Conversation(person_id=1, updated_at=now, list_id=1, criteria={"kind": "internship"})


@pytest.mark.parametrize(
    "text",
    ["le deuxième", "العرض الثاني", "tani", "the second one pls", "la 3", "n°4", "el último", "2e", "ouvre le 1er"],
)
def test_an_ordinal_alone_under_a_list_opens_an_offer(with_list: Conversation, text: str) -> None:
    parse = read(text, ("affirm", 0.42), ("goodbye", 0.31))
    assert placed(parse, with_list).intent.name == "show_details"


@pytest.mark.parametrize("text", ["2 mois", "la deuxième année de BTS", "le 3 et le 4", "un premier avis", "merci"])
def test_more_than_an_ordinal_stays_what_the_model_says(with_list: Conversation, text: str) -> None:
    assert placed(read(text, ("refine_search", 0.9)), with_list).intent.name == "refine_search"


def test_an_ordinal_without_a_list_points_at_nothing(conversation: Conversation) -> None:
    assert placed(read("le deuxième", ("goodbye", 0.3)), conversation).intent.name == "goodbye"


def test_an_ordinal_under_a_search_that_found_nothing_points_at_an_offer_and_a_number_does_not(now: datetime) -> None:
    empty = Conversation(person_id=1, updated_at=now, criteria={"kind": "internship"})
    assert placed(read("le deuxième", ("goodbye", 0.3)), empty).intent.name == "show_details"
    assert placed(read("19", ("refine_search", 0.3)), empty).intent.name == "refine_search"


def test_a_thing_refused_under_a_search_changes_the_search(with_list: Conversation) -> None:
    parse = read("pas a lisbonne", ("show_details", 0.33), ("refine_search", 0.29), entities=(LISBON,))
    assert placed(parse, with_list).intent.name == "refine_search"


def test_and_somewhere_else_under_a_search_is_no_question(with_list: Conversation) -> None:
    senegal = Entity("country", "Senegal", 6, 13, norm="SN")
    parse = read("¿y en Senegal?", ("ask_visa", 0.43), ("search_any", 0.2), entities=(senegal,), language="es")
    assert placed(parse, with_list).intent.name == "refine_search"


@pytest.mark.parametrize(("text", "language"), [("élargis", "fr"), ("amplía la búsqueda", "es"), ("وسع البحث", "ar")])
def test_wider_is_never_a_new_start(with_list: Conversation, text: str, language: str) -> None:
    assert placed(read(text, ("restart", 0.87), language=language), with_list).intent.name == "refine_search"


def test_more_offers_under_a_list_are_its_next_page(with_list: Conversation) -> None:
    parse = read("i would like to see more offers", ("search_any", 0.33), ("more_results", 0.31), language="en")
    assert placed(parse, with_list).intent.name == "more_results"


def test_the_kind_that_is_written_decides_between_two(conversation: Conversation) -> None:
    training = read("une formation en Islande", ("search_volunteering", 0.5), ("search_training", 0.36))
    civic = read("je cherche un service civique", ("subscribe_alerts", 0.42), ("search_volunteering", 0.32))
    assert placed(training, conversation).intent.name == "search_training"
    assert placed(civic, conversation).intent.name == "search_volunteering"


@pytest.mark.parametrize(
    "parse",
    [
        read("une formation en Islande", ("search_volunteering", 0.7), ("search_training", 0.2)),
        read("pas une formation", ("search_volunteering", 0.5), ("search_training", 0.36)),
        read("en formation, je veux un stage", ("search_internship", 0.5), ("search_training", 0.36)),
        read("préviens moi des stages, je veux une alerte", ("subscribe_alerts", 0.5), ("search_internship", 0.4)),
    ],
)
def test_a_kind_written_decides_nothing_else(conversation: Conversation, parse: Parse) -> None:
    assert placed(parse, conversation) == parse


def test_leaving_without_a_kind_that_the_model_guesses_is_a_search_of_any(conversation: Conversation) -> None:
    parse = read("jveu partir 2 mois au canda", ("search_exchange", 0.49), ("search_any", 0.31))
    assert placed(parse, conversation).intent.name == "search_any"


@pytest.mark.parametrize("ranking", [("ask_eligibility", "search_volunteering"), ("search_job", "ask_eligibility")])
def test_an_age_with_a_kind_is_a_search_at_that_age(conversation: Conversation, ranking: tuple[str, str]) -> None:
    parse = read("16 ans je peux ?", (ranking[0], 0.48), (ranking[1], 0.45), entities=(SIXTEEN,))
    assert placed(parse, conversation).intent.name.startswith("search_")


@pytest.mark.parametrize("text", ["je sais pas", "dunno", "idk", "no sé", "لا أعرف"])
def test_not_knowing_what_for_is_no_yes_and_no_other_search(conversation: Conversation, text: str) -> None:
    conversation.pending_question = "which_kind"
    assert placed(read(text, ("more_results", 0.6)), conversation).intent.name == "deny"


@pytest.mark.parametrize("known", [{}, {"list_id": 1}])
def test_what_was_decided_without_a_model_stays(now: datetime, known: dict[str, Any]) -> None:
    decided = Parse("le deuxième", "fr", Intent("complaint", 1.0), source="rules")
    assert placed(decided, Conversation(person_id=1, updated_at=now, **known)) == decided


@pytest.mark.parametrize("text", ["n'importe", "whatever", "me da igual", "أي شيء"])
def test_whatever_when_the_kind_was_asked_shows_everything(conversation: Conversation, text: str) -> None:
    conversation.pending_question = "which_kind"
    assert placed(read(text, ("restart", 0.31), ("affirm", 0.3)), conversation).intent.name == "affirm"


@pytest.mark.parametrize(
    ("text", "language"), [("no, mejor un trabajo", "es"), ("oui un job", "fr"), ("nah, a job", "en")]
)
def test_a_kind_said_with_yes_or_no_changes_the_kind(with_list: Conversation, text: str, language: str) -> None:
    assert placed(read(text, ("deny", 0.53), language=language), with_list).intent.name == "search_job"


def test_another_kind_alone_under_a_search_is_that_kind(with_list: Conversation) -> None:
    parse = read("ok exchange then", ("refine_search", 0.38), ("affirm", 0.3), language="en")
    assert placed(parse, with_list).intent.name == "search_exchange"


def test_a_number_while_a_question_waits_is_no_rank(with_list: Conversation) -> None:
    with_list.flow = {"name": "funding", "waiting": "age"}
    assert placed(read("19", ("refine_search", 0.9)), with_list).intent.name == "refine_search"


def test_no_to_a_kind_asks_for_none(with_list: Conversation) -> None:
    assert placed(read("non pas de stage", ("deny", 0.9)), with_list).intent.name == "deny"


@pytest.mark.parametrize("text", ["quelles aides ?", "et c koi les aides?"])
def test_money_that_is_named_is_asked_for(conversation: Conversation, text: str) -> None:
    assert placed(read(text, ("help", 0.54), ("ask_funding", 0.46)), conversation).intent.name == "ask_funding"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do my parents have to sign something", "en"), ("faut l'accord de mes parents ?", "fr"),
        ("necesito permiso de mis padres?", "es"), ("هل أحتاج موافقة والدي", "ar"),
    ],
)  # fmt: skip
def test_what_parents_sign_is_a_paper_when_the_model_hesitates(
    conversation: Conversation, text: str, language: str
) -> None:
    parse = read(text, ("how_to_apply", 0.33), ("ask_visa", 0.26), language=language)
    assert placed(parse, conversation).intent.name == "ask_visa"


@pytest.mark.parametrize("question", ["confirm_restart", "widen"])
def test_what_was_asked_is_dropped_once_something_else_is_answered(conversation: Conversation, question: str) -> None:
    conversation.pending_question = question
    forget_question(conversation, "affirm")
    assert conversation.pending_question == question
    forget_question(conversation, "thank")
    assert conversation.pending_question is None


def test_the_kind_may_be_said_much_later(conversation: Conversation) -> None:
    conversation.pending_question = "which_kind"
    forget_question(conversation, "thank")
    assert conversation.pending_question == "which_kind"


def test_distress_is_never_read_as_anything_else(with_list: Conversation) -> None:
    parse = read("j'ai besoin d'aide, quelles aides", ("emergency", 0.45), ("ask_funding", 0.4))
    assert placed(parse, with_list) == parse
