from pathlib import Path
from typing import Any

import pytest

from server.channels.whatsapp import ChannelError, IncomingMessage, envelope
from server.channels.whatsapp.messages import TAGS
from state.turn import (
    ChangePart,
    ContactCard,
    ContactsPart,
    FlowReplyPart,
    LocationPart,
    MediaPart,
    OrderLine,
    OrderPart,
    Part,
    ReactionPart,
    ReferralPart,
    ReplyPart,
    SystemPart,
    TextPart,
    UnsupportedPart,
    plain_text,
)
from tests.whatsapp import Json, message, messages

FILE = {"id": "M", "mime_type": "image/jpeg", "sha256": "x", "url": "https://lookaside.example/1"}
VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eva Ruiz\r\nitem1.TEL;waid=34600;type=CELL:+34 600\r\nEMAIL:e@x.es\r\nEND:VCARD"
)


def interactive(kind: str, **fields: Any) -> Json:
    return message("interactive", interactive={"type": kind} | fields)


def flow(answers: Any) -> Json:
    return interactive("nfm_reply", nfm_reply={"name": "flow", "body": "Sent", "response_json": answers})


def order(*items: Any, text: str = "") -> Json:
    return message("order", order={"catalog_id": "C", "text": text, "product_items": list(items)})


def item(**fields: Any) -> Json:
    return {"product_retailer_id": "TE-1", "quantity": 2, "item_price": 30, "currency": "EUR"} | fields


CASES: dict[str, tuple[Json, list[Part]]] = {
    "text": (message(), [TextPart("hola")]),
    "text that is missing": (message("text", other=1), [UnsupportedPart("text")]),
    "text that is a list": (message("text", text=["hola"]), [UnsupportedPart("text")]),
    "text that is a number": (message("text", text={"body": 42}), [TextPart("42")]),
    "image": (message("image", image=FILE | {"caption": "mira"}), [MediaPart("image", "M", "image/jpeg", "mira")]),
    "image with nothing but an id": (message("image", image={"id": "M"}), [MediaPart("image", "M")]),
    "image without an id": (message("image", image={"caption": "?"}), [UnsupportedPart("image"), TextPart("?")]),
    "image with errors instead": (message("image", errors=[{"code": 131052}]), [UnsupportedPart("image")]),
    "video": (message("video", video=FILE), [MediaPart("video", "M", "image/jpeg")]),
    "document": (
        message("document", document={"id": "M", "filename": "a.pdf"}),
        [MediaPart("document", "M", filename="a.pdf")],
    ),
    "sticker": (message("sticker", sticker={"id": "M", "animated": True}), [MediaPart("sticker", "M")]),
    "audio": (message("audio", audio={"id": "M", "voice": False}), [MediaPart("audio", "M")]),
    "voice note": (message("audio", audio={"id": "M", "voice": True}), [MediaPart("voice", "M")]),
    "voice note, as a word": (message("audio", audio={"id": "M", "voice": "true"}), [MediaPart("voice", "M")]),
    "voice note of old": (message("voice", voice={"id": "M"}), [MediaPart("voice", "M")]),
    "location": (
        message("location", location={"latitude": 40.4, "longitude": "-3.7", "name": "Sol", "address": "Madrid"}),
        [LocationPart(40.4, -3.7, "Sol", "Madrid")],
    ),
    "live location": (
        message("location", location={"latitude": 40.4, "longitude": -3.7}),
        [LocationPart(40.4, -3.7)],
    ),
    "location nowhere": (
        message("location", location={"latitude": 1, "longitude": "NaN"}),
        [UnsupportedPart("location")],
    ),
    "contacts": (
        message(
            "contacts",
            contacts=[
                {
                    "name": {"formatted_name": "Eva"},
                    "phones": [{"phone": "+34 1", "type": "CELL"}],
                    "emails": [{"email": "e@x"}],
                },
                {"name": {"first_name": "Luis", "last_name": "Gil"}, "phones": [{"wa_id": "342"}]},
            ],
        ),
        [ContactsPart([ContactCard("Eva", ["+34 1"], ["e@x"]), ContactCard("Luis Gil", ["342"])])],
    ),
    "contact without a name": (
        message("contacts", contacts=[{"phones": [{"phone": "+34 1"}]}]),
        [ContactsPart([ContactCard("", ["+34 1"])])],
    ),
    "contact of which only the card tells": (
        message("contacts", contacts=[{"origin": "other", "vcard": VCARD}]),
        [ContactsPart([ContactCard("Eva Ruiz", ["+34 600"], ["e@x.es"])])],
    ),
    "contacts beside an odd one": (
        message("contacts", contacts=[7, {"name": {"formatted_name": "Eva"}}]),
        [ContactsPart([ContactCard("Eva")])],
    ),
    "no contacts": (message("contacts", contacts={}), [UnsupportedPart("contacts")]),
    "reaction": (
        message("reaction", reaction={"message_id": "wamid.B", "emoji": "👍"}),
        [ReactionPart("👍", "wamid.B")],
    ),
    "reaction taken back": (message("reaction", reaction={"message_id": "wamid.B"}), [ReactionPart("", "wamid.B")]),
    "reaction taken back by an empty one": (
        message("reaction", reaction={"message_id": "wamid.B", "emoji": ""}),
        [ReactionPart("", "wamid.B")],
    ),
    "reaction to nothing": (message("reaction", reaction={"emoji": "👍"}), [UnsupportedPart("reaction")]),
    "button reply": (
        interactive("button_reply", button_reply={"id": "intent:x", "title": "Sí"}),
        [ReplyPart("button_reply", "intent:x", "Sí")],
    ),
    "list reply": (
        interactive("list_reply", list_reply={"id": "r", "title": "Envío", "description": "24 h"}),
        [ReplyPart("list_reply", "r", "Envío", "24 h")],
    ),
    "list reply without a title": (
        interactive("list_reply", list_reply={"id": "r"}),
        [ReplyPart("list_reply", "r", "r")],
    ),
    "button reply with nothing": (interactive("button_reply", button_reply={}), [UnsupportedPart("button_reply")]),
    "flow reply": (flow('{"flow_token":"t"}'), [FlowReplyPart('{"flow_token":"t"}', "flow")]),
    "flow reply that is no JSON": (flow("{oops"), [FlowReplyPart("{oops", "flow")]),
    "flow reply of null": (flow(None), [FlowReplyPart("", "flow")]),
    "flow reply that is a list": (flow([1, "ñ"]), [FlowReplyPart('[1, "\\u00f1"]', "flow")]),
    "call permission": (
        interactive("call_permission_reply", call_permission_reply={"response": "accept"}),
        [SystemPart("call_permission_reply", "accept")],
    ),
    "interactive of the future": (
        interactive("payment_method", payment_method={}),
        [UnsupportedPart("payment_method")],
    ),
    "interactive that is missing": (
        message("interactive", errors=[{"code": 131051}]),
        [UnsupportedPart("interactive")],
    ),
    "button": (message("button", button={"payload": "NO", "text": "No"}), [ReplyPart("button", "NO", "No")]),
    "button without a payload": (message("button", button={"text": "No"}), [ReplyPart("button", "No", "No")]),
    "button that is text": (message("button", button="No"), [UnsupportedPart("button")]),
    "order": (order(item(), text="hoy"), [OrderPart([OrderLine("TE-1", 2, 3000, "EUR")], "hoy")]),
    "order with words for numbers": (
        order(item(quantity="3", item_price="10.5")),
        [OrderPart([OrderLine("TE-1", 3, 1050, "EUR")])],
    ),
    "order in a currency without cents": (
        order(item(item_price=9990, currency="clp")),
        [OrderPart([OrderLine("TE-1", 2, 9990, "CLP")])],
    ),
    "order in a currency of thousandths": (
        order(item(item_price=1.001, currency="KWD")),
        [OrderPart([OrderLine("TE-1", 2, 1001, "KWD")])],
    ),
    "order with a price that doubles can't hold": (
        order(item(item_price=1.15), item(item_price=0.7 + 0.1), item(item_price=1e300)),
        [
            OrderPart(
                [
                    OrderLine("TE-1", 2, 115, "EUR"),
                    OrderLine("TE-1", 2, 80, "EUR"),
                    OrderLine("TE-1", 2, 0, "EUR", priced=False),
                ]
            )
        ],
    ),
    "order without a price": (
        order({"product_retailer_id": "A", "quantity": 1, "currency": "EUR"}),
        [OrderPart([OrderLine("A", 1, 0, "EUR", priced=False)])],
    ),
    "order with odd items": (
        order(None, item(item_price="free", quantity=[], currency=None)),
        [OrderPart([OrderLine("", 1, 0, "", priced=False), OrderLine("TE-1", 1, 0, "", priced=False)])],
    ),
    "order of nothing": (order(), [UnsupportedPart("order")]),
    "system": (
        message("system", system={"type": "customer_identity_changed", "body": "New phone"}),
        [SystemPart("customer_identity_changed", "New phone")],
    ),
    "unsupported": (message("unsupported", errors=[{"code": 131051}]), [UnsupportedPart("unsupported")]),
    "unsupported by name": (message("unsupported", unsupported={"type": "poll"}), [UnsupportedPart("poll")]),
    "unknown": (message("unknown", errors=[{"code": 501}]), [UnsupportedPart("unknown")]),
    "edit": (
        message("edit", edit={"original_message_id": "wamid.B", "message": {"type": "text", "text": {"body": "dos"}}}),
        [ChangePart("edit", "wamid.B"), TextPart("dos")],
    ),
    "edit without a message": (
        message("edit", edit={"original_message_id": "wamid.B"}),
        [ChangePart("edit", "wamid.B"), UnsupportedPart("edit")],
    ),
    "edit of an edit": (
        message(
            "edit",
            edit={"original_message_id": "wamid.B", "message": {"type": "edit", "edit": {"original_message_id": "C"}}},
        ),
        [ChangePart("edit", "wamid.B"), UnsupportedPart("edit")],
    ),
    "revoke": (message("revoke", revoke={"original_message_id": "wamid.B"}), [ChangePart("revoke", "wamid.B")]),
    "revoke of nothing": (message("revoke", revoke=None), [UnsupportedPart("revoke")]),
    "request_welcome": (message("request_welcome", x=1), [SystemPart("request_welcome")]),
    "no type": (message(None), [UnsupportedPart("untyped")]),
    "a type of the future": (message("hologram", hologram={"id": 1}), [UnsupportedPart("hologram")]),
    "a type that is no word": (message(None, type=["text"]), [UnsupportedPart("untyped")]),
}


def incoming(made: Json, **fields: Any) -> IncomingMessage:
    [found] = envelope.read(messages(made, **fields))
    assert isinstance(found, IncomingMessage)
    return found


@pytest.mark.parametrize(("made", "parts"), CASES.values(), ids=CASES)
def test_a_message_becomes_its_parts(made: Json, parts: list[Part]) -> None:
    found = incoming(made)

    assert found.parts == parts
    assert (found.id, found.person.phone, found.at, found.raw) == ("wamid.A", made["from"], 1750091045000, made)


def test_the_docs_say_what_becomes_of_every_type() -> None:
    page = (Path(__file__).parents[2] / "docs" / "whatsapp.md").read_text()

    assert [kind for kind in TAGS if f"`{kind}`" not in page] == []


def test_every_type_has_a_case_here() -> None:
    assert TAGS.keys() <= {str(made.get("type")) for made, _ in CASES.values()}


def test_an_ad_stands_before_the_words_and_adds_none() -> None:
    ad = {"source_type": "ad", "source_id": "1", "source_url": "https://fb.example/1", "headline": "H", "body": "B"}

    parts = incoming(message("text", text={"body": "info"}, referral=ad)).parts

    assert parts == [ReferralPart("ad", "1", "H", "B", "https://fb.example/1"), TextPart("info")]
    assert plain_text(parts) == "info"


def test_a_question_about_a_product_names_it() -> None:
    context = {"id": "wamid.B", "referred_product": {"catalog_id": "C", "product_retailer_id": "TE-1"}}

    found = incoming(message("text", text={"body": "¿hay?"}, context=context))

    assert found.parts == [ReferralPart("product", "TE-1"), TextPart("¿hay?")]
    assert found.reply_to == "wamid.B"


@pytest.mark.parametrize(
    ("context", "forwarded"),
    [
        ({"forwarded": True}, "once"),
        ({"frequently_forwarded": "true"}, "often"),
        ({"forwarded": True, "frequently_forwarded": True}, "often"),
        ({"forwarded": "perhaps"}, None),
        ([], None),
    ],
)
def test_it_is_told_whether_a_message_was_forwarded(context: Any, forwarded: str | None) -> None:
    assert incoming(message("text", text={"body": "x"}, context=context)).forwarded == forwarded


def test_errors_of_a_message_are_kept() -> None:
    error = {"code": "131051", "title": "T", "message": "M", "error_data": {"details": "D"}}

    assert incoming(message("unsupported", errors=[error, "odd"])).errors == [ChannelError(131051, "T", "D")]


def test_a_number_shared_on_request_is_the_senders_own() -> None:
    shared = {"origin": "contact_request", "phones": [{"phone": "+34 600", "wa_id": "34600"}]}

    assert incoming(message("contacts", contacts=[shared])).own_phone == "34600"
    assert incoming(message("contacts", contacts=[shared | {"origin": "other"}])).own_phone is None


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1750091045", 1750091045000),
        (1750091045, 1750091045000),
        ("soon", None),
        (-1, None),
        (10**15, None),
        ({}, None),
    ],
)
def test_a_time_that_cannot_be_one_is_none(timestamp: Any, at: int | None) -> None:
    assert incoming(message() | {"timestamp": timestamp}).at == at


def test_a_message_in_a_group_names_the_group() -> None:
    assert incoming(message("text", text={"body": "x"}, group_id="G")).group_id == "G"
