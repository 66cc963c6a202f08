"""Check the limits of the Cloud API before a call is spent on finding them out."""

import re
from collections.abc import Sequence
from typing import Final

from state.send_errors import ShapeError

_PHONE: Final = re.compile(r"\+?[0-9]{5,20}")
_BSUID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def sized(field: str, text: str, most: int, least: int = 1) -> str:
    """Return `text`, which has `least` to `most` characters and isn't blank unless it may be empty.

    Raises:
        ShapeError: it has more or fewer.
    """
    if not least <= len(text) <= most or (least and not text.strip()):
        limit = f"{least} to {most} characters" if least else f"{most} characters"
        raise ShapeError(field, limit, f"{len(text)}{', all of them blank' if text and not text.strip() else ''}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ShapeError(field, "well-formed Unicode", "half a surrogate pair")
    return text


def identifier(field: str, text: str, most: int) -> str:
    """Return an id of 1 to `most` characters without white space at its ends."""
    if text != text.strip():
        raise ShapeError(field, "no white space at its ends", "some")
    return sized(field, text, most)


def counted(field: str, items: Sequence[object], least: int, most: int) -> None:
    """Check that there are `least` to `most` items."""
    if not least <= len(items) <= most:
        raise ShapeError(field, f"{least} to {most}", str(len(items)))


def distinct(field: str, values: Sequence[str]) -> None:
    """Check that no value comes twice."""
    if repeated := len(values) - len(set(values)):
        raise ShapeError(field, "no two alike", f"{repeated} repeated")


def web_address(field: str, url: str) -> str:
    """Return an http or https address of at most 2,000 characters."""
    if not re.match(r"https?://[^\s/]", url):
        raise ShapeError(field, "an address that begins with http:// or https://", "another beginning")
    return sized(field, url, 2000)


def person(value: str) -> dict[str, str]:
    """Return the field that names a recipient: `to` for a phone number, `recipient` for a business-scoped user id.

    Meta accepts a business-scoped user id in `to` and silently drops the message.

    Raises:
        ShapeError: it is neither.
    """
    if _PHONE.fullmatch(value):
        return {"to": value}
    if _BSUID.fullmatch(value):
        return {"recipient": value}
    raise ShapeError("recipient", "a phone number or a business-scoped user id", "something else")
