"""What the API checks of a message before it takes it; written apart from `outbound`, so that one tests the other."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from server.channels.whatsapp.simulator.graph import GraphError

MISSING: Final = 131008
INVALID: Final = 131009
TOO_LONG: Final = 100
_MEDIA: Final = {"image": True, "video": True, "document": True, "audio": False, "sticker": False}


def check(body: Mapping[str, Any]) -> str:
    """Return the message's type.

    Raises:
        GraphError: it breaks a limit.
    """
    if body.get("messaging_product") != "whatsapp":
        _refuse(TOO_LONG, "messaging_product must be whatsapp")
    people = [body[key] for key in ("to", "recipient") if key in body]
    if not people or not all(isinstance(person, str) and person for person in people):
        _refuse(MISSING, "The parameter to is required.")
    _limit(body, "biz_opaque_callback_data", 512, least=0)
    if "context" in body:
        _limit(_part(body, "context"), "message_id", 1000)
    kind = body.get("type", "text")
    checks = {"text": _text, "interactive": _interactive, "template": _template, "reaction": _reaction}
    checks |= {"location": _location} | dict.fromkeys(_MEDIA, _media)
    if not isinstance(kind, str) or kind not in checks:
        _refuse(TOO_LONG, f"Param type must be one of {', '.join(sorted(checks))}")
    checks[kind](_part(body, kind), kind)
    return kind


def _text(part: Mapping[str, Any], _: str) -> None:
    _limit(part, "body", 4096)


def _media(part: Mapping[str, Any], kind: str) -> None:
    if ("id" in part) == ("link" in part):
        _refuse(MISSING, f"{kind} needs id or link")
    if "caption" in part:
        if not _MEDIA[kind]:
            _refuse(TOO_LONG, f"Unexpected key caption on param {kind}")
        _limit(part, "caption", 1024)


def _template(part: Mapping[str, Any], _: str) -> None:
    _limit(part, "name", 512)
    _limit(_part(part, "language"), "code", 35)


def _reaction(part: Mapping[str, Any], _: str) -> None:
    _limit(part, "message_id", 1000)
    _limit(part, "emoji", 32, least=0)


def _location(part: Mapping[str, Any], _: str) -> None:
    for key, most in (("latitude", 90), ("longitude", 180)):
        value = part.get(key)
        if not isinstance(value, int | float) or abs(value) > most:
            _refuse(INVALID, f"{key} is not valid")


def _interactive(part: Mapping[str, Any], _: str) -> None:
    _limit(_part(part, "body"), "text", 1024)
    if "footer" in part:
        _limit(_part(part, "footer"), "text", 60)
    if "header" in part and _part(part, "header").get("type") == "text":
        _limit(part["header"], "text", 60)
    kinds = {"button": _buttons, "list": _list, "cta_url": _link}
    if not isinstance(part.get("type"), str) or part["type"] not in kinds:
        _refuse(INVALID, "Interactive type is not known here")
    kinds[part["type"]](_part(part, "action"))


def _buttons(action: Mapping[str, Any]) -> None:
    buttons = _items(action, "buttons", 3)
    replies = [_part(button, "reply") for button in buttons]
    for reply in replies:
        _limit(reply, "title", 20)
        _limit(reply, "id", 256)
        if reply["id"] != reply["id"].strip():
            _refuse(INVALID, "Button id has spaces at its ends")
    for key in ("id", "title"):
        if len({reply[key] for reply in replies}) < len(replies):
            _refuse(INVALID, f"Duplicated {key} in buttons")


def _list(action: Mapping[str, Any]) -> None:
    _limit(action, "button", 20)
    sections = _items(action, "sections", 10)
    rows = [row for section in sections for row in _items(section, "rows", 10)]
    if len(rows) > 10:  # noqa: PLR2004 # in all sections together
        _refuse(INVALID, "Total row count exceed max allowed count: 10")
    for section in sections:
        _limit(section, "title", 24, least=1 if len(sections) > 1 else 0)
    for row in rows:
        _limit(row, "id", 200)
        _limit(row, "title", 24)
        _limit(row, "description", 72, least=0)
    if len({row["id"] for row in rows}) < len(rows):
        _refuse(INVALID, "Duplicated row id")


def _link(action: Mapping[str, Any]) -> None:
    parameters = _part(action, "parameters")
    _limit(parameters, "display_text", 20)
    _limit(parameters, "url", 2000)


def _items(part: Mapping[str, Any], key: str, most: int) -> Sequence[Mapping[str, Any]]:
    items = part.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        _refuse(MISSING, f"{key} is required")
    if not 1 <= len(items) <= most:
        _refuse(INVALID, f"Invalid {key} count. Min allowed is 1, max allowed is {most}")
    return items


def _part(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = body.get(key)
    if not isinstance(part, dict):
        _refuse(MISSING, f"The parameter {key} is required.")
    return part


def _limit(part: Mapping[str, Any], key: str, most: int, least: int = 1) -> None:
    value = part.get(key, "")
    if not isinstance(value, str) or (least and not value.strip()):
        _refuse(MISSING, f"The parameter {key} is required.")
    if len(value) > most:
        _refuse(TOO_LONG, f"Param {key} must be at most {most} characters long.")


def _refuse(code: int, details: str) -> NoReturn:
    raise GraphError(code, details)
