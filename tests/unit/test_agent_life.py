"""The lives of agents: made ready in order, asked no more at once than they allow, counted, reacting to each other."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, JsonValue

from graphs.bundled import bundled_agents
from graphs.registry import AgentRegistry, AgentSpec
from nodes.agents.ports import Action, AgentError, StepContext
from nodes.agents.reacting import Reaction
from nodes.agents.watching import WatchedAgents
from server.plans.agent_counts import AgentCounts
from server.plans.agent_life import figures_of
from server.plans.reactions import Reactions, Subscription
from state.agent_figures import AgentCall
from state.errors import InvalidInputError, StoreUnavailableError
from state.events import Log, encode
from state.ids import SessionId, TenantId
from state.plan_errors import UnknownAgentError
from state.plan_events import AgentStatus
from state.session import Session
from state.stores.memory import MemoryAgentFigures, MemoryEventLog, MemoryInsights, MemorySessions
from tests.agents import Desk, MemoryFiles, Noon

SHOP, RUN = TenantId("demo"), SessionId("run_1")


class Given(BaseModel):
    say: str = ""


async def echo(action: str, given: Given, context: StepContext) -> JsonValue:
    if given.say == "fail":
        raise AgentError("No.", code="refused")
    return given.say


def spec(name: str = "echo", **facts: Any) -> AgentSpec:
    return AgentSpec(name, echo, {"say": Action(Given)}, **facts)


def test_an_agent_is_found_by_module_and_function() -> None:
    registry = AgentRegistry([replace(spec(), function="tests.unit.test_agent_life:echo")])

    assert registry.life("echo").state == "registered"


@pytest.mark.parametrize("path", ["nowhere:agent", "tests.unit.test_agent_life:nothing", "", "no colon", "json:"])
def test_an_agent_that_cannot_be_imported_is_refused(path: str) -> None:
    with pytest.raises(UnknownAgentError):
        AgentRegistry([replace(spec(), function=path)])


async def test_agents_are_made_ready_after_those_they_need() -> None:
    order: list[str] = []

    def ready(name: str) -> Any:
        async def prepare() -> None:
            order.append(name)

        return prepare

    registry = AgentRegistry(
        [spec(name, needs=needs, prepare=ready(name)) for name, needs in (("c", "b"), ("a", ""), ("b", "a"))]
    )

    found = await registry.prepare(["c"])

    assert order == ["a", "b", "c"]
    assert all(one.ready for one in found)
    assert registry.life("c").state == "ready"


async def test_an_agent_that_is_not_ready_keeps_those_that_need_it_from_being() -> None:
    async def broken() -> None:
        raise InvalidInputError("No model here.", hint="Install one.")

    registry = AgentRegistry([spec("a", prepare=broken), spec("b", needs=["a"])])

    found = await registry.prepare(["b"])

    assert [(one.agent, one.error) for one in found] == [("a", "No model here."), ("b", "It needs a.")]
    assert registry.life("b").state == "failed"


async def test_agents_that_need_each_other_are_refused() -> None:
    registry = AgentRegistry([spec("a", needs=["b"]), spec("b", needs=["a"])])

    with pytest.raises(InvalidInputError, match="need each other"):
        await registry.prepare(["a"])


async def test_no_more_calls_run_at_once_than_an_agent_allows() -> None:
    running, most = 0, 0

    async def busy(action: str, given: Given, context: StepContext) -> JsonValue:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return None

    registry = AgentRegistry([replace(spec(), function=busy, concurrency=2)])

    await asyncio.gather(*(registry.call("echo", "say", {}, Desk().context()) for _ in range(10)))

    assert most == 2
    assert registry.life("echo").executing == 0


async def test_a_life_shows_how_the_latest_call_ended() -> None:
    registry = AgentRegistry([spec()])

    await registry.call("echo", "say", {}, Desk().context())
    well = registry.life("echo").state
    with pytest.raises(AgentError):
        await registry.call("echo", "say", {"say": "fail"}, Desk().context())

    assert (well, registry.life("echo").state) == ("completed", "failed")


async def test_calls_are_shown_in_the_log_and_counted() -> None:
    desk, counted, registry = Desk(), MemoryAgentFigures(), AgentRegistry([spec()])
    counts = AgentCounts(counted)
    watched = WatchedAgents(registry, counts)

    await watched.call("echo", "say", {"say": "hi"}, desk.context())
    with pytest.raises(AgentError):
        await watched.call("echo", "say", {"say": "fail"}, desk.context())
    await counts.close()
    told = await figures_of(registry, counted)("echo")

    assert [one.status for one in desk.told if isinstance(one, AgentStatus)] == [
        "executing",
        "completed",
        "executing",
        "failed",
    ]
    assert (told["count"], told["error"], told["last_error"], told["state"]) == (2, 1, "refused", "failed")


async def test_a_cancelled_call_says_nothing_of_the_agent() -> None:
    async def waits(action: str, given: Given, context: StepContext) -> JsonValue:
        await asyncio.Event().wait()
        return None

    counted = MemoryAgentFigures()
    counts = AgentCounts(counted)
    watched = WatchedAgents(AgentRegistry([replace(spec(), function=waits)]), counts)
    call = asyncio.create_task(watched.call("echo", "say", {}, Desk().context()))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    await counts.close()

    assert (await counted.figures(["echo"]))[0].count == 0


async def test_what_the_store_cannot_count_is_let_go() -> None:
    class Down:
        async def called(self, calls: Sequence[AgentCall]) -> None:
            raise StoreUnavailableError("down")

    counts = AgentCounts(Down(), gather_s=0.0)
    watched = WatchedAgents(AgentRegistry([spec()]), counts)

    assert await watched.call("echo", "say", {"say": "hi"}, Desk().context()) == "hi"
    await counts.close()


def reacting(
    store: MemoryInsights, heard: list[str], *, fails: int = 0, log: MemoryEventLog | None = None
) -> Reactions:
    left = [fails]

    async def listen(action: str, given: Reaction, context: StepContext) -> JsonValue:
        if left[0]:
            left[0] -= 1
            raise AgentError("Not yet.")
        heard.append(str(given.insight.facts["n"]))
        context.log("info", f"Heard {given.insight.facts['n']}.")
        await context.publish("heard")
        return None

    agents = AgentRegistry([AgentSpec("ear", listen, {"hear": Action(Reaction)})])
    wanted = [Subscription("ear", "noise", "hear")]
    return Reactions(
        SHOP, store, agents, wanted, MemoryFiles(), Noon(), log or MemoryEventLog(MemorySessions()), poll_s=0.0
    )


async def noise(store: MemoryInsights, *numbers: int, name: str = "noise") -> None:
    context = Desk().context(insights=store)
    for number in numbers:
        await replace(context, task=f"t{number}").publish(name, n=number)


async def test_a_subscriber_hears_what_it_asked_for_in_order_and_once_while_all_goes_well() -> None:
    store, heard = MemoryInsights(), list[str]()
    reactions = reacting(store, heard)
    await reactions.subscribe()
    await noise(store, 1, 2)
    await noise(store, 3, name="silence")

    assert await reactions.look() == 2
    assert await reactions.look() == 0
    assert heard == ["1", "2"]


async def test_what_was_published_while_nobody_listened_is_heard_after_a_restart() -> None:
    store, heard = MemoryInsights(), list[str]()
    await reacting(store, heard).subscribe()
    await noise(store, 1)
    late = reacting(store, heard)
    late._holder = "the same process"
    await late.subscribe()

    await late.look()

    assert heard == ["1"]


async def test_a_reaction_that_fails_is_tried_again_and_holds_nobody_up_for_ever() -> None:
    store, heard = MemoryInsights(), list[str]()
    reactions = reacting(store, heard, fails=7)
    await reactions.subscribe()
    await noise(store, 1, 2)

    await reactions.look()

    assert heard == ["2"]


async def a_run() -> MemoryEventLog:
    sessions = MemorySessions()
    await sessions.create(Session(RUN, SHOP, "workflow", created=1, updated=1))
    return MemoryEventLog(sessions)


async def shown(log: MemoryEventLog) -> list[tuple[str, object]]:
    found = [orjson.loads(event.data) for event in await log.read(RUN)]
    return [(one["type"], one.get("text") or one.get("status") or one.get("name")) for one in found]


async def test_a_reaction_is_shown_in_the_run_that_published_the_insight() -> None:
    store, log = MemoryInsights(), await a_run()
    reactions = reacting(store, [], fails=1, log=log)
    await reactions.subscribe()
    await noise(store, 1)

    await reactions.look()

    assert await shown(log) == [("log", "Heard 1."), ("agent_insight", "heard"), ("agent_reaction", "completed")]
    last = orjson.loads((await log.read(RUN))[-1].data)
    assert (last["insight"], last["task"], last["attempts"]) == ("run_1:t1:0", "ear.hear:noise/t1", 2)


async def test_a_reaction_that_is_done_again_after_a_crash_is_shown_once() -> None:
    class Forgetful(MemoryInsights):
        async def seen(self, tenant: TenantId, subscriber: str, place: str) -> None:
            raise StoreUnavailableError("down")

    store, log, heard = Forgetful(), await a_run(), list[str]()
    reactions = reacting(store, heard, log=log)
    await reactions.subscribe()
    await noise(store, 1)

    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            await reactions.look()
        await log.append(RUN, "another writer's", [encode(RUN, None, 1, Log("info", "x"))])

    assert heard == ["1", "1"]
    assert [what for what, _ in await shown(log)].count("agent_reaction") == 1


async def test_a_reaction_that_is_given_up_says_why() -> None:
    store, log = MemoryInsights(), await a_run()
    reactions = reacting(store, [], fails=5, log=log)
    await reactions.subscribe()
    await noise(store, 1)

    await reactions.look()

    last = orjson.loads((await log.read(RUN))[-1].data)
    assert (last["status"], last["attempts"], last["error"]) == ("failed", 5, "agent_failed")


def test_every_reaction_of_the_bundled_agents_names_an_action_that_takes_an_insight() -> None:
    registry = AgentRegistry(bundled_agents())

    for name in registry.names:
        for action in registry.spec(name).reacts.values():
            assert registry.action(name, action).input is Reaction
