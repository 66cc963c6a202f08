"""`laneway dead` and `laneway effects` on a store that no server runs on, and on one that does."""

import asyncio
from pathlib import Path

from state.effect import EffectName, Holder, SideEffect
from state.ids import SessionId, TenantId, TurnId
from state.mailbox import Arrival, Claimed, DeadLetter, Ending
from state.session import FinishedTurn, Session
from state.stores import keys
from state.stores.connection import connect_server
from state.stores.dead_letters import dump_letter
from state.stores.effects import RedisEffects
from state.stores.embedded.store import EmbeddedStore
from state.stores.inbox import RedisInbox
from state.stores.sessions import RedisSessions
from state.turn import TextPart, Turn
from tests.client import Client
from tests.contracts.mailbox import message
from tests.forked import laneway, serving

SESSION = SessionId("ses_1")
DOUBTED = EffectName(TurnId("trn_7"), "commerce")


async def left_behind(folder: Path) -> None:
    """Leave a dead letter and an effect in doubt in the embedded store."""
    async with EmbeddedStore.open(folder) as store, connect_server(store.url, retry=True) as client:
        await RedisSessions(client, ttl_ms=600_000).create(
            Session(SESSION, TenantId("demo"), "chat", created=1, updated=1)
        )
        inbox = RedisInbox(client, ttl_ms=600_000, lease_ms=600_000, capacity=9, events_kept=100)
        said = message("1", "¿a qué hora abren?")
        await inbox.accept(said, Arrival())
        claimed = await inbox.claim(SESSION, "w1")
        assert isinstance(claimed, Claimed)
        letter = DeadLetter("", SESSION, said.turn_id, 1_795_000_000_000, "too_many_attempts", 5, [said])
        turn = Turn(said.turn_id, said.id, 1, [TextPart("x")], "x", "es")
        finished = FinishedTurn(TenantId("demo"), SESSION, "chat", "dead_lettered", 2, turn)
        await inbox.commit("w1", claimed.fence, Ending(finished, dead=dump_letter(letter)))
        await RedisEffects(client).begin(Holder(SESSION, claimed.fence), DOUBTED, SideEffect.IRREVERSIBLE)
        await client.hincrby(keys.of_session(SESSION, "meta"), "fence", 1)


def test_what_was_put_aside_is_listed_shown_and_answered_by_the_running_server(folder: Path) -> None:
    asyncio.run(left_behind(folder))
    listed = laneway(folder, "dead", "ls")
    letter = listed.stdout.splitlines()[1].split()[0]
    shown = laneway(folder, "dead", "show", letter)
    with serving(folder) as server:
        requeued = laneway(folder, "dead", "requeue", letter)
        client = Client(server.url)
        answered = client.turn(str(SESSION), requeued.stdout.split()[-1].rstrip("."))
        client.close()
    again = laneway(folder, "dead", "discard", letter)

    assert "too_many_attempts" in listed.stdout
    assert "2026-11-18 12:06:40+01:00" in listed.stdout
    assert "¿a qué hora abren?" in shown.stdout
    assert answered[-1]["data"]["status"] == "completed"
    assert (again.returncode, "dead_letter_not_found" in again.stderr) == (1, True)


def test_what_is_in_doubt_is_listed_and_settled(folder: Path) -> None:
    asyncio.run(left_behind(folder))
    listed = laneway(folder, "effects", "ls")
    no_json = laneway(folder, "effects", "done", SESSION, str(DOUBTED), "--result", "order 17")
    settled = laneway(folder, "effects", "done", SESSION, str(DOUBTED), "--result", '"order 17"')
    again = laneway(folder, "effects", "not-done", SESSION, str(DOUBTED))
    left = laneway(folder, "effects", "ls")

    assert all(word in listed.stdout for word in (SESSION, str(DOUBTED), "irreversible", "eff_"))
    assert (no_json.returncode, "not JSON" in no_json.stderr) == (1, True)
    assert settled.returncode == 0, settled.stderr
    assert (again.returncode, "effect_not_found" in again.stderr) == (1, True)
    assert left.stdout == "Nothing is in doubt.\n"
