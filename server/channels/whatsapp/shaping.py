"""One answer as the one request body that says it best on WhatsApp."""

from collections.abc import Sequence
from typing import Final

from nodes.splitting import split
from server.channels.whatsapp import outbound
from server.channels.whatsapp.markup import as_whatsapp
from server.channels.whatsapp.measure import sized
from server.channels.whatsapp.outbound import BODY_MOST, BUTTONS_MOST, ROWS_MOST, Address, Body, Row
from state.conversation import Choice, OutboundMessage

BUTTON_MOST: Final = 20
ROW_MOST: Final = 24
DESCRIPTION_MOST: Final = 72


def shaped(message: OutboundMessage, address: Address, *, menu: str) -> Body:
    """Return the body of `message`; `menu` names the button that opens a list.

    Up to three short choices are buttons, others the rows of a list, whose titles are cut and told whole in their
    descriptions. An answer that an emoji says as well is that emoji on the message it quotes.

    Raises:
        ShapeError: it can't be sent as it is.
    """
    words = as_whatsapp(message.text)
    if message.reaction and address.reply_to:
        return outbound.reaction(address, address.reply_to, message.reaction)
    if file := message.attachment:
        caption = "" if file.kind == "audio" else words
        return outbound.media(address, file.kind, link=file.url, caption=caption, filename=file.filename)
    if message.choices:
        return _with_choices(address, words, message.choices, menu)
    if message.link:
        return outbound.web_link(address, words, message.link.url, label=_cut(message.link.label, BUTTON_MOST))
    return outbound.text(address, words)


def in_template(message: OutboundMessage, address: Address, name: str, language: str) -> Body:
    """Return an approved template whose one variable is the answer's words, on one line as Meta demands.

    Raises:
        ShapeError: they are too long for one.
    """
    words = " ".join(as_whatsapp(message.text).split())
    sized("template.components.parameters.text", words, BODY_MOST)
    parameters = [{"type": "body", "parameters": [{"type": "text", "text": words}]}]
    return outbound.template(address, name, language, parameters)


def _with_choices(address: Address, words: str, choices: Sequence[Choice], menu: str) -> Body:
    distinct = len({choice.title for choice in choices}) == len(choices)
    short = all(len(choice.title) <= BUTTON_MOST and not choice.description for choice in choices)
    if len(choices) <= BUTTONS_MOST and short and distinct:
        return outbound.buttons(address, words, choices)
    offered = choices[:ROWS_MOST]
    cut = [_cut(choice.title, ROW_MOST) for choice in offered]
    titles = [
        title if cut.count(title) == 1 else _end_of(choice.title, ROW_MOST)
        for title, choice in zip(cut, offered, strict=True)
    ]
    rows = [_row(choice, title) for choice, title in zip(offered, titles, strict=True)]
    return outbound.rows(address, words, rows, menu=_cut(menu, BUTTON_MOST))


def _row(choice: Choice, title: str) -> Row:
    whole = [choice.title] if title != choice.title else []
    told = " · ".join([*whole, choice.description] if choice.description else whole)
    return Row(choice.id, title, _cut(told, DESCRIPTION_MOST))


def _end_of(text: str, most: int) -> str:
    """Return the end of `text` in at most `most` characters: what tells it from others that begin the same."""
    if len(text) <= most:
        return text
    end = text[len(text) - most + 1 :]
    return f"…{end.split(' ', 1)[-1] if ' ' in end else end}"


def _cut(text: str, most: int) -> str:
    """Return `text` in at most `most` characters, ended at a word and with an ellipsis where it was longer."""
    return text if len(text) <= most else f"{split(text, most - 1)[0]}…"
