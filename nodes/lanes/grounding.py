"""Does an answer hold links, addresses, amounts, times, phone or record numbers that nothing supports?

A model's words are checked, never trusted.
"""

import re
from typing import Final

_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AMOUNT: Final = re.compile(
    r"(?:[€$£]\s?\d[\d.,]*)|(?:\d[\d.,]*\s?(?:€|euros?\b|eur\b|\$|dollars?\b|d[oó]lares\b|£|%))", re.IGNORECASE
)
_TIME: Final = re.compile(
    r"(?<![\d:.,])(?:(?P<hour>[01]?\d|2[0-4])[:h](?P<minute>[0-5]\d)|(?P<full>1[0-2]|0?[1-9])(?=\s?[ap]\.?m))(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]{0,2}\d){8,14}(?![\w-])")
_RECORD: Final = re.compile(r"(?<![\w-])[A-Z]{1,3}-\d{3,9}(?![\w-])")
"""The number of an order, a ticket or a return as the shop prints it: `A-5512`, `TK-1001`."""
_HALF_DAY: Final = 12
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")


def unsupported(text: str, evidence: str, heard: str = "") -> list[str]:
    """Return the links, e-mail addresses, amounts, times, phone and record numbers in `text` that `evidence` lacks.

    An amount of money or percent counts as held when its number stands there as a number of its own, in either decimal
    notation or in the currency's minor unit; a time in either notation of the clock. A phone number, and the number of
    an order, a ticket or a return, may also be what the customer wrote, `heard`.
    """
    known = evidence.casefold()
    found = [
        one for one in [*_LINK.findall(text), *_MAIL.findall(text)] if one.rstrip(".,;:!?").casefold() not in known
    ]
    numbers = {form for one in _DIGITS.findall(evidence) for form in _forms(one)}
    found += [one for one in _AMOUNT.findall(text) if not _forms(_number(one)) & numbers]
    times = {time for one in _TIME.finditer(evidence) for time in _times(one)}
    found += [one[0] for one in _TIME.finditer(text) if not _times(one) & times]
    records = {one.upper() for one in _RECORD.findall(f"{evidence}\n{heard}".upper())}
    found += [one for one in _RECORD.findall(text) if one not in records]
    digits = _bare(f"{evidence}\n{heard}")
    return found + [one for one in _PHONE.findall(text) if _bare(one) not in digits]


def _times(found: re.Match[str]) -> set[tuple[int, str]]:
    """Return the hours, of 24, that are meant, each with its minutes; without a half of the day both may be."""
    hour, minute = int(found["hour"] or found["full"]), found["minute"] or "00"
    half = (found["half"] or "").casefold()
    if half:
        return {(hour % _HALF_DAY + (_HALF_DAY if half == "p" else 0), minute)}
    return {(hour % (2 * _HALF_DAY), minute), *({((hour + _HALF_DAY) % 24, minute)} if hour <= _HALF_DAY else set())}


def _bare(text: str) -> str:
    return re.sub(r"(?<=\d)[ ().-]{1,2}(?=\d)|\+", "", text)


def _number(amount: str) -> str:
    match = _DIGITS.search(amount)
    return match[0] if match else ""


def _forms(number: str) -> set[str]:
    """Return the number in minor units of a currency with two decimals, as it may be meant: `24,90` is 2490."""
    whole, _, cents = number.replace(",", ".").rpartition(".")
    if not whole:
        return {number.lstrip("0") or "0", f"{number.lstrip('0')}00"}
    digits = whole.replace(".", "") + cents
    if len(cents) == 3:  # noqa: PLR2004 - thousands are grouped by three
        return {digits, f"{digits}00"}
    return {(digits + "0" * (2 - len(cents))).lstrip("0") or "0"}
