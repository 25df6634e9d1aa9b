"""How an offer looks: a line of a list, a card with the essentials, and all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.catalogue.models import Offer
from bot.catalogue.service import reason_sentence
from bot.catalogue.wording import day, day_of_year, listed, money, month, months
from bot.chat.formatting import escape, isolate, shortened, visible_length
from bot.locales.service import say
from bot.vocabulary.countries import country_name
from bot.vocabulary.languages import language_name
from bot.vocabulary.levels import level_label
from bot.vocabulary.programmes import programme_label

# How much of an offer a line of a list tells, the fullest first: letters of the title, of the places, of the reasons,
# and whether what it pays is told.
_DETAILS = (
    (60, 40, 60, True),
    (48, 28, 40, True),
    (42, 24, 26, False),
    (38, 20, 14, False),
    (32, 16, 0, False),
    (24, 12, 0, False),
)
_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_APPLYING = 90, 60, 110
_WORTH_READING = 60  # a description cut below this says nothing


@dataclass(frozen=True)
class Entry:
    """One offer of a list: its rank, why it is there, whether one can still apply, and until when if that is told."""

    offer: Offer
    rank: int
    reasons: Sequence[Any]
    is_available: bool
    last_day: date | None = None


def offer_lines(entries: Sequence[Entry], language: str, *, room: int) -> list[str]:
    """Return the entries of a numbered list, as fully as `room` visible characters allow, all alike."""
    for detail in _DETAILS:
        lines = [_offer_line(entry, language, detail) for entry in entries]
        if visible_length("\n\n".join(lines)) <= room:
            return lines
    return lines


def offer_card(offer: Offer, reasons: Sequence[Any], language: str, *, room: int) -> str:
    """Return the essentials of an offer in `room` visible characters: what does not fit is in `offer_in_full`."""
    known = (
        _heading(offer, reasons, language, is_short=True),
        _practical(offer, language),
        _requirements(offer, language),
    )
    how = own_words(offer, shortened(offer.how_to_apply, _LONGEST_APPLYING), language)
    ending = [say("search.apply", language, how=how), origin_line(offer, language)]
    blocks = [list(known[0]), [], [], ending]
    for block, lines in ((1, known[1]), (2, known[2])):
        for line in lines:
            blocks[block].append(line)
            if visible_length(_joined(blocks)) > room:
                blocks[block].pop()
    left = room - visible_length(_joined(blocks)) - 2
    if left >= _WORTH_READING:
        blocks.insert(1, [own_words(offer, shortened(offer.description, left - 2), language)])
    return _joined(blocks)


def offer_in_full(offer: Offer, reasons: Sequence[Any], language: str) -> str:
    """Return all that is known of an offer, for several messages."""
    return _joined(
        [
            _heading(offer, reasons, language, is_short=False),
            [own_words(offer, offer.description, language)],
            _practical(offer, language),
            _requirements(offer, language),
            [say("search.apply", language, how=own_words(offer, offer.how_to_apply, language))],
            [origin_line(offer, language)],
        ]
    )


def _joined(blocks: Sequence[Sequence[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _offer_line(entry: Entry, language: str, detail: tuple[int, int, int, bool]) -> str:
    """Return title and place, then length, start, pay and why it is here."""
    title, places, why, has_pay = detail
    offer = entry.offer
    name = own_words(offer, shortened(offer.title, title), language)
    where = shortened(places_said(offer, language, reasons=entry.reasons), places)
    head = f"<b>{entry.rank}. {name}</b> — {escape(where)}"
    if not entry.is_available:
        return f"<s>{head}</s> ({say('search.offer_closed_mark', language)})"
    facts = [months(offer.duration_min, offer.duration_max, language), _short_start(offer, language)]
    if entry.last_day is not None and why:
        facts.append(say("search.deadline_short", language, day=day_of_year(entry.last_day, language)))
    if has_pay:
        facts.append(pay_said(offer, language))
    said = [escape(fact) for fact in facts if fact]
    if reasons := _few_reasons(entry.reasons, language, most=why):
        said.append(f"<i>✓ {escape(reasons)}</i>")
    return "\n".join(part for part in (head, " · ".join(said)) if part)


def _few_reasons(reasons: Sequence[Any], language: str, *, most: int) -> str:
    """Return the first reasons that fit, the most telling first."""
    told = ""
    for reason in reason_sentence(reasons, language).split(" · "):
        longer = f"{told} · {reason}" if told else reason
        if len(longer) > most:
            break
        told = longer
    return told


def _heading(offer: Offer, reasons: Sequence[Any], language: str, *, is_short: bool) -> list[str]:
    title, organisation, places = offer.title, offer.organisation, places_said(offer, language, reasons=reasons)
    if is_short:
        title, organisation = shortened(title, _LONGEST_TITLE), shortened(organisation, _LONGEST_NAME)
        places = shortened(places, _LONGEST_NAME)
    lines = [f"<b>{own_words(offer, title, language)}</b>"]
    lines.append(f"{own_words(offer, organisation, language)} · {escape(places)}")
    if offer.programme:
        lines.append(escape(programme_label(offer.programme, language)))
    if offer.is_example:
        lines.append(say("search.example", language))
    if why := _few_reasons(reasons, language, most=_LONGEST_NAME) if is_short else reason_sentence(reasons, language):
        lines.append(say("search.why", language, what=escape(why)))
    return lines


def _practical(offer: Offer, language: str) -> list[str]:
    stay = " · ".join(
        part for part in (months(offer.duration_min, offer.duration_max, language), start_said(offer, language)) if part
    )
    lines = [say("search.stay", language, what=escape(stay))] if stay else []
    return [*lines, deadline_line(offer, language), *money_lines(offer, language)]


def deadline_line(offer: Offer, language: str) -> str:
    """Return until when one can apply."""
    if offer.deadline:
        return say("search.deadline", language, day=escape(day(offer.deadline, language)))
    return say("search.deadline_none", language)


def money_lines(offer: Offer, language: str) -> list[str]:
    """Return what an offer pays, costs and covers."""
    pay = escape(pay_said(offer, language))
    lines = [say("search.pay", language, what=pay) if pay else say("search.unpaid", language)]
    if offer.cost_amount:
        amount = cost_said(offer, language)
        note = f" ({offer.cost_note})" if offer.cost_note else ""
        lines.append(say("search.cost", language, amount=escape(amount + note)))
    if offer.covers:
        covered = listed([say(f"search.cover_{name}", language) for name in offer.covers], language)
        lines.append(say("search.covers", language, what=escape(covered)))
    return lines


def _requirements(offer: Offer, language: str) -> list[str]:
    lines = [_ages(offer, language)]
    if offer.levels:
        accepted = listed([level_label(code, language) for code in offer.levels], language, style="or")
        lines.append(say("search.levels", language, what=escape(accepted)))
    if offer.languages:
        lines.append(say("search.languages", language, what=_languages(offer, language)))
    lines += [say("search.conditions", language, what=condition) for condition in own_conditions(offer, language)]
    return [line for line in lines if line]


def to_confirm(offer: Offer, language: str) -> list[str]:
    """Return what an offer asks for and nobody can tell from a conversation: languages, its own conditions."""
    return [*([_languages(offer, language)] if offer.languages else []), *own_conditions(offer, language)]


def own_conditions(offer: Offer, language: str) -> list[str]:
    """Return the conditions that an offer writes in its own words."""
    written = (offer.condition_nationality, offer.condition_residence, offer.condition_diploma)
    return [own_words(offer, condition, language) for condition in written if condition]


def _languages(offer: Offer, language: str) -> str:
    spoken = [
        f"{language_name(entry['code'], language)} {entry.get('level') or ''}".strip() for entry in offer.languages
    ]
    return escape(listed(spoken, language))


def _ages(offer: Offer, language: str) -> str:
    minors = f" · {say('search.minors', language)}" if offer.open_to_minors else ""
    if offer.age_min is not None and offer.age_max is not None:
        return say("search.age", language, low=offer.age_min, high=offer.age_max) + minors
    if offer.age_min is not None:
        return say("search.age_from", language, low=offer.age_min) + minors
    if offer.age_max is not None:
        return say("search.age_to", language, high=offer.age_max) + minors
    return say("search.age_minors", language, what=say("search.minors", language)) if offer.open_to_minors else ""


def origin_line(offer: Offer, language: str) -> str:
    """Return where an offer comes from and when somebody checked it."""
    source = own_words(offer, offer.source, language)
    if offer.checked_at is None or offer.is_example:
        return say("search.unchecked", language, source=source)
    return say("search.checked", language, source=source, day=day(offer.checked_at.date(), language))


def places_said(offer: Offer, language: str, *, reasons: Sequence[Any] = ()) -> str:
    """Return where the offer is, the countries for which it was found before the others."""
    wanted = {reason.get("value") for reason in reasons if reason.get("code") == "country"}
    names = [
        f"{place.city}, {country_name(place.country, language)}"
        if place.city
        else country_name(place.country, language)
        for place in sorted(offer.places, key=lambda place: place.country not in wanted)
    ]
    return " / ".join(names)


def pay_said(offer: Offer, language: str) -> str:
    """Return what an offer pays and how often; "" when it names no amount."""
    if offer.pay_amount is None:
        return ""
    period = say(f"search.period_{offer.pay_period or 'month'}", language)
    return f"{money(offer.pay_amount, offer.pay_currency, language)} {period}"


def cost_said(offer: Offer, language: str) -> str:
    """Return what an offer costs; "" when it names no amount."""
    return money(offer.cost_amount, offer.cost_currency, language) if offer.cost_amount else ""


def start_said(offer: Offer, language: str) -> str:
    """Return when one leaves: a window, a first day, or any time."""
    if offer.start_from and offer.start_until and offer.start_from != offer.start_until:
        return say(
            "search.start_between",
            language,
            first=day(offer.start_from, language),
            last=day(offer.start_until, language),
        )
    if offer.start_from:
        return say("search.start_from", language, day=day(offer.start_from, language))
    return say("search.start_any", language)


def _short_start(offer: Offer, language: str) -> str:
    if offer.start_from is None:
        return say("search.start_any", language)
    return say("search.start_short", language, month=month(offer.start_from, language))


def own_words(offer: Offer, text: str, language: str) -> str:
    """Escape what the offer says; inside Arabic, isolate it so that Latin words and figures keep their order."""
    return escape(isolate(text)) if language == "ar" and offer.language != "ar" else escape(text)
