import pytest

from bot.conversation.manner import manner_asked


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("vous pouvez me vouvoyer ?", "formal"), ("vouvoie-moi stp", "formal"), ("ne me tutoie pas", "formal"),
        ("tu peux me tutoyer", "informal"), ("arrête de me vouvoyer", "informal"), ("parle plus simplement", "plain"),
        ("des mots simples svp", "plain"), ("can you use simple words?", "plain"), ("speak normally", "usual"),
        ("speak more formally", "formal"),
        ("¿puede tratarme de usted?", "formal"), ("tutéame", "informal"), ("con palabras sencillas", "plain"),
        ("تكلم بكلمات بسيطة", "plain"), ("je veux du FALC", "plain"), ("parle normalement", "usual"),
    ],
)  # fmt: skip
def test_a_manner_of_speaking_is_asked_in_many_words(text: str, manner: str) -> None:
    assert manner_asked(text) == manner


@pytest.mark.parametrize("text", ["un stage plus simple", "je cherche un job", "", "usted sabe si hay becas"])
def test_other_words_ask_for_none(text: str) -> None:
    assert manner_asked(text) is None
