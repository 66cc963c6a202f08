import asyncio
from datetime import timedelta

import pytest
from langgraph.checkpoint.base import ChannelVersions
from langgraph.checkpoint.conformance.test_utils import generate_checkpoint, generate_metadata
from redis.asyncio import Redis

from state.stores.checkpointer import PlainRedisSaver, StaleFenceError
from tests.contracts.graphs import CONFIG, at, parallel_log, talk

KEYS = ("laneway:checkpoints:{t}:thread", "laneway:checkpoints:{t}:index")


async def used(server: Redis) -> int:
    return sum([await server.memory_usage(key, samples=0) or 0 for key in KEYS])


async def test_a_missing_script_is_taught_again_wherever_it_is_missed(saver: PlainRedisSaver, server: Redis) -> None:
    graph = talk(saver)

    for turn in range(3):
        await server.script_flush()
        state = await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")

    assert len(state["said"]) == 6


async def test_calls_of_one_tick_share_a_round_trip(saver: PlainRedisSaver) -> None:
    await saver.aget_tuple(CONFIG)
    before = saver.round_trips

    await asyncio.gather(*(saver.aget_tuple(at(f"t{number}")) for number in range(100)))

    assert saver.round_trips - before == 1


async def test_a_thread_expires_as_a_whole_and_each_write_puts_it_off(saver: PlainRedisSaver, server: Redis) -> None:
    config = await saver.aput(at("t"), generate_checkpoint(), generate_metadata(), {})
    for key in KEYS:
        await server.pexpire(key, 1000)

    await saver.aput_writes(config, [("ch", "value")], "task")

    left = [await server.pttl(key) for key in KEYS]
    assert left[0] == pytest.approx(left[1], abs=5)
    assert timedelta(milliseconds=left[0]) > timedelta(hours=23)


async def test_a_branch_keeps_its_shorter_life(saver: PlainRedisSaver, server: Redis) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")

    await saver.abranch(CONFIG, "shadow", ttl=timedelta(minutes=5))
    await graph.ainvoke({"said": ["two"]}, at("shadow"), durability="exit")

    assert 0 < await server.pttl("laneway:checkpoints:{shadow}:thread") <= 300_000
    assert 0 < await server.pttl("laneway:checkpoints:{shadow}:index") <= 300_000


async def test_a_deleted_thread_leaves_no_key(saver: PlainRedisSaver, server: Redis) -> None:
    await talk(saver).ainvoke({"said": ["one"]}, CONFIG, durability="sync")

    await saver.adelete_thread("t")

    assert await server.keys("*") == []


async def test_all_threads_are_listed_without_a_scan(saver: PlainRedisSaver, server: Redis) -> None:
    for thread in ("a", "b", "c"):
        await talk(saver).ainvoke({"said": [thread]}, at(thread), durability="exit")
    await server.config_resetstat()

    found = [saved.config["configurable"]["thread_id"] async for saved in saver.alist(None)]

    assert sorted(found) == ["a", "b", "c"]
    assert not {"cmdstat_scan", "cmdstat_keys", "cmdstat_hscan"} & set(await server.info("commandstats"))


async def test_two_hundred_turns_of_long_messages_fit_into_a_megabyte(saver: PlainRedisSaver, server: Redis) -> None:
    graph = talk(saver, lambda at: f"{at} ".ljust(780, "."))

    for turn in range(200):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")

    assert len([state async for state in saver.alist(CONFIG)]) == 20
    assert await used(server) <= 1_000_000


async def test_what_nothing_refers_to_is_gone(saver: PlainRedisSaver, server: Redis) -> None:
    saver = saver.keeping(2)
    graph = talk(saver, lambda at: f"{at} ".ljust(780, "."))
    for turn in range(6):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="sync")

    await graph.aupdate_state(CONFIG, None)
    await saver.aprune(["t"])

    kinds = [field[:1] for field in await server.hkeys(KEYS[0])]
    assert (kinds.count(b"c"), kinds.count(b"l"), kinds.count(b"m"), kinds.count(b"e")) == (1, 1, 1, 12)
    assert (kinds.count(b"i"), kinds.count(b"w")) == (0, 0)
    assert await server.zcard(KEYS[1]) == 1


async def test_ancestors_of_delta_channels_are_kept_but_not_listed(saver: PlainRedisSaver) -> None:
    graph = parallel_log(saver, nodes=2)
    for turn in range(3):
        live = await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability="sync")

    await saver.aprune(["t"])

    assert len([saved async for saved in saver.alist(CONFIG)]) == 1
    assert (await graph.aget_state(CONFIG)).values == live


async def test_another_process_finds_the_elements_that_the_first_one_stored(
    saver: PlainRedisSaver, other: PlainRedisSaver, server: Redis
) -> None:
    for turn in range(10):
        graph = talk([saver, other][turn % 2], lambda at: f"{at} ".ljust(780, "."))
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")

    fields = await server.hkeys(KEYS[0])
    assert len([field for field in fields if field[:1] == b"e"]) == 20


async def test_a_put_on_a_thread_that_has_gone_meanwhile_is_sent_whole(saver: PlainRedisSaver, server: Redis) -> None:
    graph = talk(saver, lambda at: f"{at} ".ljust(780, "."))
    for turn in range(3):
        await graph.ainvoke({"said": [f"{turn} ".ljust(780, "?")]}, CONFIG, durability="exit")
    saved = await saver.aget_tuple(CONFIG)
    assert saved is not None
    await server.unlink(*KEYS)

    versions: ChannelVersions = {"said": saver.get_next_version(None, None)}
    said = {"said": saved.checkpoint["channel_values"]["said"]}
    checkpoint = generate_checkpoint(channel_values=said, channel_versions=versions)
    await saver.aput(at("t"), checkpoint, generate_metadata(), versions)

    found = await saver.aget_tuple(CONFIG)
    assert found is not None
    assert found.checkpoint["channel_values"] == said


async def test_a_writer_with_an_older_fencing_token_is_refused(saver: PlainRedisSaver) -> None:
    await saver.aput(at("t", fence=7), generate_checkpoint(), generate_metadata(), {})

    with pytest.raises(StaleFenceError):
        await saver.aput(at("t", fence=6), generate_checkpoint(), generate_metadata(), {})

    assert len([saved async for saved in saver.alist(CONFIG)]) == 1


async def test_a_fence_can_be_raised_before_anything_is_written(saver: PlainRedisSaver) -> None:
    config = await saver.aput(at("t", fence=1), generate_checkpoint(), generate_metadata(), {})

    await saver.araise_fence("t", 2)

    with pytest.raises(StaleFenceError):
        await saver.aput_writes(at("t", config["configurable"]["checkpoint_id"], fence=1), [("a", 1)], "task")


async def test_the_same_put_twice_is_one_checkpoint(saver: PlainRedisSaver) -> None:
    saver = saver.keeping(2)
    checkpoint = generate_checkpoint(channel_values={"a": "b"}, channel_versions={"a": 1})
    await saver.aput(at("t"), generate_checkpoint(), generate_metadata(), {})
    await saver.aput(at("t"), checkpoint, generate_metadata(), {"a": 1})

    await saver.aput(at("t"), checkpoint, generate_metadata(), {"a": 1})

    assert len([saved async for saved in saver.alist(CONFIG)]) == 2
