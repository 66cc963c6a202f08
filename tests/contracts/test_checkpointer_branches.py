from itertools import count

import pytest

from state.stores.checkpointer import ThreadSaver
from tests.contracts.graphs import CONFIG, DURABILITIES, Durability, at, parallel_log, talk


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


async def test_a_branch_in_the_middle_of_a_turn_runs_its_nodes_again(saver: ThreadSaver) -> None:
    runs = count(1)
    graph = talk(saver, lambda _: f"answer {next(runs)}")
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="sync")
    (middle,) = [state async for state in graph.aget_state_history(CONFIG) if state.next == ("answer",)]

    await saver.abranch(middle.config, "shadow")
    what_if = await graph.ainvoke(None, at("shadow"), durability="sync")

    assert what_if == {"said": ["one", "answer 2"]}


async def test_a_branch_replaces_an_earlier_one_of_the_same_name(saver: ThreadSaver) -> None:
    graph = talk(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    await saver.abranch(CONFIG, "shadow")
    await graph.ainvoke({"said": ["what if"]}, at("shadow"), durability="exit")

    await saver.abranch(CONFIG, "shadow")

    assert (await graph.aget_state(at("shadow"))).values == {"said": ["one", "answer 1"]}
