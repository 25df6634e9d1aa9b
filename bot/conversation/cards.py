"""How an offer looks: a line of a list, and the card with all that a young person needs to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.catalogue.models import Offer
from bot.catalogue.service import reason_sentence
from bot.chat.formatting import escape, isolate
from bot.conversation.wording import day, listed, money, month, months
from bot.locales.service import say
from bot.vocabulary.countries import country_name
from bot.vocabulary.languages import language_name
from bot.vocabulary.levels import level_label
from bot.vocabulary.programmes import programme_label

_LONGEST_DESCRIPTION = 700


def offer_line(offer: Offer, rank: int, reasons: Sequence[Any], language: str, *, is_available: bool) -> str:
    """Return an offer as an entry of a numbered list: title and place, then length, start, pay and why it is here."""
    head = f"<b>{rank}. {_own_words(offer, offer.title, language)}</b> — {escape(_places(offer, language))}"
    if not is_available:
        return f"<s>{head}</s> ({say('search.offer_closed_mark', language)})"
    facts = [months(offer.duration_min, offer.duration_max, language), _short_start(offer, language)]
    if offer.pay_amount is not None:
        facts.append(_pay(offer, language))
    lines = [head, " · ".join(escape(fact) for fact in facts if fact)]
    if why := reason_sentence(reasons, language):
        lines.append(f"<i>✓ {escape(why)}</i>")
    return "\n".join(line for line in lines if line)


def offer_card(offer: Offer, reasons: Sequence[Any], language: str) -> str:
    """Return the whole card of an offer, as Telegram HTML under 4,096 units."""
    blocks = [
        "\n".join(_heading(offer, reasons, language)),
        _own_words(offer, _shortened(offer.description), language),
        "\n".join(_practical(offer, language)),
        "\n".join(_requirements(offer, language)),
        say("search.apply", language, how=_own_words(offer, offer.how_to_apply, language)),
        _origin(offer, language),
    ]
    return "\n\n".join(block for block in blocks if block)


def _heading(offer: Offer, reasons: Sequence[Any], language: str) -> list[str]:
    lines = [f"<b>{_own_words(offer, offer.title, language)}</b>"]
    lines.append(f"{_own_words(offer, offer.organisation, language)} · {escape(_places(offer, language))}")
    if offer.programme:
        lines.append(escape(programme_label(offer.programme, language)))
    if offer.is_example:
        lines.append(say("search.example", language))
    if why := reason_sentence(reasons, language):
        lines.append(say("search.why", language, what=escape(why)))
    return lines


def _practical(offer: Offer, language: str) -> list[str]:
    stay = " · ".join(
        part for part in (months(offer.duration_min, offer.duration_max, language), _start(offer, language)) if part
    )
    lines = [f"🗓️ {escape(stay)}"] if stay else []
    if offer.deadline:
        lines.append(say("search.deadline", language, day=escape(day(offer.deadline, language))))
    else:
        lines.append(say("search.deadline_none", language))
    lines.append(
        f"💶 {escape(_pay(offer, language))}" if offer.pay_amount is not None else say("search.unpaid", language)
    )
    if offer.cost_amount:
        amount = money(offer.cost_amount, offer.cost_currency, language)
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
        spoken = [
            f"{language_name(entry['code'], language)} {entry.get('level') or ''}".strip() for entry in offer.languages
        ]
        lines.append(say("search.languages", language, what=escape(listed(spoken, language))))
    for condition in (offer.condition_nationality, offer.condition_residence, offer.condition_diploma):
        if condition:
            lines.append(say("search.conditions", language, what=_own_words(offer, condition, language)))
    return [line for line in lines if line]


def _ages(offer: Offer, language: str) -> str:
    minors = f" · {say('search.minors', language)}" if offer.open_to_minors else ""
    if offer.age_min is not None and offer.age_max is not None:
        return say("search.age", language, low=offer.age_min, high=offer.age_max) + minors
    if offer.age_min is not None:
        return say("search.age_from", language, low=offer.age_min) + minors
    if offer.age_max is not None:
        return say("search.age_to", language, high=offer.age_max) + minors
    return f"👤 {say('search.minors', language)}" if offer.open_to_minors else ""


def _origin(offer: Offer, language: str) -> str:
    source = _own_words(offer, offer.source, language)
    if offer.checked_at is None or offer.is_example:
        return say("search.unchecked", language, source=source)
    return say("search.checked", language, source=source, day=day(offer.checked_at.date(), language))


def _places(offer: Offer, language: str) -> str:
    names = [
        f"{place.city}, {country_name(place.country, language)}"
        if place.city
        else country_name(place.country, language)
        for place in offer.places
    ]
    return " / ".join(names)


def _pay(offer: Offer, language: str) -> str:
    if offer.pay_amount is None:
        return ""
    period = say(f"search.period_{offer.pay_period or 'month'}", language)
    return f"{money(offer.pay_amount, offer.pay_currency, language)} {period}"


def _start(offer: Offer, language: str) -> str:
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


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    return text[:_LONGEST_DESCRIPTION].rsplit(" ", 1)[0] + "…"


def _own_words(offer: Offer, text: str, language: str) -> str:
    """Escape what the offer says; inside Arabic, isolate it so that Latin words and figures keep their order."""
    return escape(isolate(text)) if language == "ar" and offer.language != "ar" else escape(text)
