import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from state.stores.checkpointer import ThreadSaver
from tests.contracts.graphs import (
    CONFIG,
    DURABILITIES,
    Durability,
    Graph,
    OftenSaved,
    asking,
    nested,
    parallel_log,
    talk,
)


async def ask_and_go_another_way(graph: Graph, durability: Durability) -> RunnableConfig:
    """Leave a question open on one branch, go on along another, and return the question's place."""
    await graph.ainvoke({"said": ["hello"]}, CONFIG, durability=durability)
    start = (await graph.aget_state(CONFIG)).config
    await graph.ainvoke({"said": ["ask"]}, CONFIG, durability=durability)
    asked = (await graph.aget_state(CONFIG)).config
    await graph.ainvoke({"said": ["other way"]}, start, durability=durability)
    return asked


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
async def test_a_delta_channel_is_rebuilt_from_its_last_snapshot(saver: ThreadSaver, durability: Durability) -> None:
    graph = parallel_log(saver.keeping(2), state=OftenSaved)

    for turn in range(12):
        live = await graph.ainvoke({"log": [f"turn {turn}"]}, CONFIG, durability=durability)
        assert (await graph.aget_state(CONFIG)).values == live

    assert len(live["log"]) == 12 * 8


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_only_the_last_turns_can_be_travelled_to(saver: ThreadSaver, durability: Durability) -> None:
    saver = saver.keeping(3)
    graph = talk(saver)

    for turn in range(10):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability=durability)

    ends = [state.values["said"][-2] async for state in graph.aget_state_history(CONFIG) if not state.next]
    assert ends == ["turn 9", "turn 8", "turn 7"]


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_question_that_waits_for_a_person_is_never_pruned(saver: ThreadSaver, durability: Durability) -> None:
    graph = asking(saver.keeping(2))
    asked = await ask_and_go_another_way(graph, durability)

    for turn in range(6):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability=durability)
    answered = await graph.ainvoke(Command(resume="yes"), asked, durability=durability)

    assert answered["said"] == ["hello", "ok", "ask", "yes"]


async def test_an_answer_to_an_old_question_stays_travelable(saver: ThreadSaver) -> None:
    graph = asking(saver.keeping(2))
    asked = await ask_and_go_another_way(graph, "sync")
    for turn in range(6):
        await graph.ainvoke({"said": [f"turn {turn}"]}, CONFIG, durability="sync")

    await graph.ainvoke(Command(resume="yes"), asked, durability="sync")
    await graph.ainvoke({"said": ["more"]}, CONFIG, durability="sync")

    ends = [state.values["said"] async for state in graph.aget_state_history(CONFIG) if not state.next]
    assert ends == [["hello", "ok", "ask", "yes", "more", "ok"], ["hello", "ok", "ask", "yes"]]


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
