import asyncio
from datetime import timedelta

import pytest
from langgraph.checkpoint.base import ChannelVersions
from langgraph.checkpoint.conformance.test_utils import generate_checkpoint, generate_metadata
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from redis.asyncio import Redis

from state.stores.checkpointer import PlainRedisSaver
from state.stores.serde import state_serializer
from tests.contracts.ciphers import Shift
from tests.contracts.graphs import CONFIG, at, talk, window

KEYS = ("laneway:checkpoints:{t}:thread", "laneway:checkpoints:{t}:index")


async def used(server: Redis) -> int:
    return sum([await server.memory_usage(key, samples=0) or 0 for key in KEYS])


async def test_a_missing_script_is_taught_again_wherever_it_is_missed(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = talk(redis_saver)

    for turn in range(3):
        await server.script_flush()
        state = await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")

    assert len(state["said"]) == 6


async def test_calls_of_one_tick_share_a_round_trip(redis_saver: PlainRedisSaver) -> None:
    await redis_saver.aget_tuple(CONFIG)
    before = redis_saver.round_trips

    await asyncio.gather(*(redis_saver.aget_tuple(at(f"t{number}")) for number in range(100)))

    assert redis_saver.round_trips - before == 1


async def test_a_thread_expires_as_a_whole_and_each_write_puts_it_off(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    config = await redis_saver.aput(at("t"), generate_checkpoint(), generate_metadata(), {})
    for key in KEYS:
        await server.pexpire(key, 1000)

    await redis_saver.aput_writes(config, [("ch", "value")], "task")

    ends = [await server.pexpiretime(key) for key in KEYS]
    assert ends[0] == pytest.approx(ends[1], abs=5)
    assert timedelta(milliseconds=await server.pttl(KEYS[0])) > timedelta(hours=23)


async def test_a_branch_keeps_its_shorter_life(redis_saver: PlainRedisSaver, server: Redis) -> None:
    graph = talk(redis_saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")

    await redis_saver.abranch(CONFIG, "shadow", ttl=timedelta(minutes=5))
    await graph.ainvoke({"said": ["two"]}, at("shadow"), durability="exit")

    assert 0 < await server.pttl("laneway:checkpoints:{shadow}:thread") <= 300_000
    assert 0 < await server.pttl("laneway:checkpoints:{shadow}:index") <= 300_000


async def test_a_deleted_thread_leaves_no_key(redis_saver: PlainRedisSaver, server: Redis) -> None:
    await talk(redis_saver).ainvoke({"said": ["one"]}, CONFIG, durability="sync")

    await redis_saver.adelete_thread("t")

    assert await server.keys("*") == []


async def test_all_threads_are_listed_without_a_scan(redis_saver: PlainRedisSaver, server: Redis) -> None:
    for thread in ("a", "b", "c"):
        await talk(redis_saver).ainvoke({"said": [thread]}, at(thread), durability="exit")
    await server.config_resetstat()

    found = [saved.config["configurable"]["thread_id"] async for saved in redis_saver.alist(None)]

    assert sorted(found) == ["a", "b", "c"]
    assert not {"cmdstat_scan", "cmdstat_keys", "cmdstat_hscan"} & set(await server.info("commandstats"))


async def test_two_hundred_turns_of_long_messages_fit_into_a_megabyte(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = talk(redis_saver, lambda at: f"{at} ".ljust(780, "."))

    for turn in range(200):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")

    assert 20 <= len([state async for state in redis_saver.alist(CONFIG)]) <= 24
    assert await used(server) <= 1_000_000


async def test_what_nothing_refers_to_is_gone(redis_saver: PlainRedisSaver, server: Redis) -> None:
    redis_saver = redis_saver.keeping(2)
    graph = talk(redis_saver, lambda at: f"{at} ".ljust(780, "."))
    for turn in range(6):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="sync")

    await graph.aupdate_state(CONFIG, None)
    await redis_saver.aprune(["t"])

    kinds = [field[:1] for field in await server.hkeys(KEYS[0])]
    assert (kinds.count(b"c"), kinds.count(b"l"), kinds.count(b"m"), kinds.count(b"e")) == (1, 1, 1, 12)
    assert (kinds.count(b"i"), kinds.count(b"w")) == (0, 0)
    assert await server.zcard(KEYS[1]) == 1


async def test_another_process_finds_the_elements_that_the_first_one_stored(
    redis_saver: PlainRedisSaver, other: PlainRedisSaver, server: Redis
) -> None:
    for turn in range(10):
        graph = talk([redis_saver, other][turn % 2], lambda at: f"{at} ".ljust(780, "."))
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")

    fields = await server.hkeys(KEYS[0])
    assert len([field for field in fields if field[:1] == b"e"]) == 20


async def test_a_put_on_a_thread_that_has_gone_meanwhile_is_sent_whole(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = talk(redis_saver, lambda at: f"{at} ".ljust(780, "."))
    for turn in range(3):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")
    saved = await redis_saver.aget_tuple(CONFIG)
    assert saved is not None
    await server.unlink(*KEYS)

    versions: ChannelVersions = {"said": redis_saver.get_next_version(None, None)}
    said = {"said": saved.checkpoint["channel_values"]["said"]}
    checkpoint = generate_checkpoint(channel_values=said, channel_versions=versions)
    await redis_saver.aput(at("t"), checkpoint, generate_metadata(), versions)

    found = await redis_saver.aget_tuple(CONFIG)
    assert found is not None
    assert found.checkpoint["channel_values"] == said


async def test_elements_that_left_the_list_leave_the_store(redis_saver: PlainRedisSaver, server: Redis) -> None:
    graph = window(redis_saver.keeping(2), 6)

    for turn in range(10):
        await graph.ainvoke({"said": [f"{turn} ".ljust(200, "?")]}, CONFIG, durability="exit")

    elements = [field for field in await server.hkeys(KEYS[0]) if field[:1] == b"e"]
    assert len(elements) == 8


async def test_an_encrypted_thread_stores_every_element_once(redis_saver: PlainRedisSaver, server: Redis) -> None:
    sealed = redis_saver.with_serde(EncryptedSerializer(Shift(3), state_serializer()))
    graph = talk(sealed, lambda at: f"{at} ".ljust(200, "."))

    for turn in range(10):
        await graph.ainvoke({"said": [f"{turn} ".ljust(200, "?")]}, CONFIG, durability="sync")

    fields = await server.hgetall(KEYS[0])
    assert len([field for field in fields if field[:1] == b"e"]) == 20
    assert not any(b"????" in value or b"...." in value for value in fields.values())


async def test_a_saver_for_blocking_graphs_shares_threads_with_one_for_async_graphs(
    redis_saver: PlainRedisSaver, store_url: str
) -> None:
    await talk(redis_saver).ainvoke({"said": ["one"]}, CONFIG, durability="exit")

    with PlainRedisSaver.blocking(store_url) as blocking:
        state = await asyncio.to_thread(talk(blocking).invoke, {"said": ["two"]}, CONFIG, durability="sync")
        listed = list(blocking.list(CONFIG))

    assert state["said"] == ["one", "answer 1", "two", "answer 3"]
    assert listed == [saved async for saved in redis_saver.alist(CONFIG)]


async def test_a_thousand_turns_of_long_messages_fit_into_five_megabytes(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = talk(redis_saver, lambda at: f"{at} ".ljust(780, "."))
    said = [f"{at} ".ljust(780, "?") for at in range(1998)]
    await graph.aupdate_state(CONFIG, {"said": said}, as_node="answer")

    for turn in range(30):
        state = await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")

    assert await used(server) <= 5_000_000
    assert len(state["said"]) == 1998 + 60
