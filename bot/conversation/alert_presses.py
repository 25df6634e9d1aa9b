"""What the buttons about alerts stand for: those of digests and campaigns, of the list and cards, of the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.conversation import alerting, managing, preferring, silence
from bot.conversation.replies import Reply, Turn
from bot.conversation.rhythms import Rhythm
from bot.conversation.steps import Tools

_Arguments = dict[str, Any]


def rhythm_of(arguments: _Arguments) -> Rhythm:
    """Return the rhythm that a button stands for, as far as it says one."""
    return Rhythm(arguments.get("rhythm"), arguments.get("weekday"), arguments.get("hour"))


async def _save(turn: Turn, arguments: _Arguments, tools: Tools) -> Reply:
    criteria, rhythm = Criteria.from_json(arguments.get("criteria")), rhythm_of(arguments)
    return await alerting.save_alert(turn, criteria, rhythm, embedder=tools.embedder, list_id=arguments.get("list_id"))


async def _list(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.show_list(turn, page=int(arguments.get("page", 0)))


async def _show(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.show_alert(turn, int(arguments["search_id"]))


async def _mute(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.mute(turn, int(arguments["search_id"]), on_card=bool(arguments.get("on_card")))


async def _take_up(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.take_up(turn, int(arguments["search_id"]), on_card=bool(arguments.get("on_card")))


async def _delete(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.delete(turn, int(arguments["search_id"]), on_card=bool(arguments.get("on_card")))


async def _clear(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.delete_all(turn)


async def _rename(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.ask_name(turn, int(arguments["search_id"]))


async def _rhythm(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.choose_rhythm(turn, int(arguments["search_id"]), rhythm_of(arguments))


async def _open(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await managing.open_told(turn, int(arguments["search_id"]), arguments.get("delivery_ids") or [])


async def _stop(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.stop(turn)


async def _resume(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.resume(turn)


async def _refuse_campaigns(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.refuse_campaigns(turn, resumes=bool(arguments.get("resumes")))


async def _accept_campaigns(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.accept_campaigns(turn)


async def _keep_on(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await silence.keep_on(turn, [int(one) for one in arguments.get("search_ids") or []])


async def _keep_all(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return silence.keep_all(turn)


async def _settings(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.show_settings(turn)


async def _set(turn: Turn, arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.set_preference(turn, arguments)


async def _ask_home(turn: Turn, _arguments: _Arguments, _tools: Tools) -> Reply:
    return await preferring.ask_home(turn)


ALERT_BUTTONS: dict[str, Callable[[Turn, _Arguments, Tools], Awaitable[Reply]]] = {
    "alert_save": _save,
    "alerts_list": _list,
    "alert_show": _show,
    "alert_mute": _mute,
    "alert_resume": _take_up,
    "alert_delete": _delete,
    "alerts_clear": _clear,
    "alert_rename": _rename,
    "alert_rhythm": _rhythm,
    "alert_open": _open,
    "pushes_stop": _stop,
    "pushes_resume": _resume,
    "campaigns_stop": _refuse_campaigns,
    "campaigns_resume": _accept_campaigns,
    "silence_go_on": _keep_on,
    "silence_keep": _keep_all,
    "push_settings": _settings,
    "push_set": _set,
    "zone_ask": _ask_home,
}
