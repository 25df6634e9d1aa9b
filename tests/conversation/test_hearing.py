import pytest

from bot.conversation.hearing import is_insult


@pytest.mark.parametrize(
    "text",
    [
        "connard", "t'es vraiment un idiot", "Va te faire foutre !!!", "espèce d'abruti de robot", "ta gueule",
        "gros con", "fuck you", "you are so stupid", "shut up you dumb bot", "eres un idiota", "vete a la mierda",
        "hijo de puta", "أنت غبي", "يا حمار", "ابن الكلب", "nique ta mère", "PUTAIN T'ES DÉBILE", "ta mère", "كول خرا",
    ],
)  # fmt: skip
def test_an_insult_and_nothing_else_is_one(text: str) -> None:
    assert is_insult(text)


@pytest.mark.parametrize(
    "text",
    [
        "merde j'ai raté mon train", "merde", "putain c'est cher", "con niños", "je suis con j'ai oublié la date",
        "tu es un robot ?", "mon patron est un connard je veux partir", "i feel stupid", "stage chez les fous", "",
        "un stage dans un refuge de chiens, idiot", "joder qué caro", "trabajar con un robot",
        "قل لي شيئا عن العمل مع كلب",
    ],
)  # fmt: skip
def test_swearing_at_life_or_asking_with_bad_words_is_no_insult(text: str) -> None:
    assert not is_insult(text)
