import pytest
from langgraph.checkpoint.conformance.test_utils import generate_checkpoint, generate_metadata

from state.stores.checkpointer import StaleFenceError, ThreadSaver
from tests.contracts.graphs import CONFIG, at, parallel_log

KEYS = ("laneway:checkpoints:{t}:thread", "laneway:checkpoints:{t}:index")


async def test_ancestors_of_delta_channels_are_kept_but_not_listed(saver: ThreadSaver) -> None:
    graph = parallel_log(saver, nodes=2)
    for turn in range(3):
        live = await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability="sync")

    await saver.aprune(["t"])

    assert len([saved async for saved in saver.alist(CONFIG)]) == 1
    assert (await graph.aget_state(CONFIG)).values == live


async def test_a_writer_with_an_older_fencing_token_is_refused(saver: ThreadSaver) -> None:
    await saver.aput(at("t", fence=7), generate_checkpoint(), generate_metadata(), {})

    with pytest.raises(StaleFenceError):
        await saver.aput(at("t", fence=6), generate_checkpoint(), generate_metadata(), {})

    assert len([saved async for saved in saver.alist(CONFIG)]) == 1


async def test_a_fence_can_be_raised_before_anything_is_written(saver: ThreadSaver) -> None:
    config = await saver.aput(at("t", fence=1), generate_checkpoint(), generate_metadata(), {})

    await saver.araise_fence("t", 2)

    with pytest.raises(StaleFenceError):
        await saver.aput_writes(at("t", config["configurable"]["checkpoint_id"], fence=1), [("a", 1)], "task")


async def test_the_same_put_twice_is_one_checkpoint(saver: ThreadSaver) -> None:
    saver = saver.keeping(2)
    checkpoint = generate_checkpoint(channel_values={"a": "b"}, channel_versions={"a": 1})
    await saver.aput(at("t"), generate_checkpoint(), generate_metadata(), {})
    await saver.aput(at("t"), checkpoint, generate_metadata(), {"a": 1})

    await saver.aput(at("t"), checkpoint, generate_metadata(), {"a": 1})

    assert len([saved async for saved in saver.alist(CONFIG)]) == 2
