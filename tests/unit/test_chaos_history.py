"""The checker of the chaos suite: for every invariant, a history that breaks it is caught."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.history import (
    Answered,
    Entry,
    Fault,
    History,
    Left,
    Logged,
    Offered,
    Reset,
    Rested,
    Seen,
    check,
    taken_over,
)

TYPES = ["turn.start", "message.final", "turn.end"]
ROWS = [
    Logged("s", 3 * turn + place + 1, kind, f"t{turn}", at=10.0) for turn in (0, 1) for place, kind in enumerate(TYPES)
]
SENT: list[Entry] = [
    entry for n in (0, 1) for entry in (Offered("s", f"k{n}", 0), Answered("s", f"k{n}", 202, f"t{n}", at=9.0))
]
SEEN = [Seen("w", "s", row.seq, f"{row.seq}-1", row.type, row.turn, row.seq // 4) for row in ROWS]
REST: list[Entry] = [Rested("s", "idle", 0), Left(())]
GOOD: list[Entry] = [*SENT, *SEEN, *ROWS, *REST]


def broken(entries: list[Entry], within_s: float = 5.0) -> set[str]:
    history = History()
    for entry in entries:
        history.add(entry)
    return {violation.invariant for violation in check(history, within_s)}


def without(*gone: Entry) -> list[Entry]:
    return [entry for entry in GOOD if entry not in gone]


def swapped(old: Entry, new: Entry) -> list[Entry]:
    return [new if entry == old else entry for entry in GOOD]


def relogged(*rows: Logged) -> list[Entry]:
    """The same inputs, nobody watching, another log."""
    return [*SENT, *(replace(row, seq=seq) for seq, row in enumerate(rows, 1)), *REST]


def test_a_history_in_which_all_is_well_passes() -> None:
    assert broken(GOOD) == set()
    assert broken(relogged(*ROWS)) == set()


LOST = {
    "without its end": relogged(*ROWS[:5]),
    "without any row": relogged(*ROWS[:3]),
    "ended too late": relogged(*ROWS[:5], replace(ROWS[5], at=15.0)),
}


@pytest.mark.parametrize("entries", LOST.values(), ids=LOST)
def test_a_lost_turn_is_caught(entries: list[Entry]) -> None:
    assert broken(entries) == {"I1"}


DOUBLE = {
    "ended twice": relogged(*ROWS[:3], ROWS[2], *ROWS[3:]),
    "answered twice": relogged(ROWS[0], ROWS[1], *ROWS[1:]),
    "one key with two turns": [*GOOD, Answered("s", "k0", 202, "t1")],
    "a turn nobody was told of": relogged(*ROWS, replace(ROWS[0], turn="t9"), replace(ROWS[2], turn="t9")),
}


@pytest.mark.parametrize("entries", DOUBLE.values(), ids=DOUBLE)
def test_a_double_turn_is_caught(entries: list[Entry]) -> None:
    assert "I2" in broken(entries)


def test_a_message_that_was_never_answered_may_have_become_a_turn() -> None:
    unsure = relogged(*ROWS, replace(ROWS[0], turn="t9"), replace(ROWS[2], turn="t9"))

    assert broken([Offered("s", "k9", 1), Answered("s", "k9", 0), *unsure]) == set()


def test_turns_that_end_out_of_order_are_caught() -> None:
    assert broken(relogged(*ROWS[3:], *ROWS[:3])) == {"I3"}


OVERLAPPING = {
    "after its end": relogged(*ROWS[:3], ROWS[0], *ROWS[3:]),
    "after the next turn's start": relogged(*ROWS[:4], ROWS[1], *ROWS[4:]),
    "before the end of the one before": relogged(ROWS[0], ROWS[3], *ROWS[1:3], *ROWS[4:]),
}


@pytest.mark.parametrize("entries", OVERLAPPING.values(), ids=OVERLAPPING)
def test_a_write_by_somebody_who_no_longer_holds_the_session_is_caught(entries: list[Entry]) -> None:
    assert "I4" in broken(entries)


STREAMS: dict[str, Callable[[], list[Entry]]] = {
    "a gap": lambda: without(SEEN[2]),
    "a missing end": lambda: without(SEEN[5]),
    "a missing beginning": lambda: without(SEEN[0]),
    "a repeat on one connection": lambda: [*SENT, *SEEN, SEEN[5], *ROWS, *REST],
    "a repeat with another id": lambda: [*SENT, *SEEN, replace(SEEN[1], id="2-2", connection=9), *ROWS, *REST],
    "another event than the log's": lambda: swapped(SEEN[1], replace(SEEN[1], type="log")),
    "an event beyond the log": lambda: [*GOOD, replace(SEEN[5], seq=7, id="7-1")],
    "a gap in the log": lambda: [*SENT, *(row for row in ROWS if row.seq != 1), *REST],
}


@pytest.mark.parametrize("entries", STREAMS.values(), ids=STREAMS)
def test_a_stream_that_is_not_whole_is_caught(entries: Callable[[], list[Entry]]) -> None:
    assert "I5" in broken(entries())


def test_a_repeat_on_a_new_connection_is_no_fault_when_it_is_the_same() -> None:
    assert broken([*SENT, *SEEN, replace(SEEN[5], connection=9), *ROWS, *REST]) == set()


def test_after_a_reset_a_stream_may_go_on_anywhere() -> None:
    assert broken([*SENT, SEEN[0], Reset("w", "s"), *SEEN[3:], *ROWS, *REST]) == set()


UNREST = {
    "running": swapped(REST[0], Rested("s", "running", 0)),
    "waiting": swapped(REST[0], Rested("s", "idle", 1)),
    "a lease": swapped(REST[1], Left(("s is held for 9 ms",))),
}


@pytest.mark.parametrize("entries", UNREST.values(), ids=UNREST)
def test_what_is_not_at_rest_at_the_end_is_caught(entries: list[Entry]) -> None:
    assert broken(entries) == {"R40"}


def test_turns_that_were_begun_anew_are_counted() -> None:
    history = History()
    history.add(ROWS[0])
    history.add(replace(ROWS[0], attempt=2))

    assert taken_over(history) == 1


def test_a_history_is_also_written_line_by_line(tmp_path: Path) -> None:
    with (tmp_path / "history.jsonl").open("w") as file:
        History(file).add(Fault("kill", "2", at=1.0))

    assert json.loads((tmp_path / "history.jsonl").read_text()) == {
        "kind": "Fault", "what": "kill", "target": "2", "at": 1.0,
    }  # fmt: skip
