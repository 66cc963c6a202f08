from typing import Any

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
)
from server.channels.whatsapp.envelope import read
from state.turn import TextPart
from tests.whatsapp import OUR_NUMBER, PHONE, USER, Json, change, document, message, messages, status

NUMBER = Number("1065", OUR_NUMBER, "4195")
OTHER_USER = "ES.999"


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
    failed = {"id": "wamid.OURS", "status": "failed"} | {
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
    assert read(document(change(statuses=[made]))) == [Other(NUMBER, "messages", made, "statuses")]


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

    assert found == [Other(NUMBER, "user_preferences", made, "user_preferences")]


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
        Other(NUMBER, "user_id_update", {"user_id": "odd"}, "user_id_update"),
    ]
