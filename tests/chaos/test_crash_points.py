"""R02, R25: a worker that dies at any point by name, and a message that kills its worker each time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.desk import Desk
from tests.chaos.rig import POINTS, Rig, worker
from tests.chaos.store import Store
from tests.waiting import SOON_S

pytestmark = [pytest.mark.chaos, pytest.mark.chaos_short]

ALL_BUT_ONE_ATTEMPT = 5


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(store.url, tmp_path) as made:
        yield made


@pytest.mark.parametrize("point", POINTS)
async def test_r02_a_worker_that_dies_there_loses_and_doubles_nothing(desk: Desk, store: Store, point: str) -> None:
    with worker(store.url, desk.folder, Rig(die=point)) as doomed:
        first = await desk.say("hola")
        second = await desk.say("¿a qué hora abren?")
        doomed.join(SOON_S)
        assert doomed.exitcode == -9, f"{point} was never reached"

    with worker(store.url, desk.folder):
        ended = await desk.ended(2)
        await desk.at_rest()

    assert ended == [(first.turn_id, "completed"), (second.turn_id, "completed")]


async def test_r25_a_message_that_kills_its_worker_is_put_aside_and_the_next_one_answered(
    desk: Desk, store: Store
) -> None:
    poison = await desk.say("poison")
    after = await desk.say("hola")
    for _ in range(ALL_BUT_ONE_ATTEMPT):
        with worker(store.url, desk.folder, Rig(poison="info")) as doomed:
            doomed.join(SOON_S)
            assert doomed.exitcode == -9

    with worker(store.url, desk.folder, Rig(poison="info")):
        ended = await desk.ended(2)
        await desk.at_rest()
    rows = await desk.rows()
    letters = await desk.stores.dead.latest(10)

    assert ended == [(poison.turn_id, "dead_lettered"), (after.turn_id, "completed")]
    assert [row["text"] for row in rows if row["turn"] == poison.turn_id and row["type"] == "message.final"] == [
        "Sorry"
    ]
    assert [(letter.turn, letter.attempts) for letter in letters] == [(poison.turn_id, ALL_BUT_ONE_ATTEMPT)]
    assert letters[0].messages[0].parts[0].text == "poison"  # type: ignore[union-attr] # it is a text
