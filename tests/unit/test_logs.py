import json

import pytest
import structlog

from server.logs import configure

SECRET = "zanahoria-77"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_exceptions_words_and_values_are_not_logged(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", form)
    try:
        int(SECRET)
    except ValueError as error:
        structlog.get_logger().error("turn.attempt_failed", exc_info=error)

    shown = capsys.readouterr().err
    assert SECRET not in shown
    assert "ValueError" in shown
    assert "test_logs.py" in shown


def test_a_line_is_one_line_whatever_a_value_holds(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json")

    structlog.get_logger().info("turn.completed", session="a\nb\u202e\x1b[31m")

    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert json.loads(shown)["event"] == "turn.completed"


def test_quieter_lines_than_wanted_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure("error", "json")

    structlog.get_logger().info("turn.completed")

    assert capsys.readouterr().err == ""
