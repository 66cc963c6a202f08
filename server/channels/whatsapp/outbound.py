"""The request bodies of `POST /PHONE_NUMBER_ID/messages`, every limit checked. Pure: nothing is sent here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from server.channels.whatsapp.measure import counted, distinct, identifier, person, sized, web_address
from state.conversation import Choice
from state.send_errors import ShapeError

Body = dict[str, Any]
MediaKind = Literal["image", "audio", "video", "document", "sticker"]

TEXT_MOST: Final = 4096
BODY_MOST: Final = 1024
BUTTONS_MOST: Final = 3
ROWS_MOST: Final = 10
_SMALL: Final = 60
_OPAQUE_MOST: Final = 512
_CAPTIONED: Final = frozenset({"image", "video", "document"})


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a message is for, and what it is known by.

    Attributes:
        to: a phone number, or a business-scoped user id (`CC.` and letters and digits).
        opaque: comes back in every status of the message, so that a send in doubt can be settled.
        reply_to: the wamid of the message it quotes.
    """

    to: str
    opaque: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list message."""

    id: str
    title: str
    description: str = ""


def text(address: Address, body: str, *, preview_url: bool = False) -> Body:
    """A text message of at most 4,096 characters."""
    sized("text.body", body, TEXT_MOST)
    return _message(address, "text", {"body": body, "preview_url": preview_url})


def buttons(address: Address, body: str, choices: Sequence[Choice], *, header: str = "", footer: str = "") -> Body:
    """One to three reply buttons below a text of at most 1,024 characters."""
    counted("interactive.action.buttons", choices, 1, BUTTONS_MOST)
    for choice in choices:
        identifier("button.reply.id", choice.id, 256)
        sized("button.reply.title", choice.title, 20)
    distinct("button.reply.id", [choice.id for choice in choices])
    distinct("button.reply.title", [choice.title for choice in choices])
    action = {"buttons": [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in choices]}
    return _interactive(address, "button", body, action, _frame(header, footer))


def rows(address: Address, body: str, items: Sequence[Row], *, menu: str, header: str = "", footer: str = "") -> Body:
    """A list of one to ten rows that opens with a button named `menu`."""
    counted("interactive.action.sections.rows", items, 1, ROWS_MOST)
    sized("interactive.action.button", menu, 20)
    for row in items:
        identifier("row.id", row.id, 200)
        sized("row.title", row.title, 24)
        sized("row.description", row.description, 72, least=0)
    distinct("row.id", [row.id for row in items])
    listed = [
        {"id": row.id, "title": row.title} | ({"description": row.description} if row.description else {})
        for row in items
    ]
    action = {"button": menu, "sections": [{"rows": listed}]}
    return _interactive(address, "list", body, action, _frame(header, footer))


def web_link(address: Address, body: str, url: str, *, label: str, header: str = "", footer: str = "") -> Body:
    """A button that opens an address (`cta_url`)."""
    sized("interactive.action.parameters.display_text", label, 20)
    web_address("interactive.action.parameters.url", url)
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return _interactive(address, "cta_url", body, action, _frame(header, footer))


def media(
    address: Address,
    kind: MediaKind,
    *,
    media_id: str | None = None,
    link: str | None = None,
    caption: str = "",
    filename: str = "",
) -> Body:
    """A file, by the id that an upload gave or by an address that Meta fetches; exactly one of the two."""
    if (media_id is None) == (link is None):
        raise ShapeError(kind, "an id or a link", "both" if link else "neither")
    if caption and kind not in _CAPTIONED:
        raise ShapeError(f"{kind}.caption", "none", f"{len(caption)} characters")
    if filename and kind != "document":
        raise ShapeError(f"{kind}.filename", "none", f"{len(filename)} characters")
    content: Body = (
        {"link": web_address(f"{kind}.link", link)} if link else {"id": identifier(f"{kind}.id", media_id or "", 128)}
    )
    if caption:
        content["caption"] = sized(f"{kind}.caption", caption, BODY_MOST)
    if filename:
        content["filename"] = sized("document.filename", filename, 240)
    return _message(address, kind, content)


def template(address: Address, name: str, language: str, components: Sequence[Mapping[str, Any]] = ()) -> Body:
    """An approved template: all that may be sent when the customer wrote nothing for 24 hours."""
    content: Body = {
        "name": sized("template.name", name, 512),
        "language": {"code": sized("language.code", language, 35)},
    }
    if components:
        content["components"] = [dict(one) for one in components]
    return _message(address, "template", content)


def reaction(address: Address, message_id: str, emoji: str) -> Body:
    """An emoji on the customer's message; an empty one takes it back."""
    content = {"message_id": identifier("reaction.message_id", message_id, 512), "emoji": emoji}
    sized("reaction.emoji", emoji, 16, least=0)
    return _message(replace(address, reply_to=None), "reaction", content)


def location(address: Address, latitude: float, longitude: float, *, name: str = "", place: str = "") -> Body:
    """A place in decimal degrees (WGS 84), with its name and its postal address."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 # degrees
        raise ShapeError("location", "latitude -90 to 90, longitude -180 to 180", f"{latitude}, {longitude}")
    content: Body = {"latitude": latitude, "longitude": longitude}
    named = {"name": sized("location.name", name, 1000, 0), "address": sized("location.address", place, 1000, 0)}
    return _message(address, "location", content | {key: value for key, value in named.items() if value})


def _interactive(address: Address, kind: str, body: str, action: Body, frame: Body) -> Body:
    content = {"type": kind, "body": {"text": sized("interactive.body.text", body, BODY_MOST)}, "action": action}
    return _message(address, "interactive", content | frame)


def _frame(header: str, footer: str) -> Body:
    frame: Body = {}
    if header:
        frame["header"] = {"type": "text", "text": sized("interactive.header.text", header, _SMALL)}
    if footer:
        frame["footer"] = {"text": sized("interactive.footer.text", footer, _SMALL)}
    return frame


def _message(address: Address, kind: str, content: Body) -> Body:
    body: Body = {"messaging_product": "whatsapp", "recipient_type": "individual", **person(address.to)}
    if address.reply_to:
        body["context"] = {"message_id": identifier("context.message_id", address.reply_to, 512)}
    body |= {"type": kind, kind: content}
    if address.opaque is not None:
        body["biz_opaque_callback_data"] = sized("biz_opaque_callback_data", address.opaque, _OPAQUE_MOST)
    return body
