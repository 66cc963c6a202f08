from typing import Any, cast

import pytest
from langgraph.types import Overwrite

from nodes.build_turn import build_turn, visible
from state.conversation import VERSION, Conversation
from state.errors import InvalidStateError
from state.ids import MessageId, TurnId
from state.turn import TextPart, Turn
from tests.desk import Stage, conversation, inbound, ports


def fresh(**given: Any) -> Conversation:
    return cast("Conversation", {"session_id": "ses_1", "tenant_id": "demo", "channel": "chat", **given})


def turn(number: int) -> Turn:
    return Turn(TurnId(f"old_{number}"), MessageId(str(number)), 0, [TextPart("a")], "a", "es")


async def test_a_first_message_of_no_known_language_starts_in_the_tenants_first() -> None:
    update = await build_turn(fresh(inbound=inbound("asdf qwerty")), Stage(ports(locale="en", sure=0.5)).runtime)

    assert update["locale"] == "es"


async def test_a_new_conversation_gets_every_default_and_its_first_turn() -> None:
    update = await build_turn(fresh(inbound=inbound(" Hola \n tú ")), Stage().runtime)

    assert update["version"] == VERSION
    assert update["slots"] == {}
    assert [one.text for one in update["turns"]] == ["Hola tú"]


async def test_what_the_conversation_knows_is_kept() -> None:
    state = conversation(slots={"order": "A-1"}, current_lane="support")

    update = await build_turn(state, Stage().runtime)

    assert "slots" not in update
    assert "current_lane" not in update


async def test_what_belonged_to_the_last_turn_is_cleared() -> None:
    update = await build_turn(conversation(reply="old", error="old"), Stage().runtime)

    assert (update["reply"], update["error"], update["outbound"], update["status"]) == (None, None, [], "running")


async def test_the_language_of_a_clear_text_is_taken() -> None:
    update = await build_turn(conversation("where is my parcel?", locale="es"), Stage(ports(locale="en")).runtime)

    assert update["locale"] == "en"


async def test_an_unclear_text_stays_in_the_conversations_language() -> None:
    update = await build_turn(conversation("ok", locale="es"), Stage(ports(locale="en", sure=0.6)).runtime)

    assert update["locale"] == "es"


async def test_numbers_say_nothing_about_the_language() -> None:
    update = await build_turn(fresh(inbound=inbound("A 55.12 ??", locale="en")), Stage(ports(locale="es")).runtime)
    digits = await build_turn(fresh(inbound=inbound("55.12 ??", locale="en")), Stage(ports(locale="es")).runtime)

    assert (update["locale"], digits["locale"]) == ("es", "en")


async def test_a_language_the_shop_does_not_speak_is_not_taken() -> None:
    update = await build_turn(fresh(inbound=inbound("123", locale="fr")), Stage().runtime)

    assert update["locale"] == "es"


async def test_the_window_keeps_the_latest_turns() -> None:
    state = conversation(turns=[turn(number) for number in range(5)])

    update = await build_turn(state, Stage(ports(window=5)).runtime)

    kept = cast("Overwrite", update["turns"]).value
    assert [one.id for one in kept] == ["old_1", "old_2", "old_3", "old_4", "trn_1"]


async def test_a_turn_begun_again_is_not_added_twice() -> None:
    update = await build_turn(conversation(), Stage().runtime)

    assert [one.id for one in update["turns"]] == ["trn_1"]


async def test_a_turn_without_a_message_is_refused() -> None:
    with pytest.raises(InvalidStateError, match="inbound"):
        await build_turn(fresh(inbound=None), Stage().runtime)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\u202eb\u0000c", "abc"),
        (" a \t\n b ", "a b"),
        ("👩\u200d🍳 ok", "👩\u200d🍳 ok"),
        ("\u200b", ""),
        ("ñandú", "ñandú"),
    ],
)
def test_invisible_characters_are_taken_out_of_the_text(raw: str, shown: str) -> None:
    assert visible(raw) == shown
