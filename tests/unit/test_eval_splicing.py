from itertools import pairwise

from evals.splicing import changes, spliced
from nodes.routers import DialogueRow

TALKS = [
    DialogueRow(f"{lane}-{number}", f"turn {at} of {number}", "and then?" if at else "", lane)
    for number in range(6)
    for lane in ("Food", "Taxi")
    for at in range(3)
]


def test_spliced_dialogues_change_their_lane_at_an_opening_only() -> None:
    rows = spliced(TALKS, seed=1)

    left = [
        after for before, after in pairwise(rows) if before.dialogue == after.dialogue and before.lane != after.lane
    ]
    assert left
    assert all(row.text.startswith("turn 0") and row.last_bot for row in left)


def test_dialogues_that_keep_their_lane_are_told_from_spliced_ones() -> None:
    assert not changes(TALKS)
    assert changes(spliced(TALKS, seed=1))
