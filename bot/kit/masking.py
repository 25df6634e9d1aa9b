"""Masks what identifies a person in a text, before the text is stored anywhere.

E-mails, handles, phone numbers, IBANs and long digit strings (identity numbers, card numbers) become a word between
brackets. Names in chat style are not recognised by anything that was measured: they are not promised.

Every pattern reads a text once, whatever is written: people choose what stands here, and the longest text is long.
"""

from __future__ import annotations

import re

_DOT = r"(?:\.|\s?[(\[](?:dot|point|punto)[)\]]\s?)"
_COMMON_END = r"(?:com|org|net|edu|info|fr|es|eu|be|ch|de|it|pt|uk|io|me|ma|dz|tn|sn|ml|ci|cm)\b"
_SPOKEN_DOT = r"\s(?:point|dot|punto)\s"
# A local part is tried from its first letter only, and gives nothing back.
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]++(?:"
    rf"\s?(?:@|[(\[](?:at|a|arobase|arroba)[)\]])\s?[\w-]++(?:(?:{_DOT}[\w-]++)++|\s?\.\s?{_COMMON_END})"
    r"|@[\w-]{4,}+"  # no dot, but not the "tod@s" of Spanish either
    rf"|\s(?:arobase|arrobase|arobas|arroba)\s[\w-]++(?:\.[\w-]++|{_SPOKEN_DOT}[\w-]++)++"
    r"|\sat\s[\w-]++(?:\sdot\s[\w-]++)++)",  # not "a job at booking.com"
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"\b(?:t|telegram|instagram|facebook|fb|snapchat|tiktok|linkedin|wa|x|twitter)\.(?:me|com)/[\w.@/+%-]++",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<![A-Z0-9])(?:IBAN[\s:]{0,3})?[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Z0-9])",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w/.])@[A-Za-z][\w.]{2,31}\b")
_NIR = re.compile(r"(?<!\d)[12]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)", re.IGNORECASE)
_BOT_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")
# Five pairs after a zero are a phone number whatever stands between them: "06 - 12 - 34, 56, 78".
_FRENCH_PHONE = re.compile(r"(?<!\d)0[1-9](?:[\s.,:;·•*_/|–—-]{1,5}\d{2}){4}(?!\d)")
# Digits and what may stand between them: read to its end, then judged as a whole.
_RUN = re.compile(r"(?:\+\s?)?\(?\d(?:[\s().\-–—/_·•]{0,3}\d)++")
_IBAN_DIGITS = 10
_LEAST_DIGITS, _LONGEST_PHONE = 8, 15
_YEAR = r"(?:19[5-9]|20[0-4])\d"
_DATE = rf"(?:\d{{1,2}}[./ -]\d{{1,2}}[./ -]{_YEAR}|{_YEAR}[./-]\d{{2}}[./-]\d{{2}}|\d{{1,2}}[./ -]{_YEAR}|{_YEAR})"
_DATES = re.compile(rf"(?:\d{{1,2}}\s)?{_DATE}(?:\s?[\s./–—-]\s?{_DATE})*(?:\s\d{{1,2}})?")
_ROUND = r"[1-9]\d{0,2}(?:[1-9]?\d?00|(?:[ .]?000){1,2})"
_ROUND_AMOUNTS = re.compile(rf"{_ROUND}(?:\s?[/–—-]\s?{_ROUND})?")
_CURRENCY = re.compile(
    r"\s?(?:€|\$|£|eur|euros?|f?cfa|xof|xaf|francs?|dh|mad|dinars?|usd|dollars?|livres?)(?!\w)", re.I
)
_LONGEST_AMOUNT = 12
# Arabic-Indic digits, so that ٠٦ ١٢ ... is masked like 06 12 ...; and the @ of wide keyboards.
_PLAIN = {ord("٠") + n: str(n) for n in range(10)} | {ord("۰") + n: str(n) for n in range(10)} | {ord("＠"): "@"}
# Letters that nobody sees, and that would stand between two digits.
_UNSEEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)])
_PLACEHOLDER = re.compile(r"\[(?:token|e-mail|handle|iban|phone|number)\]")


def mask(text: str) -> str:
    """Return `text` with e-mails, handles, IBANs, phone numbers, tokens and strings of 8 digits or more masked.

    Dates, years and round amounts stay as they are.
    """
    masked = text.translate(_PLAIN).translate(_UNSEEN)
    masked = _BOT_TOKEN.sub("[token]", masked)
    masked = _EMAIL.sub("[e-mail]", masked)
    masked = _PROFILE.sub("[handle]", masked)
    masked = _HANDLE.sub("[handle]", masked)
    masked = _IBAN.sub(_mask_iban, masked)
    masked = _NIR.sub("[number]", masked)
    masked = _FRENCH_PHONE.sub("[phone]", masked)
    return _RUN.sub(_mask_run, masked)


def cut_out(text: str) -> str:
    """Return `text` without what `mask` masks: in a search, "[phone]" would be a word that offers hold."""
    return " ".join(_PLACEHOLDER.sub(" ", mask(text)).split())


def _mask_iban(match: re.Match[str]) -> str:
    return "[iban]" if sum(c.isdigit() for c in match.group()) >= _IBAN_DIGITS else match.group()


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    digits = sum(character.isdigit() for character in run)
    if digits < _LEAST_DIGITS or _DATES.fullmatch(run) or _ROUND_AMOUNTS.fullmatch(run):
        return run
    is_amount = digits <= _LONGEST_AMOUNT and run[0] not in "+0(" and _CURRENCY.match(match.string, match.end())
    if is_amount:
        return run
    return "[phone]" if digits <= _LONGEST_PHONE else "[number]"
