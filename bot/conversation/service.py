"""One turn: understand what a person wrote, take one step, write the answer. Rasa is asked, never depended on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from prometheus_client import Histogram

from bot.catalogue.criteria import Criteria
from bot.chat.keyboards import Press
from bot.conversation.alert_context import LIMIT, MANAGE, STOP, limits_alone, speaks_of_alerts, stops_alone
from bot.conversation.answers import resume_rows
from bot.conversation.asking import asks, waiting_for, waiting_rows
from bot.conversation.context import forget_question
from bot.conversation.decisions import decided, step_of
from bot.conversation.emergency import flag_distress
from bot.conversation.following import news_of_application, step_on_kept
from bot.conversation.hearing import is_insult, typed_press
from bot.conversation.incoming import log_incoming, log_press
from bot.conversation.manner import beside_manner, manner_asked
from bot.conversation.needs import Needs, needs_in, offer_others, with_first
from bot.conversation.preferring import follow_home, mind_age, stop
from bot.conversation.presses import press_button
from bot.conversation.pushed import ON_AN_OFFER, take_up_if_pointing, take_up_pushed
from bot.conversation.questions import answer_pending
from bot.conversation.reading import Rasa, read_text
from bot.conversation.replies import Reply, Turn, acknowledge_press, send, speak
from bot.conversation.rhythms import is_stop
from bot.conversation.roles import note_residence, with_ages, with_origin, with_refusals
from bot.conversation.sequels import RESUME, step_in_context
from bot.conversation.steps import Tools, take_step
from bot.conversation.telling import note_told
from bot.conversation.ticking import TICK, is_ticking
from bot.deliveries.service import preferences_of
from bot.kit.errors import UserError
from bot.locales.service import say
from bot.transcripts.service import BUTTON, count_recent
from bot.understanding.models import Parse
from bot.understanding.service import EMERGENCY, Alarm, DistressEar, Screen, Verdict, detect_language, screen

FLOOD_WINDOW = timedelta(minutes=1)
FLOOD_LIMIT = 20
PRESS_LIMIT = 60  # turning pages is quicker than writing
URGENT_LIMIT = 60  # distress is answered even in a burst of messages
_READ_IN_A_FLOOD = 500
_LONGEST_POLITENESS = 4  # words: "s'il vous plaît"
APPLICATION_TOLD = "application_told"  # the intent of news that no model was asked about
_FLOOD = "flood"  # the intent of what was not read
_SIMPLE_NOTICE_EVERY = timedelta(minutes=10)
_latency = Histogram("escale_turn_seconds", "From an update's reception to its answer being written")


@dataclass(frozen=True)
class Services:
    """What a turn needs besides its transaction.

    Attributes:
        ear: listens for distress in a text; asked first, without Rasa, a few milliseconds a message.
    """

    rasa: Rasa
    ear: DistressEar
    tools: Tools
    show_typing: Callable[[Turn], Awaitable[None]]


async def answer_text(turn: Turn, services: Services) -> None:
    """Answer what a person wrote: guards first, then Rasa, else the search on their own words."""
    if await is_flooding(turn, services):
        return
    alarm = services.ear.listen(turn.text)
    if alarm is not Alarm.CERTAIN and (press := await typed_press(turn)) is not None:
        await _answer_press(turn, services, press)
        return
    speak_as_written(turn)
    try:
        await _answer_written(turn, services, alarm)
    except UserError as error:  # what a question was about is gone: asking it again would lead nowhere
        turn.conversation.flow = None
        await send(turn, Reply(say(error.key, turn.language, **error.values), resume_rows(turn)))


def speak_as_written(turn: Turn) -> None:
    """Speak the language that a message is written in, unless the person chose one.

    Before the first message, their Telegram's language counts as the one spoken: one borrowed word is not enough.
    """
    if not turn.person.language_chosen:
        spoken = detect_language(turn.text, previous=turn.language, telegram=turn.person.telegram_language)
        turn.person.language = str(spoken)
        speak(turn, spoken)


async def _answer_written(turn: Turn, services: Services, alarm: Alarm) -> None:
    seen = screen(turn.text)
    if alarm is Alarm.CERTAIN:
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent=EMERGENCY), EMERGENCY)
    elif is_insult(turn.text):
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent="complaint"), "insult")
    elif stops_alone(turn) and not alarm.is_raised:  # heard before Rasa, so that it works without
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent=MANAGE), STOP)
    elif limits_alone(turn.text):
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent=MANAGE), LIMIT)
    elif (wish := manner_asked(turn.text)) is not None and _is_only_manner(turn, services, alarm):
        parse = decided(turn.text, language=turn.language, intent="change_language")
        await _answer_with(turn, services, parse, f"style_{wish}")
    elif (news := await news_of_application(turn)) is not None:  # "ils m'ont refusé" sounds near distress, to Rasa too
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent=APPLICATION_TOLD), news)
    elif seen.verdict in (Verdict.EMPTY, Verdict.LETTERLESS):
        await _answer_with(turn, services, decided(turn.text, language=turn.language, intent="out_of_scope"), "empty")
    else:
        await _answer_understood(turn, services, seen, alarm)


def _is_only_manner(turn: Turn, services: Services, alarm: Alarm) -> bool:
    """Say whether nothing alarming stands beside the wish: "parle simplement, jveux plus me réveiller" is no wish."""
    beside = beside_manner(turn.text)
    is_polite = len(beside.split()) <= _LONGEST_POLITENESS
    return not alarm.is_raised or (is_polite and not services.ear.hears(beside))


async def _answer_understood(turn: Turn, services: Services, seen: Screen, alarm: Alarm) -> None:
    turn.text = seen.text
    if alarm is Alarm.SUSPECTED and await _is_about_messages(turn):
        alarm = Alarm.NONE
    await take_up_if_pointing(turn)
    parse, step = await read_text(turn, rasa=services.rasa, show_typing=services.show_typing, alarm=alarm)
    sought = Criteria.from_json(turn.conversation.criteria).countries
    parse = with_ages(with_origin(with_refusals(parse, sought=sought)))
    note_residence(turn.conversation, parse)
    await follow_home(turn, parse)
    note_told(turn.conversation, parse)
    understood, step = step, await step_in_context(turn, parse, step)
    if step in ON_AN_OFFER:
        await take_up_pushed(turn)
    if (turn.conversation.situation or {}).get("age") is not None:
        await mind_age(turn, is_told=step != EMERGENCY)
    if step == understood != EMERGENCY and (reply := await answer_pending(turn, parse)) is not None:
        await log_incoming(turn, parse)
        await send(turn, reply)
        return
    needs = needs_in(parse) if step not in (EMERGENCY, RESUME, TICK) else Needs()
    if needs.first is not None:
        parse = with_first(parse, needs)
        step = step_of(parse.intent.name)
    if parse.source == "simple" and _is_notice_due(turn):
        turn.notes.append(say("chat.simple_mode", turn.language))
    if seen.verdict is Verdict.TOO_LONG:
        turn.notes.append(say("chat.shortened", turn.language))
    await _answer_with(turn, services, parse, step, needs=needs)


async def _is_about_messages(turn: Turn) -> bool:
    """Say whether the words are about alerts, a kept offer or its plan: "I don't want to get messages anymore".

    Near distress in wording, so that suspicion alone is no reason for help lines; Rasa may still hear distress in it.
    """
    return speaks_of_alerts(turn.text) or await step_on_kept(turn) is not None or await is_ticking(turn)


async def _answer_press(turn: Turn, services: Services, press: Press) -> None:
    await log_incoming(turn, decided(turn.text, language=turn.language, intent=BUTTON))
    try:
        reply = await press_button(turn, press.verb, press.arguments, services.tools)
    except UserError as error:
        reply = Reply(say(error.key, turn.language, **error.values))
    await send(turn, reply if reply.text else replace(reply, text=reply.toast))


async def is_flooding(turn: Turn, services: Services) -> bool:
    """Whether this person writes faster than anybody reads: one polite notice at the limit, then silence.

    Distress is still heard, by its first words: reading long texts through is what a flood would keep us busy with.
    """
    recent = await count_recent(turn.session, person_id=turn.person.id, now=turn.now, window=FLOOD_WINDOW)
    is_urgent = recent >= FLOOD_LIMIT and services.ear.hears(turn.text[:_READ_IN_A_FLOOD])
    if recent < FLOOD_LIMIT or (recent < URGENT_LIMIT and is_urgent):
        return False
    if await _stops_in_a_flood(turn):
        return True
    if is_urgent:
        await flag_distress(turn)
    if not await _is_told_of_flood(turn):
        await send(turn, Reply(say("chat.too_fast", turn.language)))
    await log_incoming(turn, decided(turn.text, language=turn.language, intent="out_of_scope"), intent=_FLOOD)
    return True


async def _stops_in_a_flood(turn: Turn) -> bool:
    """Stop what comes by itself when a message says no more than that, however fast it was written; once."""
    name = turn.text.removeprefix("/").partition("@")[0]
    preferences = await preferences_of(turn.session, turn.person.id) if is_stop(name) else None
    if preferences is None or preferences.stopped_at is not None:
        return False
    await log_incoming(turn, decided(turn.text, language=turn.language, intent=MANAGE))
    await send(turn, await stop(turn))
    return True


async def is_pressing_too_fast(turn: Turn) -> bool:
    """Whether this person presses buttons faster than anybody reads: one notice over the chat, then nothing."""
    recent = await count_recent(turn.session, person_id=turn.person.id, now=turn.now, window=FLOOD_WINDOW, pressed=True)
    if recent < PRESS_LIMIT:
        return False
    if await _is_told_of_flood(turn, pressed=True):
        await acknowledge_press(turn)
    else:
        await send(turn, Reply(toast=say("chat.too_fast", turn.language)))
    await log_press(turn, "flood", intent=_FLOOD)
    return True


async def _is_told_of_flood(turn: Turn, *, pressed: bool = False) -> bool:
    told = await count_recent(
        turn.session, person_id=turn.person.id, now=turn.now, window=FLOOD_WINDOW, pressed=pressed, intent=_FLOOD
    )
    return told > 0


async def _answer_with(
    turn: Turn,
    services: Services,
    parse: Parse,
    step: str,
    *,
    needs: Needs | None = None,
) -> None:
    await log_incoming(turn, parse)
    if step == "empty":
        reply = Reply(say("chat.empty", turn.language), waiting_rows(turn))
    else:
        waiting = waiting_for(turn.conversation)
        forget_question(turn.conversation, step)
        reply = offer_others(turn, await take_step(turn, step, parse, services.tools), parse, needs or Needs())
        is_waiting = waiting is not None and waiting_for(turn.conversation) == waiting and not asks(reply)
        if is_waiting and step != EMERGENCY:
            reply = replace(reply, rows=[*reply.rows, *waiting_rows(turn)])
    await send(turn, reply)
    _latency.observe(max(0.0, (turn.clock() - turn.received_at).total_seconds()))


def _is_notice_due(turn: Turn) -> bool:
    last = turn.conversation.simple_notice_at
    if last is not None and turn.now - last < _SIMPLE_NOTICE_EVERY:
        return False
    turn.conversation.simple_notice_at = turn.now
    return True
