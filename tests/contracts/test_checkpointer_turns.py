import asyncio
import re
from enum import Enum
from itertools import count
from typing import Literal

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.types import Command
from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from state.errors import InvalidStateError, StoreError
from state.stores.checkpointer import PlainRedisSaver, ThreadSaver
from state.stores.keyring import KeyRing
from state.stores.serde import state_serializer
from tests.contracts.ciphers import Shift
from tests.contracts.graphs import CONFIG, Graph, asking, at, nested, parallel_log, talk

Durability = Literal["sync", "async", "exit"]


async def ask_and_go_another_way(graph: Graph, durability: Durability) -> RunnableConfig:
    """Leave a question open on one branch, go on along another, and return the question's place."""
    await graph.ainvoke({"said": ["hello"]}, CONFIG, durability=durability)
    start = (await graph.aget_state(CONFIG)).config
    await graph.ainvoke({"said": ["ask"]}, CONFIG, durability=durability)
    asked = (await graph.aget_state(CONFIG)).config
    await graph.ainvoke({"said": ["other way"]}, start, durability=durability)
    return asked


def long_answer(length: int) -> str:
    return f"answer {length} ".ljust(200, ".")


class Colour(Enum):
    RED = "red"


DURABILITIES: list[Durability] = ["sync", "async", "exit"]


async def test_the_next_turn_goes_on_where_the_last_one_ended(saver: ThreadSaver) -> None:
    graph = talk(saver)

    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    state = await graph.ainvoke({"said": ["two"]}, CONFIG, durability="exit")

    assert state == {"said": ["one", "answer 1", "two", "answer 3"]}


async def test_a_turn_that_is_saved_at_its_end_takes_two_round_trips(saver: ThreadSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    before = saver.round_trips

    await graph.ainvoke({"said": ["two"]}, CONFIG, durability="exit")

    assert saver.round_trips - before == 2


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_delta_channel_that_parallel_nodes_write_reloads_in_live_order(
    saver: ThreadSaver, durability: Durability
) -> None:
    graph, live = parallel_log(saver), []

    for turn in range(4):
        live = (await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability=durability))["log"]

    assert len(live) == 4 * 8
    assert (await graph.aget_state(CONFIG)).values == {"log": live}


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_delta_channel_outlives_the_turns_it_was_written_in(saver: ThreadSaver, durability: Durability) -> None:
    saver = saver.keeping(2)
    graph, live = parallel_log(saver), []

    for turn in range(12):
        live = (await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability=durability))["log"]

    assert (await graph.aget_state(CONFIG)).values == {"log": live}
    assert len(live) == 12 * 8


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_only_the_last_turns_can_be_travelled_to(saver: ThreadSaver, durability: Durability) -> None:
    saver = saver.keeping(3)
    graph = talk(saver)

    for turn in range(10):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability=durability)

    ends = [state.values["said"][-2] async for state in graph.aget_state_history(CONFIG) if not state.next]
    assert ends == ["turn 9", "turn 8", "turn 7"]


async def test_an_old_turn_can_be_taken_another_way(saver: ThreadSaver) -> None:
    graph = talk(saver)
    for turn in range(3):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="exit")
    first = [state async for state in graph.aget_state_history(CONFIG)][-1]

    forked = await graph.ainvoke({"said": ["instead"]}, first.config, durability="exit")
    later = await graph.ainvoke({"said": ["and then"]}, CONFIG, durability="exit")

    assert forked == {"said": ["turn 0", "answer 1", "instead", "answer 3"]}
    assert later["said"][:5] == [*forked["said"], "and then"]


async def test_a_fork_off_an_old_turn_is_not_pruned_with_it(saver: ThreadSaver) -> None:
    saver = saver.keeping(3)
    graph = talk(saver)
    for turn in range(3):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")
    oldest = [state async for state in graph.aget_state_history(CONFIG) if not state.next][-1]

    await graph.ainvoke({"said": ["instead"]}, oldest.config, durability="sync")
    state = await graph.ainvoke({"said": ["again"]}, CONFIG, durability="sync")

    assert state["said"] == ["turn 0", "answer 1", "instead", "answer 3", "again", "answer 5"]


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_question_that_waits_for_a_person_is_never_pruned(saver: ThreadSaver, durability: Durability) -> None:
    graph = asking(saver.keeping(2))
    asked = await ask_and_go_another_way(graph, durability)

    for turn in range(6):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability=durability)
    answered = await graph.ainvoke(Command(resume="yes"), asked, durability=durability)

    assert answered["said"] == ["hello", "ok", "ask", "yes"]


async def test_a_branch_changes_nothing_in_the_thread_it_came_from(saver: ThreadSaver) -> None:
    graph = talk(saver)
    for turn in range(3):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")
    before = (await graph.aget_state(CONFIG)).values
    second = [state async for state in graph.aget_state_history(CONFIG) if not state.next][1]

    await saver.abranch(second.config, "shadow")
    what_if = await graph.ainvoke({"said": ["what if"]}, at("shadow"), durability="exit")

    assert what_if["said"] == ["turn 0", "answer 1", "turn 1", "answer 3", "what if", "answer 5"]
    assert (await graph.aget_state(CONFIG)).values == before


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_branch_rebuilds_delta_channels_without_what_came_later(
    saver: ThreadSaver, durability: Durability
) -> None:
    graph = parallel_log(saver, nodes=2)
    lives = [
        (await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability=durability))["log"] for turn in range(3)
    ]
    second = [state async for state in graph.aget_state_history(CONFIG) if not state.next][1]

    await saver.abranch(second.config, "shadow")
    what_if = await graph.ainvoke({"log": ["what if"]}, at("shadow"), durability=durability)
    reloaded = await graph.aget_state(at("shadow"))

    assert what_if["log"][: len(lives[1]) + 1] == [*lives[1], "what if"]
    assert reloaded.values == what_if


async def test_an_answer_to_an_old_question_stays_travelable(saver: ThreadSaver) -> None:
    graph = asking(saver.keeping(2))
    asked = await ask_and_go_another_way(graph, "sync")
    for turn in range(6):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")

    await graph.ainvoke(Command(resume="yes"), asked, durability="sync")
    await graph.ainvoke({"said": ["more"]}, CONFIG, durability="sync")

    ends = [state.values["said"] async for state in graph.aget_state_history(CONFIG) if not state.next]
    assert ends == [["hello", "ok", "ask", "yes", "more", "ok"], ["hello", "ok", "ask", "yes"]]


async def test_a_branch_in_the_middle_of_a_turn_runs_its_nodes_again(saver: ThreadSaver) -> None:
    runs = count(1)
    graph = talk(saver, lambda _: f"answer {next(runs)}")
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="sync")
    (middle,) = [state async for state in graph.aget_state_history(CONFIG) if state.next == ("answer",)]

    await saver.abranch(middle.config, "shadow")
    what_if = await graph.ainvoke(None, at("shadow"), durability="sync")

    assert what_if == {"said": ["one", "answer 2"]}


async def test_a_blocking_call_on_the_event_loop_is_refused_or_answered(saver: ThreadSaver) -> None:
    await saver.aget_tuple(CONFIG)

    if isinstance(saver, PlainRedisSaver):
        with pytest.raises(StoreError, match="would wait for itself"):
            saver.get_tuple(CONFIG)
    else:
        assert saver.get_tuple(CONFIG) is None


async def test_a_blocking_graph_runs_beside_the_event_loop(saver: ThreadSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="sync")

    state = await asyncio.to_thread(graph.invoke, {"said": ["two"]}, CONFIG, durability="sync")

    assert state["said"] == ["one", "answer 1", "two", "answer 3"]


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


@pytest.mark.parametrize("durability", DURABILITIES)
@pytest.mark.parametrize("lasting", [True, False])
async def test_a_question_inside_a_subgraph_is_answered_where_it_was_asked(
    saver: ThreadSaver, durability: Durability, lasting: bool
) -> None:
    graph = nested(saver.keeping(2), lasting=lasting)
    for turn in range(5):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability=durability)
    await graph.ainvoke({"said": ["ask"]}, CONFIG, durability=durability)

    state = await graph.ainvoke(Command(resume="yes"), CONFIG, durability=durability)

    assert state["said"][-2:] == ["ask", "yes"]
    assert len(state["said"]) == 12


@pytest.mark.parametrize("lasting", [True, False])
async def test_subgraphs_of_turns_that_are_gone_are_gone_too(saver: ThreadSaver, lasting: bool) -> None:
    graph = nested(saver.keeping(2), lasting=lasting)

    for turn in range(8):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")

    inner = [saved async for saved in saver.alist({"configurable": {"thread_id": "t"}}) if saved.metadata["parents"]]
    assert 0 < len(inner) <= 2 * 4


async def test_writes_are_stored_before_the_checkpoint_that_supersedes_theirs(
    redis_saver: PlainRedisSaver, server: Redis
) -> None:
    graph = parallel_log(redis_saver)
    await redis_saver.aget_tuple(CONFIG)

    async with server.monitor() as monitor:
        for turn in range(5):
            await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability="async")
        await server.echo("the end")
        calls = await until_the_end(monitor)

    superseded = set()
    for operation, arguments in calls:
        if operation == "put":
            superseded.add(arguments.get("parent"))
        if operation == "writes":
            assert arguments["id"] not in superseded
    assert len(superseded) > 10


async def until_the_end(monitor: Monitor) -> list[tuple[str, dict[str, str]]]:
    calls = []
    while "the end" not in (command := (await monitor.next_command())["command"]):
        ids = re.findall(r"(parent|id)\\xd9\$([0-9a-f-]{36})", command)
        if found := re.search(r" (put|writes) \\x", command):
            calls.append((found[1], dict(ids)))
    return calls


async def test_a_saver_with_more_types_shares_the_connections(saver: ThreadSaver) -> None:
    more = saver.with_allowlist({(Colour.__module__, "Colour")})

    await talk(more).ainvoke({"said": [Colour.RED]}, CONFIG, durability="exit")

    saved = await more.aget_tuple(CONFIG)
    assert saved is not None
    assert saved.checkpoint["channel_values"]["said"][0] is Colour.RED
    await more.adelete_thread("t")
    assert await saver.aget_tuple(CONFIG) is None


async def test_a_branch_replaces_an_earlier_one_of_the_same_name(saver: ThreadSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    await saver.abranch(CONFIG, "shadow")
    await graph.ainvoke({"said": ["what if"]}, at("shadow"), durability="exit")

    await saver.abranch(CONFIG, "shadow")

    assert (await graph.aget_state(at("shadow"))).values == {"said": ["one", "answer 1"]}
