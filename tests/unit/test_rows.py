"""Lists in a terminal keep what other commands need."""

import pytest
from rich.text import Text

from server.commands.rows import print_rows

_TITLES = ("number", "since", "status", "about")
_LONG = "La cafetera que me mandasteis no calienta y pierde agua por debajo " * 4
_ROWS = [
    ("HO-1001", "2026-03-02 10:00:00+01:00", "open", _LONG),
    ("HO-1002", "2026-03-02 11:00:00+01:00", "given back", "[link] corto"),
]


def test_a_pipe_gets_every_row_whole_and_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(_TITLES, _ROWS, long="about")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [list(_TITLES), *(" ".join(row).split() for row in _ROWS)]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_folds_the_long_text_and_cuts_nothing_else(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("FORCE_COLOR", "1")

    print_rows(_TITLES, _ROWS, long="about")

    lines = Text.from_ansi(capsys.readouterr().out).plain.splitlines()
    firsts = [line for line in lines if line.strip().startswith("HO-")]
    assert [tuple(row[:3]) for row in _ROWS] == [
        (line[:9].strip(), line[9:36].strip(), line[36:48].strip()) for line in firsts
    ]
    assert " ".join(line[48:].strip() for line in lines[1:-1]) == _LONG.strip()
