"""`laneway eval compare` takes runs that can be compared."""

from pathlib import Path

import pytest

from evals.errors import EvaluationError
from evals.figures import figures_of
from evals.gate import read_gates
from evals.metrics.risk import Costs
from evals.outcome import Outcome, Said
from evals.report import markdown, page
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


def test_a_gate_file_that_asks_for_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text("")

    with pytest.raises(EvaluationError, match="asks for nothing"):
        read_gates(tmp_path / "gates.yaml")


def test_rows_with_the_right_lane_and_another_intent_are_listed_apart() -> None:
    known = {
        "gold": "info",
        "gold_intent": "hours",
        "intent_known": True,
        "said": Said(label="info", intent="location"),
    }
    made = run("1-demo")
    made = made.model_copy(update={"outcomes": [*made.outcomes, Outcome(id="x", group="x", text="open?", **known)]})

    assert made.wrong == []
    assert [one.id for one in made.wrong_intents] == ["x"]
    assert "Right lane, wrong intent (1)" in page(made)
    assert "wrong intent" in markdown(made)
