"""Turns: one at a time, many chats at once, and one person's 200th beside their 5th."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.sentences import mixed_sentences
from benchmarks.telegram import Asked, Telegram, Unanswered

_LONGEST_DRAIN = 120.0
_PLACES = (
    "en Espagne", "au Portugal", "en Irlande", "en Allemagne", "en Italie", "en Grèce", "à Malte", "en Pologne",
    "au Canada", "en Belgique", "en Suède", "en Norvège", "au Danemark", "en Finlande", "en Autriche", "en Suisse",
    "au Maroc", "en Tunisie", "au Sénégal", "au Vietnam", "au Japon", "au Brésil", "au Mexique", "en Roumanie",
)  # fmt: skip
_FIELDS = ("le tourisme", "l'informatique", "la cuisine", "la mécanique", "la vente", "le bâtiment", "la culture",
           "l'environnement", "le sport", "la santé", "l'agriculture", "la communication")  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """What came of a series of messages.

    Attributes:
        milliseconds: of each answered one, from the update to the answer.
        seconds: from the first message to the last answer.
        lost: messages without an answer.
        doubles: answers beyond one a message.
    """

    milliseconds: tuple[float, ...]
    seconds: float
    lost: int
    doubles: int

    @property
    def per_second(self) -> float:
        """Answered messages a second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0


async def meet(telegram: Telegram, people: Sequence[int]) -> None:
    """Let people press Start, so that the first-contact notice is behind them; raises Unanswered."""
    for person in people:
        await telegram.asks(person, "/start", seconds=30)
    await asyncio.sleep(0.5)


async def one_at_a_time(telegram: Telegram, *, first_person: int, people: int, turns: int) -> Tally:
    """Let `people` write in rotation, the next one when the last one has been answered."""
    crowd = [first_person + number for number in range(people)]
    await meet(telegram, crowd)
    talks = {person: mixed_sentences(seed=person) for person in crowd}
    since, asked = await telegram.mark(), []
    for number in range(turns):
        person = crowd[number % people]
        try:
            asked.append(await telegram.asks(person, next(talks[person])))
        except Unanswered:
            asked.append(Asked(person, time.time(), time.time()))
    return await _tally(telegram, asked, since)


async def all_at_once(telegram: Telegram, *, first_person: int, people: int, turns_each: int) -> Tally:
    """Let `people` write all their messages as fast as the bot accepts them, and wait for the last answer."""
    crowd = [first_person + number for number in range(people)]
    await meet(telegram, crowd)
    return await _flood(telegram, {person: mixed_sentences(seed=person) for person in crowd}, turns_each)


async def fifth_and_two_hundredth(
    telegram: Telegram, *, first_person: int, people: int, pass_a_minute: Callable[[], None]
) -> tuple[Tally, Tally]:
    """Return turns 5 to 9 and turns 196 to 200 of several people, one at a time; those between them are made at once.

    The measured turns are of the same five kinds both times, in other words.
    """
    crowd = [first_person + number for number in range(people)]
    talks = {person: mixed_sentences(seed=person) for person in crowd}
    await meet(telegram, crowd)  # turn 1
    await _flood(telegram, talks, 3)  # 2 to 4
    early = await _measured(telegram, crowd, offset=0)  # 5 to 9
    for count in (*[15] * 12, 6):  # 10 to 195
        pass_a_minute()
        await _flood(telegram, talks, count)
    pass_a_minute()
    late = await _measured(telegram, crowd, offset=11)  # 196 to 200
    return early, late


async def _measured(telegram: Telegram, crowd: Sequence[int], *, offset: int) -> Tally:
    since, asked = await telegram.mark(), []
    for step in range(5):
        for rank, person in enumerate(crowd):
            place = _PLACES[(rank + offset) % len(_PLACES)]
            field = _FIELDS[(rank + offset) % len(_FIELDS)]
            texts = (
                f"je cherche un stage {place}", f"plutôt dans {field}", "montre-moi le 2e", "merci beaucoup !",
                f"et du volontariat {place} ?",
            )  # fmt: skip
            asked.append(await telegram.asks(person, texts[step]))
    return await _tally(telegram, asked, since)


async def _flood(telegram: Telegram, talks: dict[int, Iterator[str]], turns_each: int) -> Tally:
    since, before = await telegram.mark(), await telegram.count_answers()

    async def write(person: int) -> list[Asked]:
        return [await telegram.says(person, next(talks[person])) for _ in range(turns_each)]

    asked = [one for said in await asyncio.gather(*(write(person) for person in talks)) for one in said]
    deadline = time.time() + _LONGEST_DRAIN
    while await telegram.count_answers() - before < len(asked) and time.time() < deadline:  # noqa: ASYNC110 - another process's count
        await asyncio.sleep(0.25)
    await asyncio.sleep(0.5)  # what comes twice comes now
    return _tally_by_count(asked, await telegram.answers(since=since))


async def _tally(telegram: Telegram, asked: list[Asked], since: int) -> Tally:
    await asyncio.sleep(0.5)
    strays = await telegram.collect(asked, since=since)
    answered = [one for one in asked if one.answers]
    seconds = max(one.answers[-1] for one in answered) - min(one.at for one in asked) if answered else 0.0
    doubles = strays + sum(len(one.answers) - 1 for one in answered)
    return Tally(tuple(one.milliseconds for one in answered), seconds, len(asked) - len(answered), doubles)


def _tally_by_count(asked: list[Asked], answers: list[dict[str, object]]) -> Tally:
    """Match by order: a chat's answers leave in the order of its messages."""
    times: dict[int, list[float]] = {}
    for record in answers:
        times.setdefault(int(str(record["chat_id"])), []).append(float(str(record["at"])))
    lost = doubles = 0
    milliseconds: list[float] = []
    for person in {one.person for one in asked}:
        said = sorted(one.at for one in asked if one.person == person)
        heard = sorted(times.get(person, ()))
        lost += max(0, len(said) - len(heard))
        doubles += max(0, len(heard) - len(said))
        milliseconds += [(there - at) * 1000 for at, there in zip(said, heard, strict=False)]
    last = max((moment for moments in times.values() for moment in moments), default=0.0)
    return Tally(tuple(milliseconds), last - min(one.at for one in asked), lost, doubles)
