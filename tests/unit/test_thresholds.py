import numpy as np
import pytest

from evals.thresholds import Costs, break_even, curve, propose

NONE = np.zeros(4, bool)


def calibrated(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    confidence = draw.random(rows)
    return confidence, draw.random(rows) < confidence, np.zeros(rows, bool)


def test_the_curve_goes_from_accepting_nothing_to_accepting_everything() -> None:
    found = curve(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, True, False, False]), NONE, Costs(4.0, 4.0, 1.0))

    assert found.accepted.tolist() == [0.0, 0.25, 0.75, 1.0]
    assert found.costs.tolist() == [1.0, 0.75, 1.25, 2.0]
    assert found.risks.tolist() == pytest.approx([0.0, 0.0, 1 / 3, 0.5])


def test_equal_confidences_are_accepted_together() -> None:
    found = curve(np.array([0.5, 0.5]), np.array([True, False]), np.zeros(2, bool), Costs())

    assert len(found.thresholds) == 2


def test_the_cheapest_threshold_separates_right_from_wrong() -> None:
    found = propose(np.array([0.9, 0.8, 0.4, 0.3]), np.array([True, True, False, False]), NONE)

    assert 0.4 < found.threshold < 0.8
    assert (found.accepted, found.risk, found.cost) == (0.5, 0.0, 0.5)
    assert found.cost_of_all == 2.5


def test_what_is_always_right_is_always_accepted() -> None:
    found = propose(np.array([0.9, 0.8, 0.4, 0.3]), ~NONE, NONE)

    assert found.threshold < 0.3
    assert found.accepted == 1.0


def test_what_is_never_right_is_never_accepted() -> None:
    found = propose(np.array([0.9, 0.8, 0.4, 1.0]), NONE, NONE)

    assert found.threshold > 1.0
    assert (found.accepted, found.risk) == (0.0, 0.0)


def test_a_calibrated_confidence_gets_the_threshold_that_the_costs_imply() -> None:
    costs = Costs(wrong=4.0, out_of_scope=4.0, left=1.0)

    found = propose(*calibrated(5_000), costs)

    assert break_even(costs) == 0.75
    assert found.low <= 0.75 <= found.high
    assert found.threshold == pytest.approx(0.75, abs=0.1)


def test_dearer_mistakes_raise_the_threshold() -> None:
    rows = calibrated(5_000)

    cheap, dear = propose(*rows, Costs(wrong=2.0)), propose(*rows, Costs(wrong=20.0))

    assert cheap.threshold < dear.threshold
    assert cheap.risk > dear.risk


def test_out_of_scope_is_wrong_whatever_its_label_says() -> None:
    confidence, right, outside = np.array([0.9, 0.6]), np.array([True, True]), np.array([False, True])

    assert 0.6 < propose(confidence, right, outside).threshold < 0.9


def test_the_same_seed_gives_the_same_interval() -> None:
    assert propose(*calibrated(100), seed=7) == propose(*calibrated(100), seed=7)


@pytest.mark.parametrize(
    ("confidence", "rows"), [(np.array([]), 0), (np.array([0.5]), 2), (np.array([1.5]), 1), (np.array([np.nan]), 1)]
)
def test_what_is_no_table_of_decisions_is_refused(confidence: np.ndarray, rows: int) -> None:
    with pytest.raises(ValueError, match=r"Thresholds need|from 0 to 1"):
        propose(confidence, np.zeros(rows, bool), np.zeros(rows, bool))
