"""The figures of a running installation: start, readiness, parse, turns, memory, stop."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.figures import Figure, at_least, at_most, median, percentile, plain, shown
from benchmarks.house import SECRET, House
from benchmarks.memory import read_memory
from benchmarks.parsing import parse_milliseconds
from benchmarks.processes import Started
from benchmarks.sentences import distinct_sentences
from benchmarks.telegram import Telegram
from benchmarks.turns import Tally, all_at_once, fifth_and_two_hundredth, one_at_a_time

_FIRST, _READY, _MEMORY_LIMIT = 5.0, 25.0, 1.6 * 1024
_FIRST_WORDS = "bonjour, je cherche un stage en Espagne"


@dataclass(frozen=True)
class Size:
    """How many messages a run sends."""

    parses: int = 330
    turns: int = 320
    people: int = 20
    crowd: int = 40
    turns_each: int = 12
    veterans: int = 6
    polled: int = 100


@dataclass
class Peers:
    """What stands beside the turns, as one phrase each."""

    turn: str = ""
    rate: str = ""
    parse: str = ""


@dataclass
class Findings:
    """What a run has found so far."""

    figures: list[Figure] = field(default_factory=list)
    lost: int = 0
    doubles: int = 0
    turns: int = 0

    def count(self, tally: Tally) -> None:
        """Add the messages of a series to the sums."""
        self.lost += tally.lost
        self.doubles += tally.doubles
        self.turns += len(tally.milliseconds) + tally.lost


async def measure_first_start(house: House) -> list[Figure]:
    """Start on an empty folder (new database, migrations), then load the catalogue."""
    with house.up() as up:
        first = await _first_answer(house, up, person=900)
        ready = up.wait_until(house.is_ready, seconds=120, what="ready with Rasa", every=0.2)
        house.load_demo()
        stop = up.stop()
    return [
        plain("first answer after the very first `up` (new database)", first, "s", peer=f"with Rasa: {shown(ready)} s"),
        at_most("stop on SIGTERM, just started", stop, 10, "s"),
    ]


async def measure_by_webhook(house: House, size: Size, peers: Peers) -> Findings:
    """Measure everything that a running installation with a webhook shows."""
    found = Findings()
    with house.up() as up:
        first = await _first_answer(house, up, person=901)
        ready = up.wait_until(house.is_ready, seconds=120, what="ready with Rasa", every=0.2)
        parses = parse_milliseconds(house.rasa_url, SECRET, distinct_sentences()[: size.parses])
        found.figures += _parse_figures(parses, peers)
        async with Telegram(house.api_url, webhook=house.webhook, secret=SECRET) as telegram:
            await telegram.lifts_limits()
            found.figures += await _turn_figures(telegram, house, size, peers, found)
        found.figures += [
            at_most("first answer after `up`, in simple mode", first, _FIRST, "s"),
            at_most("ready with Rasa after `up`", ready, _READY, "s"),
            *_memory_figures(up),
            at_most("stop on SIGTERM, after the load", up.stop(), 10, "s"),
        ]
    return found


async def measure_by_polling(house: House, size: Size) -> tuple[Tally, Figure]:
    """Measure turns when the bot polls."""
    with house.up(webhook=False) as up:
        up.wait_until(house.is_ready, seconds=120, what="ready with Rasa", every=0.2)
        async with Telegram(house.api_url, webhook=None, secret=SECRET) as telegram:
            await telegram.lifts_limits()
            tally = await one_at_a_time(telegram, first_person=40_000, people=size.people, turns=size.polled)
    return tally, plain("turn by polling, one at a time, p50", median(tally.milliseconds), "ms", peer=_quantiles(tally))


async def _first_answer(house: House, up: Started, *, person: int) -> float:
    async with Telegram(house.api_url, webhook=house.webhook, secret=SECRET) as telegram:
        await telegram.lifts_limits()
        since = await telegram.mark()
        await telegram.insists(person, _FIRST_WORDS, seconds=60)
        while not (heard := await telegram.answers(since=since)):
            await telegram.hears(person, after=0, seconds=60)
        return min(float(record["at"]) for record in heard) - up.began_at


def _parse_figures(milliseconds: list[float], peers: Peers) -> list[Figure]:
    return [
        at_most("parse, p50", median(milliseconds), 15, "ms", peer=peers.parse),
        plain("parse, p95", percentile(milliseconds, 95), "ms", peer=f"{len(milliseconds)} distinct sentences"),
    ]


async def _turn_figures(telegram: Telegram, house: House, size: Size, peers: Peers, found: Findings) -> list[Figure]:
    alone = await one_at_a_time(telegram, first_person=10_000, people=size.people, turns=size.turns)
    many = await all_at_once(telegram, first_person=20_000, people=size.crowd, turns_each=size.turns_each)
    early, late = await fifth_and_two_hundredth(
        telegram, first_person=30_000, people=size.veterans, pass_a_minute=house.let_a_minute_pass
    )
    for tally in (alone, many, early, late):
        found.count(tally)
    fifth, last = median(early.milliseconds), median(late.milliseconds)
    return [
        at_most("turn, one at a time, p50", median(alone.milliseconds), 100, "ms", peer=peers.turn),
        at_most("turn, one at a time, p95", percentile(alone.milliseconds, 95), 200, "ms", peer=_quantiles(alone)),
        at_least(
            f"turns a second, {size.crowd} chats at once", many.per_second, 20, "turns/s", peer=peers.rate
        ),
        at_most(
            "the 200th turn of one person against the 5th", last / fifth, 1.2, "×",
            peer=f"medians {shown(fifth)} ms and {shown(last)} ms, {size.veterans} people",
        ),
    ]  # fmt: skip


def _memory_figures(up: Started) -> list[Figure]:
    parts = read_memory(up.process.pid)
    total = sum(part.counted for part in parts)
    each = ", ".join(f"{part.name} {shown(round(part.counted))}" for part in parts)
    rss, pss = sum(part.rss for part in parts), sum(part.pss for part in parts)
    return [
        at_most("resident memory of all processes, after the load", total, _MEMORY_LIMIT, "MiB", peer=each),
        plain("the same, by RSS alone and by PSS alone", rss, "MiB", peer=f"PSS {shown(pss)} MiB"),
    ]


def _quantiles(tally: Tally) -> str:
    values = tally.milliseconds
    return (
        f"{len(values)} turns: p95 {shown(percentile(values, 95))}, p99 {shown(percentile(values, 99))},"
        f" slowest {shown(max(values))} ms"
    )
