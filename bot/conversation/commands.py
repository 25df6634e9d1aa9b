"""Commands: the same few in four languages, and the deep links that open one offer."""

from __future__ import annotations

import re

from bot.conversation import answers, offers, searching
from bot.conversation.decisions import decided
from bot.conversation.incoming import log_incoming
from bot.conversation.questions import stop_questions
from bot.conversation.replies import Reply, Turn, send
from bot.conversation.service import Services, answer_text
from bot.conversation.steps import take_step
from bot.locales.service import say

# Every name that means a command, whatever the language of the person's Telegram.
_NAMES = {
    "start": ("start", "menu", "commencer", "empezar"),
    "help": ("help", "aide", "ayuda", "musaada"),
    "search": ("search", "chercher", "buscar", "bahth"),
    "saved": ("saved", "offers", "offres", "ofertas", "uroud"),
    "language": ("language", "langue", "idioma", "lugha"),
    "style": ("style", "ton", "estilo", "uslub"),
    "restart": ("restart", "recommencer", "reiniciar", "iaada"),
    "human": ("human", "humain", "humano", "insan"),
    "alerts": ("alerts", "alertes", "alertas", "tanbihat"),
    "stop": ("stop", "arreter", "parar", "tawaqquf"),
    "resume": ("resume", "reprendre", "reanudar", "istinaf"),
    "settings": ("settings", "reglages", "ajustes", "iidadat"),
    "about": ("about", "apropos", "privacy", "donnees", "mesdonnees"),
}
_COMMANDS = {name: command for command, names in _NAMES.items() for name in names}
_STEPS = {
    "help": "help",
    "human": "offer_adviser",
    "restart": "confirm_restart",
    "saved": "list_saved",
    "about": "privacy",
    "style": "choose_style",
    "alerts": "manage_alerts",
    "stop": "stop_pushes",
    "resume": "resume_pushes",
    "settings": "push_settings",
}
_OFFER_LINK = re.compile(r"offer_(\d{1,18})")


async def answer_command(turn: Turn, services: Services, name: str, argument: str, *, is_welcomed: bool) -> None:
    """Answer a command; words after it ("/chercher stage en Italie") are answered as a message, and so is distress."""
    command = _COMMANDS.get(name)
    is_search = command == "search" and bool(argument)
    if is_search or services.ear.hears(turn.text):
        turn.text = argument if is_search else turn.text
        await answer_text(turn, services)
        return
    await log_incoming(turn, decided(turn.text, language=turn.language, intent=command or "out_of_scope"))
    reply = await _reply_to(turn, services, name, argument, is_welcomed=is_welcomed)
    if reply is not None:
        await send(turn, reply)


async def _reply_to(turn: Turn, services: Services, name: str, argument: str, *, is_welcomed: bool) -> Reply | None:
    command = _COMMANDS.get(name)
    if command == "start":
        return await _start(turn, services, argument, is_welcomed=is_welcomed)
    if command == "search":
        return await searching.ask_kind(turn)
    if command == "language":
        return answers.choose_language(turn, None)
    if command is None:
        return stop_questions(turn, name) or Reply(say("chat.command_unknown", turn.language))
    parse = decided("", language=turn.language, intent=command)
    return await take_step(turn, _STEPS[command], parse, services.tools)


async def _start(turn: Turn, services: Services, argument: str, *, is_welcomed: bool) -> Reply | None:
    if link := _OFFER_LINK.fullmatch(argument):
        return await offers.show_offer(turn, int(link.group(1)))
    return None if is_welcomed else answers.welcome(turn, services.tools.settings)
