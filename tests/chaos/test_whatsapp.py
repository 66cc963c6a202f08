"""R13 on WhatsApp: webhooks repeated and shuffled, servers killed, sends whose answer is lost."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2
import pytest

from server.channels.whatsapp.simulator import Account, Mood, Simulator, Step, open_simulator
from tests.chaos.conftest import Crew
from tests.chaos.driver import Fleet
from tests.waiting import SOON_S, given, until

pytestmark = pytest.mark.chaos

ACCOUNT = Account(pair_burst=1000, per_s=1000)
WITHIN_S = 240.0
RECONCILE_S = 5


def settings(simulator: Simulator) -> dict[str, str]:
    return {
        "LANEWAY_WHATSAPP_PHONE_NUMBER_ID": next(iter(ACCOUNT.numbers)),
        "LANEWAY_WHATSAPP_ACCESS_TOKEN": ACCOUNT.token,
        "LANEWAY_WHATSAPP_APP_SECRET": ACCOUNT.app_secret,
        "LANEWAY_WHATSAPP_VERIFY_TOKEN": "verify",
        "LANEWAY_WHATSAPP_GRAPH_URL": simulator.url,
        "LANEWAY_WHATSAPP_RATE": "1000",
        "LANEWAY_WHATSAPP_RECONCILE_S": str(RECONCILE_S),
    }


async def unrest(simulator: Simulator, fleet: Fleet, random: Random, kills: int) -> None:
    """Bring webhooks to any server, one to five times each and in any order; kill servers and cut sends off."""
    for tick in range(10_000_000):
        if places := fleet.addressed():
            simulator.world.courier.url = f"{fleet.url(random.choice(places))}/webhooks/whatsapp"
        mood = Mood(copies=random.randint(1, 5), shuffle=True, batch=random.choice([1, 10, 50]), statuses=["sent"])
        simulator.world.feel(mood)
        if tick % 40 == 20 and fleet.kills < kills:
            await fleet.kill(fleet.any())
        if tick % 15 == 7:
            simulator.world.plan(Step(what="cut", taken=random.random() < 0.5))
        await asyncio.sleep(0.1)


async def turns_of(http: httpx2.AsyncClient, url: str, session: str) -> list[dict[str, Any]]:
    return list((await http.get(f"{url}/v1/sessions/{session}/turns", params={"limit": 500})).json()["turns"])


async def outcomes_of(http: httpx2.AsyncClient, url: str, session: str) -> dict[str, list[str]]:
    rows = (await http.get(f"{url}/v1/sessions/{session}/events.json")).json()
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["type"] == "send.result":
            found.setdefault(f"{row['turn']}:{row['ordinal']}", []).append(row["outcome"])
    return found


async def quiet(simulator: Simulator, fleet: Fleet) -> None:
    """Let all servers serve, and webhooks come once and in order."""
    await fleet.all_ready()
    simulator.world.script.clear()
    simulator.world.feel(Mood(statuses=["sent"]))
    simulator.world.courier.url = f"{fleet.url(0)}/webhooks/whatsapp"


async def deliveries_of(http: httpx2.AsyncClient, url: str, session: str) -> list[dict[str, Any]]:
    return list((await http.get(f"{url}/v1/sessions/{session}/deliveries")).json()["deliveries"])


def all_sent(rows: list[dict[str, Any]]) -> bool:
    return all(row["status"] == "sent" for row in rows)


@dataclass
class Desk:
    """What the servers and Meta know in the end."""

    http: httpx2.AsyncClient
    simulator: Simulator
    url: str

    async def turns(self, messages: int) -> dict[str, list[dict[str, Any]]]:
        """Wait until so many messages are in ended turns, and return the turns by session."""
        until_end = asyncio.get_running_loop().time() + WITHIN_S
        while True:
            sessions = {str(one.opaque).split("/")[0] for one in self.simulator.world.accepted()}
            turns = {one: await turns_of(self.http, self.url, one) for one in sorted(sessions)}
            if len(words_of(turns)) >= messages or asyncio.get_running_loop().time() > until_end:
                return turns
            await asyncio.sleep(1)

    async def doubts(self, session: str, turns: list[dict[str, Any]]) -> int:
        """Check that a session's answers were sent in order, each once or as often as was doubted; count the doubts."""
        await given(lambda: deliveries_of(self.http, self.url, session), all_sent)
        rows = await outcomes_of(self.http, self.url, session)
        mine = [str(one.opaque) for one in self.simulator.world.accepted() if str(one.opaque).startswith(session)]
        sent = [opaque.split("/")[1] for opaque in mine]
        assert list(dict.fromkeys(sent)) == [f"{turn['turn']['id']}:0" for turn in turns]
        for row, times in Counter(sent).items():
            assert times <= 1 + rows[row].count("ambiguous")
        return sum(rows[row].count("ambiguous") for row in set(sent))


def words_of(turns: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [part["text"] for found in turns.values() for turn in found for part in turn["turn"]["parts"]]


@pytest.mark.parametrize(
    ("messages", "kills"),
    [pytest.param(100, 2, id="short", marks=pytest.mark.chaos_short), pytest.param(1000, 12, id="long")],
)
async def test_r13_every_whatsapp_message_is_in_one_turn_and_every_answer_is_sent_once(
    crew: Crew, random: Random, messages: int, kills: int
) -> None:
    people = [f"34600{number:06}" for number in range(messages // 5)]
    said = Counter(f"{person} {place}" for place in range(5) for person in people)
    async with open_simulator(ACCOUNT) as simulator, crew(2, **settings(simulator)) as load:
        fleet, world = load.fleet, simulator.world
        trouble = asyncio.create_task(unrest(simulator, fleet, random, kills))
        await asyncio.sleep(0.2)
        for text in said:
            world.write(text.split(" ")[0], text)
            await asyncio.sleep(5 / messages)
        await until(lambda: fleet.kills == kills and world.courier.idle, WITHIN_S)
        trouble.cancel()
        await quiet(simulator, fleet)
        async with httpx2.AsyncClient(verify=False, timeout=SOON_S) as http:
            desk = Desk(http, simulator, fleet.url(0))
            turns = await desk.turns(messages)
            await asyncio.sleep(2 * RECONCILE_S)
            await until(lambda: world.courier.idle, WITHIN_S)
            doubts = sum([await desk.doubts(session, found) for session, found in turns.items()])

    assert Counter(words_of(turns)) == said
    assert doubts > 0
