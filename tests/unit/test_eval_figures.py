"""Outcomes become figures, figures become gates, two runs become a comparison, all of it a page."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from evals.compare import compare
from evals.drift import shifts
from evals.errors import EvaluationError
from evals.figures import figures_of
from evals.gate import Gates, NoRegression, check, junit, read_gates
from evals.metrics.risk import Costs
from evals.outcome import Outcome
from evals.report import comparison_markdown, comparison_page, markdown, page
from evals.runs import RunFolder, read_run
from tests.evaluations import run_of, told

NASTY = '<script>alert("x")</script> | & \' é'


def mixed() -> list[Outcome]:
    return [
        told("1", "info", "info", group="a", lang="es"),
        told("2", "info", "support", group="a", lang="en", confidence=0.4, text=NASTY),
        told("3", "handoff", "handoff", group="b", lang="es"),
        told("4", "handoff", "info", group="b", lang="en", confidence=0.3),
        told(
            "5", "info", "info", outside=True, out_of_scope=0.95, confidence=0.05, lang="es", again=["info", "support"]
        ),
        told("6", "support", "support", lang="es", again=["support", "support"]),
    ]


def test_the_figures_of_a_run() -> None:
    figures = figures_of(mixed(), Costs())

    assert figures.rows == 6
    assert figures.accuracy == pytest.approx(4 / 6)
    assert figures.handoff_recall == 0.5
    assert figures.classes["info"].precision == pytest.approx(2 / 3)
    assert figures.slices["language"]["en"].value == 0.0
    assert figures.oos_auroc == 1.0
    assert (figures.oos_rejected, figures.in_scope_rejected) == (1.0, 0.0)
    assert figures.flip_rate == 0.5
    assert figures.p50_ms == 2.0


def test_two_languages_are_compared_on_the_same_scenarios() -> None:
    (found,) = figures_of(mixed(), Costs()).parity

    assert (found.one, found.other, found.pairs) == ("en", "es", 2)
    assert (found.only_one, found.only_other, found.p) == (0, 2, 0.5)


def test_text_that_is_turned_away_is_as_sure_as_it_is_out_of_scope() -> None:
    assert mixed()[4].sureness == 1.0
    assert mixed()[0].sureness == 0.9


def test_where_intents_are_measured_rows_outside_count_apart() -> None:
    outcomes = [told("1", "a", "a"), told("2", "oos", "a", outside=True, out_of_scope=0.9)]

    figures = figures_of(outcomes, Costs(), by_intent=True)

    assert figures.accuracy == 1.0
    assert figures.rows == 2
    assert figures.oos_rejected == 1.0


def test_a_run_comes_back_from_its_file_and_says_its_figures_first(tmp_path: Path) -> None:
    run = run_of(mixed())

    folder = RunFolder(tmp_path).keep(run)

    assert read_run(folder / "run.json") == run
    assert orjson.loads((folder / "run.json").read_bytes())["accuracy"] == pytest.approx(4 / 6)


def test_a_run_is_found_by_a_part_of_its_id_and_not_by_one_that_two_have(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for name in ("20260101T1-local-gold", "20260102T1-local-gold"):
        folder.keep(run_of(mixed(), name))

    assert folder.find("0102").parent.name == folder.find("last").parent.name == "20260102T1-local-gold"
    for wrong in ("gold", "nothing"):
        with pytest.raises(EvaluationError, match=wrong):
            folder.find(wrong)


def test_a_clear_gain_is_called_better_and_a_small_one_chance() -> None:
    wrong = [told(str(number), "info", "support") for number in range(40)]
    right = [told(str(number), "info", "info") for number in range(40)]

    better = compare(run_of(wrong), run_of([*right[:8], *wrong[8:]]))
    chance = compare(run_of(wrong), run_of([*right[:3], *wrong[3:]]))
    worse = compare(run_of(right), run_of(wrong))
    same = compare(run_of(wrong), run_of(wrong))

    assert [one.verdict for one in (better, chance, worse, same)] == ["better", "chance", "worse", "same"]
    assert better.gain == pytest.approx(0.2)
    assert better.low > 0
    assert [flip.id for flip in chance.fixed] == ["0", "1", "2"]
    assert "not by chance" in better.sentence
    assert "chance" in chance.sentence


def test_rows_whose_label_changed_between_runs_are_left_out() -> None:
    found = compare(
        run_of([told("1", "info", "info"), told("2", "info", "info")]),
        run_of([told("1", "info", "info"), told("2", "support", "info")]),
    )

    assert (found.rows, found.left_out) == (1, 1)


def test_runs_of_different_sets_are_not_compared() -> None:
    with pytest.raises(EvaluationError, match="no row in common"):
        compare(run_of([told("1", "info", "info")]), run_of([told("2", "info", "info")]))


def test_each_label_has_a_p_corrected_for_their_number() -> None:
    lanes = ("info", "support", "commerce")
    before = [told(f"{lane}{number}", lane, "handoff") for lane in lanes for number in range(8)]
    after = [
        told(f"{lane}{number}", lane, lane if lane == "info" else "handoff") for lane in lanes for number in range(8)
    ]

    found = compare(run_of(before), run_of(after))

    assert [one.p_holm for one in found.labels if one.label == "info"] == [pytest.approx(3 * 2 / 256)]


def test_a_gate_passes_fails_and_names_a_figure_that_is_not_there() -> None:
    run = run_of(mixed())
    gates = Gates(at_least={"accuracy": 0.6, "slices.language.es.value": 1.0}, at_most={"classes.info.f1": 0.5})

    found = check(run, gates)

    assert [one.passed for one in found] == [True, True, False]
    with pytest.raises(EvaluationError) as caught:
        check(run, Gates(at_least={"acuracy": 0.5}))
    assert "accuracy" in caught.value.hint
    with pytest.raises(EvaluationError, match="not measured"):
        check(run, Gates(at_least={"intent_accuracy": 0.5}))


def test_a_significant_loss_fails_the_gate_and_an_insignificant_one_does_not() -> None:
    right = [told(str(number), "info", "info") for number in range(40)]
    wrong = [told(str(number), "info", "support") for number in range(40)]
    gates = Gates(no_regression=NoRegression())

    lost = check(run_of([*wrong[:8], *right[8:]]), gates, run_of(right))
    slipped = check(run_of([*wrong[:3], *right[3:]]), gates, run_of(right))

    assert [one.passed for one in lost] == [False, False]
    assert all(one.passed for one in slipped)


def test_the_junit_file_counts_what_failed() -> None:
    run = run_of(mixed())

    suite = ET.fromstring(junit(check(run, Gates(at_least={"accuracy": 0.99, "ece": 0.0})), run))

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite.find("testcase/failure") is not None


@pytest.mark.parametrize("text", ["at_least: [1]", "surprise: 1", "at_least: {a: x}", "{"])
def test_a_bad_gate_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text(text)

    with pytest.raises(EvaluationError, match=r"gates\.yaml"):
        read_gates(path)


def test_the_report_needs_nothing_else_and_escapes_what_customers_write() -> None:
    text = page(run_of(mixed()))

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:|//)|@import|url\(""", text)
    assert "Content-Security-Policy" in text


def test_every_link_of_the_report_leads_somewhere_and_every_wrong_row_is_explained() -> None:
    run = run_of(mixed())
    both = [
        page(run),
        comparison_page(compare(run, run_of([told("1", "info", "support", group="a"), *mixed()[1:]])), run),
    ]

    for text in both:
        targets = re.findall(r'href="#([^"]+)"', text)
        assert targets
        assert set(targets) <= set(re.findall(r'id="([^"]+)"', text))
    assert both[0].count("<details") == 2
    assert "what each stage said" in both[0]
    assert "nearest examples" in both[0]


def test_markdown_tables_survive_what_customers_write() -> None:
    run = run_of(mixed())

    text = markdown(run)

    assert r"\|" in text
    assert "| wrong row |" in text
    assert comparison_markdown(compare(run, run)).startswith("# 2026")


def test_drift_is_nothing_beside_itself_and_something_beside_another_mix() -> None:
    es = [told(str(number), "info", "info") for number in range(10)]
    moved = [told(str(number), "support", "support", confidence=0.3, out_of_scope=0.9) for number in range(10)]

    assert {one.psi for one in shifts(es, es)} == {0.0}
    lane = shifts(es, moved)[0]
    assert (lane.divergence, lane.verdict, lane.rose) == (1.0, "another population", "support +100%")
    with pytest.raises(EvaluationError, match="no live turn"):
        shifts(es, [])
