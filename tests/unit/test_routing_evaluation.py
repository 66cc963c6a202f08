import json
import sys
from pathlib import Path

import numpy as np
import pytest

from evals.routing import auroc, calibration_error, main, measure, pick
from nodes.routers import examples_of
from tests.fakes import shop

ROWS = [{"text": one.text, "intent": one.intent} for one in examples_of(shop())]


def test_auroc_counts_ties_as_half() -> None:
    assert auroc(np.array([0.1, 0.2]), np.array([0.3])) == 1.0
    assert auroc(np.array([0.1, 0.3]), np.array([0.2])) == 0.5
    assert auroc(np.array([0.2]), np.array([0.2])) == 0.5


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.0])) == pytest.approx(0.4)
    assert calibration_error(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0.0


def test_the_same_seed_draws_the_same_examples_and_never_out_of_scope_ones() -> None:
    rows = [*ROWS, {"text": "x", "intent": "oos"}]

    drawn = pick(rows, 2, seed=3)

    assert drawn == pick(rows, 2, seed=3)
    assert len(drawn) == 2 * len(shop().intents)
    assert all(row["intent"] != "oos" for row in drawn)


def test_what_was_learned_is_measured_as_known() -> None:
    figures = measure(ROWS, [*ROWS, {"text": "qwxz", "intent": "oos"}], locale="es", ngrams_only=True)

    assert figures.accuracy == 1.0
    assert figures.oos_auroc == 1.0


def test_the_command_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    given = f"routing --examples {rows} --set {rows} --shots 3 --ngrams-only --json {tmp_path / 'out.json'}"
    monkeypatch.setattr(sys, "argv", given.split())

    main()

    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["rows"] == len(ROWS)
    assert "accuracy" in capsys.readouterr().out
