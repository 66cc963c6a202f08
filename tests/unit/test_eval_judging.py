"""`laneway eval compare` takes runs that can be compared."""

from pathlib import Path

import pytest

from evals.errors import EvaluationError
from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Outcome, Said
from evals.runs import Run, RunFolder
from server.commands.evaluate.judging import compare_runs


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("LANEWAY_DATA_DIR", str(tmp_path))
    return RunFolder(tmp_path / "evals" / "runs")


def run(name: str, label: str = "info", **part: str) -> Run:
    rows = [Outcome(id=f"r{n}", group=f"s{n}", text="x", gold="info", said=Said(label=label)) for n in range(20)]
    about = {"set": "demo", "router": "local", **part}
    figures = figures_of(rows, Costs())
    return Run(id=name, created="", mode="tenant", about=about, figures=figures, outcomes=rows)


def test_a_run_is_not_compared_with_itself(runs: RunFolder) -> None:
    runs.keep(run("1-demo"))

    with pytest.raises(EvaluationError, match="Both are the run 1-demo"):
        compare_runs("1-demo", "last")


def test_without_names_the_last_two_runs_of_the_same_part_are_compared(
    runs: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in (run("1-demo", "support"), run("2-demo", split="test"), run("3-demo")):
        runs.keep(one)

    compare_runs()

    said = capsys.readouterr().out
    assert "1-demo → 3-demo" in said
    assert "It got better" in said


def test_a_first_run_has_nothing_before_it(runs: RunFolder) -> None:
    runs.keep(run("1-demo", split="test"))
    runs.keep(run("2-demo"))

    with pytest.raises(EvaluationError, match="no run of demo before"):
        compare_runs()
