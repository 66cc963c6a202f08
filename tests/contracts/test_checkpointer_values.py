from enum import Enum

import pytest
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from state.errors import InvalidStateError
from state.stores.checkpointer import ThreadSaver
from state.stores.keyring import KeyRing
from state.stores.serde import state_serializer
from tests.contracts.ciphers import Shift
from tests.contracts.graphs import CONFIG, DURABILITIES, Durability, talk


def long_answer(length: int) -> str:
    return f"answer {length} ".ljust(200, ".")


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize("lost", [{Colour.RED: 1}, "\ud800", 2**64])
async def test_a_value_that_would_be_lost_is_refused_before_anything_is_written(
    saver: ThreadSaver, lost: object
) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="sync")
    before = [saved async for saved in saver.alist(CONFIG)]

    with pytest.raises(InvalidStateError, match="can't be kept in the state"):
        await graph.aupdate_state(CONFIG, {"said": [lost]})

    assert [saved async for saved in saver.alist(CONFIG)] == before


async def test_dicts_that_look_like_envelopes_come_back_as_dicts(saver: ThreadSaver) -> None:
    envelope = {"lc": 2, "type": "constructor", "id": ["os", "system"], "args": ["true"], "__send__": 1}
    graph = talk(saver)

    await graph.ainvoke({"said": [envelope] * 8}, CONFIG | {"metadata": {"note": str(envelope)}}, durability="sync")

    state = await graph.aget_state(CONFIG)
    assert state.values["said"][:8] == [envelope] * 8
    assert state.metadata is not None
    assert dict(state.metadata)["note"] == str(envelope)


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_an_encrypted_thread_is_read_after_the_key_is_changed(saver: ThreadSaver, durability: Durability) -> None:
    old, new = Shift(1), Shift(2)
    first = saver.with_serde(EncryptedSerializer(KeyRing({"a": old}, current="a"), state_serializer()))
    second = saver.with_serde(EncryptedSerializer(KeyRing({"a": old, "b": new}, current="b"), state_serializer()))
    for turn in range(4):
        await talk(first, long_answer).ainvoke({"said": [f"{turn}".ljust(200)]}, CONFIG, durability=durability)

    state = await talk(second, long_answer).ainvoke({"said": ["last".ljust(200)]}, CONFIG, durability=durability)
    reloaded = await talk(second).aget_state(CONFIG)

    assert len(state["said"]) == 10
    assert reloaded.values == state


async def test_a_saver_with_more_types_shares_the_connections(saver: ThreadSaver) -> None:
    more = saver.with_allowlist({(Colour.__module__, "Colour")})

    await talk(more).ainvoke({"said": [Colour.RED]}, CONFIG, durability="exit")

    saved = await more.aget_tuple(CONFIG)
    assert saved is not None
    assert saved.checkpoint["channel_values"]["said"][0] is Colour.RED
    await more.adelete_thread("t")
    assert await saver.aget_tuple(CONFIG) is None


async def test_a_state_of_megabytes_comes_back_whole(saver: ThreadSaver) -> None:
    graph = talk(saver)
    said = [*(f"{at} ".ljust(1000) for at in range(3000)), "x" * 4_000_000]

    await graph.ainvoke({"said": said}, CONFIG, durability="exit")

    assert (await graph.aget_state(CONFIG)).values == {"said": [*said, "answer 3001"]}
