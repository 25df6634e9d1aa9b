"""The public face of sourced answers: what other packages may call."""

from bot.knowledge.conditions import PERMITS, REGIONS, Condition, Judgement, judge
from bot.knowledge.entries import Course, Entry, Helpline, Paper, Programme, Scheme, Trade, Visa
from bot.knowledge.files import TOPICS, shipped_digests
from bot.knowledge.finding import (
    Named,
    find_named,
    find_papers,
    find_visas,
    find_written,
    narrowest,
    programmes_of_codes,
    suggest_named,
)
from bot.knowledge.keeping import Listed, check_entries, list_entries
from bot.knowledge.library import Library
from bot.knowledge.queries import read_library
from bot.knowledge.shipping import Shipped, ship_entries
from bot.knowledge.situations import OUTSIDE_FRANCE, STATUSES, Situation
from bot.knowledge.stacking import Judged, Stack, adds_up, excludes, stack
from bot.knowledge.telling import plain_answer, read_value, told
from bot.knowledge.texts import Text
from bot.knowledge.truths import Truth

__all__ = [
    "OUTSIDE_FRANCE",
    "PERMITS",
    "REGIONS",
    "STATUSES",
    "TOPICS",
    "Condition",
    "Course",
    "Entry",
    "Helpline",
    "Judged",
    "Judgement",
    "Library",
    "Listed",
    "Named",
    "Paper",
    "Programme",
    "Scheme",
    "Shipped",
    "Situation",
    "Stack",
    "Text",
    "Trade",
    "Truth",
    "Visa",
    "adds_up",
    "check_entries",
    "excludes",
    "find_named",
    "find_papers",
    "find_visas",
    "find_written",
    "judge",
    "list_entries",
    "narrowest",
    "plain_answer",
    "programmes_of_codes",
    "read_library",
    "read_value",
    "ship_entries",
    "shipped_digests",
    "stack",
    "suggest_named",
    "told",
]
