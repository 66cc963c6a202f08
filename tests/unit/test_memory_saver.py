from datetime import timedelta

from langgraph.checkpoint.conformance.test_utils import generate_checkpoint, generate_config, generate_metadata

from state.stores.checkpointer import MemorySaver


async def test_a_thread_expires_after_its_last_write() -> None:
    now = 0.0
    saver = MemorySaver(ttl=timedelta(seconds=10), clock=lambda: now)
    config = await saver.aput(generate_config("t"), generate_checkpoint(), generate_metadata(), {})

    now = 9.0
    await saver.aput_writes(config, [("channel", "value")], "task")
    now = 18.0
    still_there = await saver.aget_tuple(config)
    now = 19.0

    assert still_there is not None
    assert await saver.aget_tuple(config) is None


async def test_a_branch_expires_before_the_thread_it_came_from() -> None:
    now = 0.0
    saver = MemorySaver(ttl=timedelta(hours=1), clock=lambda: now)
    await saver.aput(generate_config("t"), generate_checkpoint(), generate_metadata(), {})

    await saver.abranch(generate_config("t"), "shadow", ttl=timedelta(minutes=1))
    now = 61.0

    assert await saver.aget_tuple(generate_config("shadow")) is None
    assert await saver.aget_tuple(generate_config("t")) is not None
