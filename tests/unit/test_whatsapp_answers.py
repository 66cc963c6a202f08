"""What a customer sees for each kind of message is what the docs say."""

import re
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from nodes.lanes.info import info
from server.channels.whatsapp import IncomingMessage, parse_webhook
from tests.desk import Stage, conversation
from tests.whatsapp import message, messages

TABLE: Final = (Path(__file__).parents[2] / "docs" / "whatsapp.md").read_text().split("## What each inbound")[1]
ITEM: Final = {"product_retailer_id": "TE-1", "quantity": 2, "item_price": 30, "currency": "EUR"}
FORM: Final = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}
CARD: Final = {"name": {"formatted_name": "Eva"}, "phones": [{"phone": "+34 600"}]}

SEEN: Final[dict[str, dict[str, Any]]] = {
    "`image`, `video`, `document`": message("image", image={"id": "M"}),
    "`audio`; with `voice: true`, and the old type `voice`": message("audio", audio={"id": "M", "voice": True}),
    "one of these without a media id": message("image", image={}),
    "`location`": message("location", location={"latitude": 40, "longitude": -3}),
    "`contacts`": message("contacts", contacts=[CARD]),
    "`reaction`; taken back": message("reaction", reaction={"message_id": "wamid.B", "emoji": "👍"}),
    "`interactive`: `nfm_reply` (a form)": message("interactive", interactive=FORM),
    "`interactive`: others; none at all": message("interactive"),
    "`order`": message("order", order={"product_items": [ITEM]}),
    "`request_welcome`": message("request_welcome", x=1),
    "`unsupported`, `unknown`": message("unsupported", errors=[{"code": 131051}]),
    "a type of the future; none": message("hologram", hologram={}),
    "a known type without a body that can be read": message("location", location=7),
}


def promised() -> dict[str, str]:
    """Return what is in quotes in the last column, by the first column."""
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in TABLE.splitlines() if row.startswith("| ")]
    quotes = {row[0]: re.findall('"([^"]+)"', row[-1]) for row in rows}
    return {kind: said[0].removesuffix("...").strip() for kind, said in quotes.items() if said}


def test_every_answer_in_the_docs_is_checked_here() -> None:
    assert promised().keys() == SEEN.keys()


@pytest.mark.parametrize("kind", SEEN)
async def test_the_customer_sees_what_the_docs_say(kind: str) -> None:
    [found] = parse_webhook(orjson.dumps(messages(SEEN[kind]))).messages
    assert isinstance(found, IncomingMessage)

    update = await info(conversation("", locale="en", parts=found.parts), Stage().runtime)

    reply = update["reply"]
    assert reply is not None
    assert reply.text.startswith(promised()[kind])


async def test_a_sticker_gets_a_thumb_up() -> None:
    [found] = parse_webhook(orjson.dumps(messages(message("sticker", sticker={"id": "M"})))).messages
    assert isinstance(found, IncomingMessage)

    update = await info(conversation("", locale="en", parts=found.parts), Stage().runtime)

    assert update["reply"] is not None
    assert update["reply"].reaction == "👍"


@pytest.mark.parametrize("item", [{"currency": "USD"}, {"item_price": None}])
async def test_a_cart_that_can_not_be_added_up_is_not(item: dict[str, Any]) -> None:
    made = message("order", order={"product_items": [ITEM, ITEM | item]})
    [found] = parse_webhook(orjson.dumps(messages(made))).messages
    assert isinstance(found, IncomingMessage)

    update = await info(conversation("", locale="en", parts=found.parts), Stage().runtime)

    assert update["reply"] is not None
    assert update["reply"].text.startswith("I got your list: 4 items. I can't")


async def test_a_cart_in_another_currency_is_added_up_in_it() -> None:
    made = message("order", order={"product_items": [ITEM | {"currency": "USD"}]})
    [found] = parse_webhook(orjson.dumps(messages(made))).messages
    assert isinstance(found, IncomingMessage)

    update = await info(conversation("", locale="en", parts=found.parts), Stage().runtime)

    assert update["reply"] is not None
    assert "$60.00" in update["reply"].text
