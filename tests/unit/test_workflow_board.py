import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from server.commands.workflow.board import Board
from server.commands.workflow.inputs import read_inputs
from state.errors import InvalidInputError

EVENTS: list[dict[str, Any]] = [
    {"type": "plan_started", "plan": "review", "steps": 2},
    {"type": "task_created", "task": "a", "title": "Read [it]", "agent": "x", "action": "y"},
    {"type": "task_created", "task": "b", "agent": "x", "action": "z"},
    {"type": "task_ready", "task": "a"},
    {"type": "task_started", "task": "a", "agent": "x", "action": "y", "attempt": 1, "at": 1000},
    {"type": "task_retried", "task": "a", "attempt": 1, "fault": "network", "code": "timeout", "wait_ms": 1500.0},
    {"type": "task_started", "task": "a", "agent": "x", "action": "y", "attempt": 2, "at": 3000},
    {"type": "progress", "task": "a", "fraction": 0.5, "of": "pages"},
    {"type": "log", "level": "warning", "name": "agent", "text": "page 3 is [empty]", "task": "a", "agent": "x"},
    {"type": "log", "level": "info", "name": "turn.released"},
    {"type": "something_new", "task": "a"},
]
END: list[dict[str, Any]] = [
    {"type": "task_completed", "task": "a", "ms": 4000.0, "attempts": 2},
    {"type": "task_failed", "task": "b", "status": "skipped", "reason": "a said so"},
    {"type": "plan_failed", "plan": "review", "ms": 4100.0, "counts": {}, "reason": "b", "code": "step_failed"},
]


def shown(board: Board, now: int = 5000) -> str:
    page = io.StringIO()
    Console(file=page, width=120).print(board.shown(now))
    return page.getvalue()


def test_the_board_shows_where_each_task_is() -> None:
    board = Board()

    for event in EVENTS:
        board.take(event)

    assert "◐ Read [it] in progress" in " ".join(shown(board).split())
    assert "pages" in shown(board)
    assert "4.0 s ×2" in shown(board)
    assert "○" in shown(board)
    assert board.outcome is None


def test_the_whole_run_has_a_bar_of_its_own_above_its_tasks() -> None:
    board = Board()

    for event in (*EVENTS, {"type": "progress", "fraction": 0.5, "of": "1 of 2 steps", "task": None}):
        board.take(event)

    first = shown(board).splitlines()[0]
    assert "1 of 2 steps" in first
    assert "━" in first


def test_an_agent_that_reacts_is_told_of_and_is_no_task_of_the_run() -> None:
    board = Board()
    event = {"type": "agent_reaction", "agent": "coach", "action": "help", "name": "struggling", "task": "x"}

    assert "coach.help reacted to struggling" in (board.take({**event, "status": "completed"}) or "")
    assert "gone" in (board.take({**event, "status": "failed", "error": "gone"}) or "")
    assert board.rows == {}


def test_the_board_shows_how_it_ended() -> None:
    board = Board()

    for event in (*EVENTS, *END):
        board.take(event)

    assert board.outcome == "failed"
    assert "✓ Read [it] completed" in " ".join(shown(board).split())
    assert "– b skipped a said so" in " ".join(shown(board).split())


def test_without_a_terminal_each_change_is_a_line() -> None:
    board, page = Board(), io.StringIO()
    console = Console(file=page, width=120)

    for event in (*EVENTS, *END):
        if line := board.take(event):
            console.print(line)

    assert page.getvalue().splitlines() == [
        "◐ Read [it]: in progress, x.y",
        "◐ Read [it]: in progress, attempt 1 failed, timeout: again in 1.5 s",
        "◐ Read [it]: in progress, x.y",
        "  a: page 3 is [empty]",
        "✓ Read [it]: completed, 4.0 s",
        "– b: skipped, a said so",
    ]


def test_of_many_tasks_those_that_matter_are_shown() -> None:
    board = Board()

    for number in range(200):
        board.take({"type": "task_completed", "task": f"t{number}", "ms": 1.0})
    board.take({"type": "task_failed", "task": "late", "status": "failed", "reason": "broken"})

    assert "late" in shown(board)
    assert "and 161 more" in shown(board)


def test_inputs_are_json_where_they_look_so_and_text_otherwise(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text('{"a": [1], "name": "x"}')
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7")

    plain = ["name=Ana=1", "n=3", "on=true", "l=[1,2]", 'q="3"', "empty="]
    given = read_inputs([f"@{tmp_path}/all.json", *plain, f"doc=@{tmp_path}/letter.pdf"])

    assert given.values == {"a": [1], "name": "Ana=1", "n": 3, "on": True, "l": [1, 2], "q": "3", "empty": ""}
    assert (given.files["doc"].mime, given.files["doc"].content) == ("application/pdf", b"%PDF-1.7")


def test_yaml_is_read_as_json_is(tmp_path: Path) -> None:
    (tmp_path / "brief.yaml").write_text("name: Café\nlanguages: [es]\n")
    (tmp_path / "wrong.yml").write_text("name: [\n")

    assert read_inputs([f"brief=@{tmp_path}/brief.yaml"]).values == {"brief": {"name": "Café", "languages": ["es"]}}
    with pytest.raises(InvalidInputError, match="line 2"):
        read_inputs([f"@{tmp_path}/wrong.yml"])


@pytest.mark.parametrize("option", ["name", "=x", "@no-such-file.json", "a=@no-such-file.pdf"])
def test_an_input_that_cannot_be_read_says_how_to_write_it(option: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_inputs([option])

    assert refused.value.hint
