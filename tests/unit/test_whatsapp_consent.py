"""Who wants no more messages, and who wants them again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from state.turn import SystemPart, TextPart
from tests.unit.test_whatsapp_webhook import Hook, opened
from tests.whatsapp import PHONE, change, document, message, messages


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with opened() as one:
        yield one


def words(text: str, at: int, name: str = "") -> dict[str, Any]:
    return messages(message(text={"body": text}, type="text", id=name or f"wamid.{at}", timestamp=str(at)))


def parts(hook: Hook) -> list[Any]:
    return [part for box in hook.floor.sessions.boxes.values() for one in box.waiting for part in one.parts]


@pytest.mark.parametrize("text", ["STOP", "baja", "¡Baja!", "No mas mensajes.", "darme  de baja 🙏"])
async def test_a_message_that_is_a_stop_word_stops_and_its_turn_says_so(hook: Hook, text: str) -> None:
    await hook.post(words(text, 1750000000))

    [told, said] = parts(hook)
    assert (told, said) == (SystemPart("stop"), TextPart(text))
    assert (await hook.known()).stopped is not None


@pytest.mark.parametrize("text", ["quiero dar de baja un pedido", "stop at the shop?", "bajas", "alta"])
async def test_other_words_stop_nothing(hook: Hook, text: str) -> None:
    await hook.post(words(text, 1750000000))

    assert parts(hook) == [TextPart(text)]
    assert (await hook.known()).stopped is None


async def test_who_stopped_is_answered_again_after_a_resume_word(hook: Hook) -> None:
    await hook.post(words("baja", 1750000000))
    await hook.post(words("¡Alta!", 1750000010))

    assert parts(hook)[2:] == [SystemPart("resume"), TextPart("¡Alta!")]
    assert (await hook.known()).stopped is None


async def test_a_stop_that_is_delivered_again_after_the_resume_changes_nothing(hook: Hook) -> None:
    for body in (words("baja", 1750000000), words("alta", 1750000010), words("baja", 1750000000)):
        assert await hook.post(body) == 200

    assert (await hook.known()).stopped is None


async def test_a_preference_is_noted_and_answers_go_on(hook: Hook) -> None:
    wish = {"wa_id": PHONE, "value": "stop", "category": "marketing_messages", "timestamp": "1750000000"}

    await hook.post(document(change("user_preferences", user_preferences=[wish])))
    stopped = await hook.known()
    later = wish | {"value": "resume", "timestamp": "1750000001"}
    await hook.post(document(change("user_preferences", user_preferences=[later, wish])))

    assert (stopped.no_marketing, stopped.stopped) == (True, None)
    assert not (await hook.known()).no_marketing
