"""The tree of errors, opened here so that a reader sees it whole.

EscaleError
├── UserError            shown to a young person: carries a translation key, never a trace
├── ConfigurationError   shown to whoever runs Escale: names the setting and the command that mends it
├── InputError           a file or argument given by an adviser is wrong: one line per problem
└── Unavailable          a part did not answer, or answered nonsense; the caller degrades or retries
    └── RasaUnavailable  (`bot.understanding.errors`) Rasa, with which of the known ways it failed
"""

from __future__ import annotations

from collections.abc import Sequence


class EscaleError(Exception):
    """Root of the errors raised on purpose."""


class UserError(EscaleError):
    """Something a young person can be told, by a key of the language catalogues.

    Attributes:
        key: name of the sentence in `bot/locales/<language>/`.
        values: what the sentence's placeholders are filled with.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class ConfigurationError(EscaleError):
    """The installation is incomplete or contradictory.

    Attributes:
        setting: the environment variable at fault, or the part that is missing.
        mend: the command or change that mends it.
    """

    def __init__(self, message: str, *, setting: str, mend: str) -> None:
        super().__init__(f"{message} ({setting}). To mend it: {mend}")
        self.setting = setting
        self.mend = mend


class InputError(EscaleError):
    """A file or an argument was refused; nothing was written.

    Attributes:
        problems: one sentence per problem, each naming the line or the field.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Unavailable(EscaleError):
    """A part of the system did not answer in time or answered nonsense.

    Attributes:
        part: which one, such as "rasa".
        reason: a few words for whoever runs Escale, such as "timeout"; never what people wrote.
    """

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part} unavailable: {reason}")
        self.part = part
        self.reason = reason
