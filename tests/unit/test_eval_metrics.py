"""Every figure against values worked out by hand or by brute force."""

from dataclasses import astuple
from itertools import product
from math import log

import numpy as np
import pytest

from evals.metrics.calibration import calibration_error, reliability
from evals.metrics.classes import class_scores, confusions, macro_f1, wilson
from evals.metrics.drift import jensen_shannon, stability_index
from evals.metrics.paired import bootstrap, detectable, holm, mcnemar, power
from evals.metrics.risk import Costs, area_under_risk, propose, risk_coverage
from evals.metrics.scope import auroc, recall_at_loss


def test_wilson_has_the_textbook_interval() -> None:
    share = wilson(81, 263)  # Newcombe (1998), table I

    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10).low == 0.0
    assert wilson(10, 10).high == pytest.approx(1.0)
    assert astuple(wilson(0, 0)) == (0.0, 0.0, 1.0, 0)


def test_precision_recall_and_f1_of_three_classes() -> None:
    gold = ["a", "a", "a", "b", "b", "c"]
    said = ["a", "a", "b", "b", "c", "d"]

    scores = class_scores(gold, said)

    assert astuple(scores["a"]) == pytest.approx((1.0, 2 / 3, 0.8, 3, 2))
    assert astuple(scores["b"]) == (0.5, 0.5, 0.5, 2, 2)
    assert astuple(scores["c"]) == (0.0, 0.0, 0.0, 1, 1)
    assert scores["d"].rows == 0
    assert macro_f1(scores.values()) == pytest.approx((0.8 + 0.5 + 0.0) / 3)
    assert confusions(gold, said)[0] == ("a", "a", 2)


def test_auroc_counts_ties_as_half() -> None:
    assert auroc(np.array([0.1, 0.2]), np.array([0.3])) == 1.0
    assert auroc(np.array([0.1, 0.3]), np.array([0.2])) == 0.5
    assert auroc(np.array([0.2]), np.array([0.2])) == 0.5


def test_auroc_is_the_share_of_ordered_pairs() -> None:
    source = np.random.default_rng(1)
    low, high = source.integers(0, 6, 30) / 5, source.integers(0, 6, 20) / 5

    pairs = [(a < b) + (a == b) / 2 for a, b in product(low, high)]

    assert auroc(low, high) == pytest.approx(np.mean(pairs))


def test_recall_at_a_loss_rejects_no_more_than_allowed() -> None:
    inside = np.arange(100) / 100
    outside = np.array([0.5, 0.945, 0.955, 0.99])

    assert recall_at_loss(inside, outside, 0.05) == 0.75  # above 0.94 lie five of a hundred
    assert recall_at_loss(inside, outside, 0.0) == 0.0
    assert recall_at_loss(np.array([0.4, 0.4, 0.4]), np.array([0.4, 0.5]), 0.34) == 0.5
    assert recall_at_loss(np.array([0.4]), np.array([0.1]), 1.0) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.0])) == pytest.approx(0.4)
    assert calibration_error(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0.0
    assert calibration_error(np.array([0.9, 0.5]), np.array([1.0, 0.0])) == pytest.approx((0.1 + 0.5) / 2)
    assert [one.rows for one in reliability(np.array([0.9, 0.5, 1.0]), np.ones(3))] == [1, 1, 1]


def test_risk_and_coverage_step_by_step() -> None:
    points = risk_coverage(np.array([0.9, 0.8, 0.8, 0.6]), np.array([1.0, 1.0, 0.0, 0.0]))

    assert points == [(0.9, 0.25, 0.0), (0.8, 0.75, pytest.approx(1 / 3)), (0.6, 1.0, 0.5)]
    assert area_under_risk(points) == pytest.approx(0.5 / 3 + 0.25 * 0.5)


def test_the_cheapest_threshold_is_proposed() -> None:
    points = risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 1.0, 0.0]))

    ask, model = propose(points, Costs(wrong=5, ask=1, model=0.2, model_right=0.9))

    assert (ask.threshold, ask.coverage, ask.risk, ask.cost) == (0.7, 0.75, 0.0, 0.25)
    assert ask.cost_always == 1.25
    assert model.cost == pytest.approx(0.25 * (0.2 + 0.1 * 5))


def test_nothing_is_answered_where_every_answer_is_wrong() -> None:
    points = risk_coverage(np.array([0.9]), np.array([0.0]))

    assert [one.coverage for one in propose(points, Costs())] == [0.0, 0.0]


def test_mcnemar_is_the_binomial_test() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 / 64)
    assert mcnemar(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert mcnemar(3, 3) == 1.0


def test_mcnemar_by_tossing_every_coin() -> None:
    fixed, broken = 9, 3
    tosses = [sum(faces) for faces in product((0, 1), repeat=fixed + broken)]

    extreme = [toss for toss in tosses if toss >= fixed or toss <= broken]

    assert mcnemar(fixed, broken) == pytest.approx(len(extreme) / len(tosses))


def test_holm_steps_down_and_never_falls() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_the_bootstrap_is_as_wide_as_theory_says_and_the_same_each_time() -> None:
    before = np.array([True] * 160 + [False] * 40)
    after = np.array([True] * 180 + [False] * 20)
    error = np.sqrt(0.1 * 0.9 / 200)  # 20 of 200 rows gain one: a binomial share

    found = bootstrap(before, after, list(range(200)))

    assert found.value == pytest.approx(0.1)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert found == bootstrap(before, after, list(range(200)))


def test_versions_of_a_scenario_are_drawn_together() -> None:
    before = np.array([True, True, False, False] * 25)
    after = np.array([True, True, True, True] * 25)

    alone = bootstrap(before, after, list(range(100)))
    together = bootstrap(before, after, [place // 2 for place in range(100)])

    assert together.high - together.low > 1.3 * (alone.high - alone.low)


def test_power_is_what_trying_finds() -> None:
    source = np.random.default_rng(1)
    changes = source.multinomial(150, [0.08, 0.02, 0.9], size=4000)  # six points better

    seen = np.mean([mcnemar(int(fixed), int(broken)) < 0.05 and fixed > broken for fixed, broken, _ in changes])

    assert power(150, 0.06, broken=0.02) == pytest.approx(seen, abs=0.03)


def test_more_rows_see_smaller_changes() -> None:
    small, large = detectable(100), detectable(1000)

    assert small is not None
    assert large is not None
    assert large < small / 3
    assert power(1000, large) >= 0.8 > power(1000, large - 0.001)
    assert detectable(5) is None


def test_divergence_is_nothing_for_equal_and_one_bit_for_disjoint_samples() -> None:
    assert jensen_shannon(["a", "b"], ["b", "a", "a", "b"]) == 0.0
    assert jensen_shannon(["a"], ["b"]) == 1.0


def test_the_stability_index_of_two_bins() -> None:
    assert stability_index(["a", "b"], ["a", "a", "a", "b"]) == pytest.approx(0.25 * log(1.5) - 0.25 * log(0.5))
