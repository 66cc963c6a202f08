"""What a webhook tells, sorted by what is done with it."""

import orjson

from server.channels.whatsapp.parser import parse_webhook
from tests.whatsapp import OUR_NUMBER, PHONE, USER, change, contact, document, message, messages, status


def test_every_item_is_in_exactly_one_list() -> None:
    hello, told = message(), message("system", id="wamid.S", system={"type": "user_changed_number", "wa_id": "349"})
    ours, odd = status(), {"nobody": "knows"}
    echo = {"id": "wamid.E", "from": OUR_NUMBER, "to": PHONE, "type": "text", "text": {"body": "voy"}}
    wish = {"wa_id": PHONE, "value": "stop", "category": "marketing_messages"}
    body = document(
        change(messages=[hello, odd, told], statuses=[ours]),
        change("smb_message_echoes", message_echoes=[echo]),
        change("user_preferences", user_preferences=[wish]),
    )

    found = parse_webhook(orjson.dumps(body))

    assert [one.raw for one in found.messages] == [hello, told]
    assert [one.raw for one in found.statuses] == [ours]
    assert [one.raw for one in found.echoes] == [echo]
    assert [one.raw for one in found.other] == [odd, wish]
    assert len(found.items) == 6


def test_an_item_says_what_it_is_and_whom_it_is_from() -> None:
    nameless = {key: value for key, value in message("hologram", id="wamid.B").items() if key != "from"}
    body = document(
        change(messages=[message(), nameless], statuses=[status()], contacts=[contact()]),
        change("smb_message_echoes", message_echoes=[{"id": "wamid.E", "type": "image", "to": PHONE}]),
    )

    found = parse_webhook(orjson.dumps(body))

    assert [(one.id, one.type, one.sender) for one in found.items] == [
        ("wamid.A", "text", PHONE),
        ("wamid.B", "hologram", None),
        ("wamid.OURS", "delivered", PHONE),
        ("wamid.E", "image", OUR_NUMBER),
    ]


def test_who_has_no_number_is_known_by_the_business_scoped_id() -> None:
    body = messages({key: value for key, value in message(from_user_id=USER).items() if key != "from"})

    [found] = parse_webhook(orjson.dumps(body)).messages

    assert (found.sender, found.type) == (USER, "text")


def test_what_is_no_webhook_is_kept_as_it_came() -> None:
    assert [one.raw for one in parse_webhook(b"\xff no").other] == ["\ufffd no"]
    assert parse_webhook(b"null").messages == []
