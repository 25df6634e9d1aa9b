"""Masks what identifies a person in a text, before the text is stored anywhere.

E-mails, phone numbers, IBANs and long digit strings (identity numbers, card numbers) become a word between
brackets. Names in chat style are not recognised by anything that was measured: they are not promised.
"""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/.])@[A-Za-z]\w{3,31}\b")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\d(?:[\s().\-/]{0,2}\d){7,14}(?!\w)")
_DIGITS = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){8,}(?!\d)")
_BOT_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")
_IBAN_DIGITS = 10
_DATE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2})(?:\s*(?:-|–|au|to|al|/)\s*(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2}))?"
)
# Arabic-Indic digits, so that ٠٦ ١٢ ... is masked like 06 12 ...
_ARABIC_DIGITS = {ord("٠") + n: str(n) for n in range(10)} | {ord("۰") + n: str(n) for n in range(10)}


def mask(text: str) -> str:
    """Return `text` with e-mails, handles, IBANs, phone numbers, tokens and strings of 9 digits or more masked."""
    masked = text.translate(_ARABIC_DIGITS)
    masked = _BOT_TOKEN.sub("[token]", masked)
    masked = _EMAIL.sub("[e-mail]", masked)
    masked = _IBAN.sub(_mask_iban, masked)
    masked = _HANDLE.sub("[handle]", masked)
    masked = _PHONE.sub(_mask_phone, masked)
    return _DIGITS.sub("[number]", masked)


def _mask_iban(match: re.Match[str]) -> str:
    return "[iban]" if sum(c.isdigit() for c in match.group()) >= _IBAN_DIGITS else match.group()


def _mask_phone(match: re.Match[str]) -> str:
    return match.group() if _DATE.fullmatch(match.group().strip()) else "[phone]"
