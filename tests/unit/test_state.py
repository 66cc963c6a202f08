import pytest

from state.conversation import (
    VERSION,
    Conversation,
    ConversationUpdate,
    defaults,
    upgrade,
    upsert_turns,
    validate_patch,
)
from state.errors import InvalidStateError
from state.ids import MessageId, TurnId, is_well_formed, new_session_id
from state.turn import LocationPart, MediaPart, Part, ReplyPart, TextPart, Turn, plain_text


def turn(name: str, reply: str = "") -> Turn:
    return Turn(TurnId(name), MessageId(name), 0, [TextPart(name)], name, "es", reply=reply)


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_session_id() for _ in range(1000)]

    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert all(is_well_formed(one) for one in made)


@pytest.mark.parametrize("value", ["", "a" * 65, "a b", "../x", "ses_\n", "ñ"])
def test_what_could_not_be_an_id_is_told_apart(value: str) -> None:
    assert not is_well_formed(value)


def test_turns_are_appended_in_order() -> None:
    assert upsert_turns([turn("a")], [turn("b"), turn("c")]) == [turn("a"), turn("b"), turn("c")]


def test_a_turn_written_twice_is_kept_once_with_its_last_value() -> None:
    merged = upsert_turns([turn("a"), turn("b")], [turn("a", reply="done")])

    assert merged == [turn("a", reply="done"), turn("b")]


def test_the_reducer_does_not_change_what_it_is_given() -> None:
    kept = [turn("a")]

    upsert_turns(kept, [turn("b")])

    assert kept == [turn("a")]


def test_the_update_has_exactly_the_keys_of_the_state() -> None:
    assert ConversationUpdate.__annotations__ == Conversation.__annotations__


def test_defaults_cover_everything_but_identity_and_the_message() -> None:
    rest = set(Conversation.__annotations__) - set(defaults())

    assert rest == {"session_id", "tenant_id", "channel", "locale", "inbound"}


def test_a_patch_with_an_unknown_key_is_refused_by_name() -> None:
    with pytest.raises(InvalidStateError, match="'basket'"):
        validate_patch({"basket": []})


def test_a_patch_with_a_wrong_value_names_the_key_and_what_it_expects() -> None:
    with pytest.raises(InvalidStateError, match=r"'slots'.*dictionary.*'none'") as caught:
        validate_patch({"slots": "none"})

    assert "current_lane" in caught.value.hint


def test_a_right_patch_passes_unchanged() -> None:
    assert validate_patch({"slots": {"order": "A-1"}, "current_lane": "info"}) == {
        "slots": {"order": "A-1"},
        "current_lane": "info",
    }


def test_old_state_is_brought_up_step_by_step() -> None:
    steps = {1: lambda s: {"b": s["a"] + 1}, 2: lambda s: {"c": s["b"] + 1}}

    assert upgrade({"version": 1, "a": 1}, steps, to=3) == {"b": 2, "c": 3, "version": 3}


def test_state_of_today_needs_no_upgrade() -> None:
    assert upgrade({"version": VERSION}) == {}


def test_state_of_a_newer_version_is_refused() -> None:
    with pytest.raises(InvalidStateError, match="newer Laneway"):
        upgrade({"version": VERSION + 1})


def test_a_missing_upgrade_is_named() -> None:
    with pytest.raises(InvalidStateError, match="from state version 1"):
        upgrade({"version": 1}, {}, to=2)


def test_plain_text_takes_the_words_of_every_part() -> None:
    parts: list[Part] = [
        TextPart(" hola "),
        MediaPart("image", ref="m1", caption="la tetera"),
        MediaPart("sticker", ref="m2"),
        ReplyPart("button_reply", id="yes", title="Sí"),
        LocationPart(40.4, -3.7, name="Casa"),
    ]

    assert plain_text(parts) == "hola la tetera Sí Casa"
