"""A ticket or a return whose worker is killed at one of its calls: there is exactly one, and the customer is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from state.desk import CaseKind
from state.stores.records.cases import SqlCases
from state.stores.records.database import embedded_url, open_records
from tests.chaos.complaints import LINES, POINTS, helping, past_orders
from tests.chaos.desk import DEMO, Desk
from tests.chaos.store import Store
from tests.waiting import SOON_S

WHERE: list[tuple[CaseKind, str]] = [
    (kind, f"{when} {name}") for kind, names in POINTS.items() for name in names for when in ("before", "after")
]


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(store.url, tmp_path) as made:
        yield made


@pytest.mark.chaos
@pytest.mark.parametrize(("kind", "point"), WHERE)
async def test_what_is_opened_by_a_worker_killed_there_is_opened_once(
    desk: Desk, store: Store, kind: CaseKind, point: str
) -> None:
    await past_orders(desk.folder)

    with helping(store.url, desk.folder, point) as doomed:
        for line in LINES[kind]:
            await desk.say(line)
        doomed.join(SOON_S)
        assert doomed.exitcode == -9, f"{point} was never reached"
    with helping(store.url, desk.folder):
        ended = await desk.ended(len(LINES[kind]))
        await desk.at_rest()

    rows = await desk.rows()
    async with open_records(embedded_url(desk.folder)) as engine:
        cases = SqlCases(engine)
        opened = await cases.latest(DEMO, kind)
        story = await cases.story(DEMO, opened[0].number) if opened else []
    said = [row["text"] for row in rows if row["type"] == "message.final"][-1]
    assert [status for _, status in ended] == ["completed"] * len(LINES[kind])
    assert len(opened) == 1
    assert opened[0].number in said
    assert len(story) == 1
