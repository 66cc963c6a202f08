"""Does an answer hold links, addresses or amounts that nothing supports? A model's words are checked, never trusted."""

import re
from typing import Final

_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AMOUNT: Final = re.compile(
    r"(?:[€$£]\s?\d[\d.,]*)|(?:\d[\d.,]*\s?(?:€|euros?\b|eur\b|\$|dollars?\b|d[oó]lares\b|£|%))", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")


def unsupported(text: str, evidence: str) -> list[str]:
    """Return the links, e-mail addresses and amounts of money or percent in `text` that `evidence` doesn't hold.

    An amount counts as held when its number stands there as a number of its own, in either decimal notation or in the
    currency's minor unit.
    """
    known = evidence.casefold()
    found = [
        one for one in [*_LINK.findall(text), *_MAIL.findall(text)] if one.rstrip(".,;:!?").casefold() not in known
    ]
    numbers = {form for one in _DIGITS.findall(evidence) for form in _forms(one)}
    return found + [one for one in _AMOUNT.findall(text) if not _forms(_number(one)) & numbers]


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
