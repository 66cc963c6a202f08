from typing import Any

import orjson
import pytest

from server.channels.whatsapp import (
    ChannelError,
    Echo,
    IdentityChange,
    IncomingMessage,
    Number,
    Other,
    Person,
    Preference,
    StatusUpdate,
    read,
)
from state.turn import MediaPart, TextPart, UnsupportedPart
from tests.whatsapp import OUR_NUMBER, PHONE, USER, Json, change, contact, document, message, messages, status, value

NUMBER = Number("1065", OUR_NUMBER, "4195")
OTHER_USER = "ES.999"


def without(made: Json, *names: str) -> Json:
    return {name: value for name, value in made.items() if name not in names}


def sender(made: Json, *contacts: Any) -> Person:
    [found] = read(messages(made, contacts=list(contacts)))
    assert isinstance(found, IncomingMessage)
    return found.sender


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


def test_a_status_tells_what_became_of_our_message() -> None:
    made = status(
        recipient_user_id=USER,
        biz_opaque_callback_data="outbox-1",
        pricing={"billable": True, "category": "service"},
    )

    [found] = read(document(change(statuses=[made])))

    assert found == StatusUpdate(
        NUMBER, "wamid.OURS", "delivered", 1750091046000, Person(PHONE, USER), made, None, "outbox-1", "service"
    )


def test_a_failed_status_may_name_nobody() -> None:
    failed = without(status("failed"), "recipient_id") | {
        "errors": [{"code": 131026, "message": "Undeliverable", "error_data": None}]
    }

    [found] = read(document(change(statuses=[failed])))

    assert isinstance(found, StatusUpdate)
    assert (found.recipient, found.errors) == (Person(), [ChannelError(131026, "Undeliverable", None)])


def test_a_status_in_a_group_is_about_a_member() -> None:
    made = status(
        recipient_type="group",
        recipient_id="G",
        recipient_participant_id=PHONE,
        recipient_participant_user_id=USER,
        recipient_participant_parent_user_id="ES.ENT.1",
    )

    [found] = read(document(change(statuses=[made])))

    assert isinstance(found, StatusUpdate)
    assert (found.group_id, found.recipient) == ("G", Person(PHONE, USER, "ES.ENT.1"))


@pytest.mark.parametrize("made", [{"id": "wamid.OURS"}, {"status": "read"}, None, "read"])
def test_a_status_of_nothing_is_kept(made: Any) -> None:
    assert read(document(change(statuses=[made]))) == [Other(NUMBER, "messages", made)]


def test_what_a_person_sent_from_our_number_is_an_echo() -> None:
    sent = message() | {"from": OUR_NUMBER, "to": PHONE, "to_user_id": USER}
    echo = Echo(NUMBER, "wamid.A", Person(PHONE, USER), 1750091045000, [TextPart("hola")], sent)

    assert read(document(change("smb_message_echoes", message_echoes=[sent]))) == [echo]
    assert read(document(change(messages=[sent]))) == [echo]


def test_our_number_is_known_however_it_is_shown() -> None:
    shown = {"display_phone_number": "+34 910-00 00 00", "phone_number_id": "1065"}

    [found] = read(messages(message() | {"from": OUR_NUMBER}, metadata=shown))

    assert isinstance(found, Echo)


def test_a_customer_stops_and_resumes_marketing() -> None:
    made = {"wa_id": PHONE, "user_id": USER, "category": "marketing_messages", "value": "STOP", "timestamp": 1750091045}

    [found] = read(document(change("user_preferences", user_preferences=[made])))

    assert found == Preference(NUMBER, Person(PHONE, USER), "stop", "marketing_messages", 1750091045000, made)


@pytest.mark.parametrize("made", [{"value": "stop"}, {"wa_id": PHONE}, 1])
def test_a_preference_of_nobody_or_for_nothing_is_kept(made: Any) -> None:
    found = read(document(change("user_preferences", user_preferences=[made])))

    assert found == [Other(NUMBER, "user_preferences", made)]


CHANGED: dict[str, tuple[Json, Person, Person]] = {
    "a number": ({"type": "user_changed_number", "wa_id": "34611"}, Person(PHONE), Person("34611")),
    "a number, as it was once told": (
        {"type": "customer_changed_number", "new_wa_id": "34611"},
        Person(PHONE),
        Person("34611"),
    ),
    "a number and its id": (
        {"type": "user_changed_number", "wa_id": "34611", "user_id": OTHER_USER, "previous_user_id": USER},
        Person(PHONE, USER),
        Person("34611", OTHER_USER),
    ),
    "an id": (
        {"type": "user_changed_user_id", "user_id": OTHER_USER, "parent_user_id": "ES.ENT.2", "wa_id": PHONE},
        Person(),
        Person(PHONE, OTHER_USER, "ES.ENT.2"),
    ),
}


@pytest.mark.parametrize(("system", "previous", "current"), CHANGED.values(), ids=CHANGED)
def test_a_customer_changed(system: Json, previous: Person, current: Person) -> None:
    made = message("system", system=system)

    assert read(messages(made)) == [
        IdentityChange(NUMBER, system["type"], previous, current, 1750091045000, made),
    ]


def test_a_change_that_tells_no_new_id_is_a_message() -> None:
    [found] = read(messages(message("system", system={"type": "user_changed_number"})))

    assert isinstance(found, IncomingMessage)


def test_a_new_business_scoped_id_comes_with_the_old_one() -> None:
    made = {
        "wa_id": PHONE,
        "user_id": {"previous": USER, "current": OTHER_USER},
        "parent_user_id": {"previous": "ES.ENT.1", "current": "ES.ENT.2"},
        "timestamp": "1750091045",
    }
    previous, current = Person(None, USER, "ES.ENT.1"), Person(PHONE, OTHER_USER, "ES.ENT.2")

    found = read(document(change("user_id_update", user_id_update=[made, {"user_id": "odd"}])))

    assert found == [
        IdentityChange(NUMBER, "user_id_update", previous, current, 1750091045000, made),
        Other(NUMBER, "user_id_update", {"user_id": "odd"}),
    ]


@pytest.mark.parametrize("field", ["history", "standby", "a_field_of_the_future"])
def test_messages_of_other_fields_are_not_for_us_to_answer(field: str) -> None:
    assert read(document(change(field, messages=[message()]))) == [Other(NUMBER, field, message())]


def test_statuses_of_calls_are_not_statuses_of_messages() -> None:
    assert read(document(change("calls", statuses=[status()]))) == [Other(NUMBER, "calls", status())]


@pytest.mark.parametrize("name", ["errors", "user_actions", "groups", "history", "calls"])
def test_every_element_of_another_list_is_kept(name: str) -> None:
    found = read(document({"field": "messages", "value": value() | {name: [{"a": 1}, 2], "messages": [message()]}}))

    assert [(type(item), item.raw) for item in found] == [
        (Other, {"a": 1}),
        (Other, 2),
        (IncomingMessage, message()),
    ]


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
