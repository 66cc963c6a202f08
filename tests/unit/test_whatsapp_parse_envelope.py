from typing import Any

import orjson
import pytest

from server.channels.whatsapp import (
    IncomingMessage,
    Number,
    Other,
    Person,
    StatusUpdate,
)
from server.channels.whatsapp.envelope import read
from state.turn import MediaPart, TextPart, UnsupportedPart
from tests.whatsapp import OUR_NUMBER, PHONE, USER, Json, change, contact, document, message, messages, status, value

NUMBER = Number("1065", OUR_NUMBER, "4195")
OTHER_USER = "ES.999"


def without(made: Json, *names: str) -> Json:
    return {name: value for name, value in made.items() if name not in names}


def sender(made: Json, *contacts: Any) -> Person:
    [found] = read(messages(made, contacts=list(contacts)))
    assert isinstance(found, IncomingMessage)
    return found.person


def test_every_entry_change_message_and_status_is_an_item_in_their_order() -> None:
    first = value(statuses=[status()], messages=[message(), message() | {"id": "wamid.B"}])
    second = {"metadata": {"phone_number_id": 7}, "messages": [message() | {"id": "wamid.C"}]}
    entries = [
        {"id": "1", "changes": [{"field": "messages", "value": first}, change(statuses=[status("read")])]},
        {"id": 2, "changes": [{"field": "messages", "value": second}]},
    ]

    found = read(orjson.dumps({"object": "whatsapp_business_account", "entry": entries}))

    assert [(type(item), item.number.id, item.number.account) for item in found] == [
        (StatusUpdate, "1065", "1"),
        (IncomingMessage, "1065", "1"),
        (IncomingMessage, "1065", "1"),
        (StatusUpdate, "1065", "1"),
        (IncomingMessage, "7", "2"),
    ]


def test_one_odd_message_loses_no_other() -> None:
    found = read(messages(message(), None, [], {"type": "text"}, "odd", message("hologram", x=1)))

    assert [type(item) for item in found] == [IncomingMessage, Other, Other, Other, Other, IncomingMessage]
    assert [item.raw for item in found[1:5]] == [None, [], {"type": "text"}, "odd"]


def test_a_sender_is_known_by_all_that_message_and_contact_say() -> None:
    told = contact(parent_user_id="ES.ENT.1", profile={"name": "Ana", "username": "ana"})

    assert sender(message(), told) == Person(PHONE, USER, "ES.ENT.1", "Ana", "ana")


def test_a_customer_with_a_username_has_no_phone() -> None:
    hidden = without(message(), "from") | {"from_user_id": USER}

    assert sender(hidden, without(contact(), "wa_id")) == Person(None, USER, name="Ana")
    assert sender(hidden) == Person(None, USER)


def test_contacts_are_told_apart_by_any_id() -> None:
    eva = contact(wa_id="34699", user_id=OTHER_USER, profile={"name": "Eva"})

    assert sender(message() | {"from": "34699"}, contact(), eva) == Person("34699", OTHER_USER, name="Eva")
    assert sender(message() | {"from_user_id": USER, "from": None}, eva, contact()) == Person(PHONE, USER, name="Ana")


def test_a_contact_of_somebody_else_is_not_taken_for_the_sender() -> None:
    eva = contact(wa_id="34699", user_id=OTHER_USER)

    assert sender(message(), eva) == Person(PHONE)
    assert sender(message() | {"from_user_id": USER}, contact(user_id=OTHER_USER)) == Person(PHONE, USER)


def test_the_only_contact_of_the_only_message_is_its_sender() -> None:
    nameless = without(message(), "from")

    assert sender(nameless, contact()).phone == PHONE
    assert [type(item) for item in read(messages(nameless, message(), contacts=[contact()]))] == [
        Other,
        IncomingMessage,
    ]


def test_numbers_are_taken_as_ids() -> None:
    assert sender(message() | {"from": int(PHONE)}).phone == PHONE


@pytest.mark.parametrize("field", ["history", "standby", "a_field_of_the_future"])
def test_messages_of_other_fields_are_not_for_us_to_answer(field: str) -> None:
    assert read(document(change(field, messages=[message()]))) == [Other(NUMBER, field, message(), "messages")]


def test_statuses_of_calls_are_not_statuses_of_messages() -> None:
    assert read(document(change("calls", statuses=[status()]))) == [Other(NUMBER, "calls", status(), "statuses")]


@pytest.mark.parametrize("name", ["errors", "user_actions", "groups", "history", "calls"])
def test_every_element_of_another_list_is_kept(name: str) -> None:
    found = read(document({"field": "messages", "value": value() | {name: [{"a": 1}, 2], "messages": [message()]}}))

    assert found[:2] == [Other(NUMBER, "messages", {"a": 1}, name), Other(NUMBER, "messages", 2, name)]
    assert [type(item) for item in found[2:]] == [IncomingMessage]


@pytest.mark.parametrize(
    "fields",
    [{"event": "FLAGGED"}, {"messages": []}, {}, {"messages": {"0": message()}}, {"deltas": [1]}],
)
def test_a_value_without_elements_is_kept_as_it_is(fields: Json) -> None:
    assert read(document(change("account_update", **fields))) == [Other(NUMBER, "account_update", value(**fields))]


def test_a_list_we_do_not_know_is_kept_beside_what_we_know() -> None:
    found = read(messages(message(), surprises=[1]))

    assert [type(item) for item in found] == [IncomingMessage, Other]
    assert found[1].raw["surprises"] == [1]


ODD: dict[str, tuple[Any, str, Any]] = {
    "null": (None, "", None),
    "a list": ([1], "", [1]),
    "no entry": ({"object": "whatsapp_business_account"}, "", {"object": "whatsapp_business_account"}),
    "entry as an object": ({"entry": {}}, "", {"entry": {}}),
    "an entry of nothing": ({"entry": [{"id": "1"}]}, "", {"id": "1"}),
    "an entry that is text": ({"entry": ["x"]}, "", "x"),
    "a change that is null": ({"entry": [{"changes": [None]}]}, "", None),
    "a value that is a list": (
        {"entry": [{"changes": [{"field": "flows", "value": []}]}]},
        "flows",
        {"field": "flows", "value": []},
    ),
    "another object": ({"object": "page", "entry": [{}]}, "page", {"object": "page", "entry": [{}]}),
}


@pytest.mark.parametrize(("made", "field", "raw"), ODD.values(), ids=ODD)
def test_an_odd_envelope_is_kept(made: Any, field: str, raw: Any) -> None:
    [found] = read(orjson.dumps(made))

    assert isinstance(found, Other)
    assert (found.field, found.raw) == (field, raw)


def test_a_change_without_a_field_is_read_as_messages() -> None:
    [found] = read(document({"value": value(messages=[message()])}))

    assert isinstance(found, IncomingMessage)


def said(body: bytes) -> Any:
    [found] = read(orjson.dumps(messages(message("text", text={"body": "X"}))).replace(b'"X"', body))
    assert isinstance(found, IncomingMessage)
    return found.parts


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'"\\u00f1\\ud83d\\ude00"', "ñ😀"),
        (b'"a\\ud83d"', "a?"),
        (b"NaN", "NaN"),
        (b"1e999", "1e999"),
        (b'"tab\there"', "tab\there"),
    ],
)
def test_json_that_strict_readers_refuse_is_read(body: bytes, text: str) -> None:
    assert said(body) == [TextPart(text)]


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_kept_as_text(body: bytes) -> None:
    assert read(body) == [Other(Number(None, None, None), "", body.decode("utf-8", "replace"))]


def test_other_kinds_of_bytes_are_read() -> None:
    assert read(bytearray(b"{}")) == read(memoryview(b"{}")) == read(b"{}") == read({})


def test_a_photo_and_a_riddle_share_a_document() -> None:
    found = read(messages(message("image", image={"id": "M"}), message(None), errors=[{"code": 1}]))

    assert [getattr(item, "parts", item.raw) for item in found] == [
        [MediaPart("image", "M")],
        [UnsupportedPart("untyped")],
        {"code": 1},
    ]
