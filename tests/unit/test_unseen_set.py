"""The set whose mistakes nobody read stays apart from the examples; its README says how it came about."""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

from evals.data.rows import GoldRow
from nodes.routers import examples_of
from tests.desk import demo
from tests.unit.test_demo_set import repeats
from tests.unit.test_demo_set import rows as tuned_on

FOLDER: Final = Path(__file__).parents[2] / "evals" / "datasets" / "unseen"


@cache
def rows() -> tuple[GoldRow, ...]:
    files = sorted(FOLDER.glob("*.jsonl"))
    return tuple(GoldRow.model_validate_json(line) for file in files for line in file.read_text("utf-8").splitlines())


def test_every_scenario_is_in_both_languages_with_the_same_labels() -> None:
    told = defaultdict(list)
    for row in rows():
        told[row.scenario_id].append(row)

    assert len(told) == 225
    assert len({row.id for row in rows()}) == len(rows())
    for scenario, both in told.items():
        assert sorted(row.lang for row in both) == ["en", "es"], scenario
        assert len({(row.lane, row.intent, row.kind, row.prev_lane, tuple(row.tags)) for row in both}) == 1, scenario


def test_labels_are_the_tenants() -> None:
    lanes: dict[str | None, str | None] = {one.name: one.lane for one in demo().intents}

    for row in rows():
        assert row.out_of_scope or row.lane == lanes[row.intent], row.id


def test_no_row_repeats_an_example() -> None:
    assert repeats([row.text for row in rows()], [one.text for one in examples_of(demo())]) == []


def test_no_row_repeats_one_that_was_tuned_on() -> None:
    assert repeats([row.text for row in rows()], [row.text for row in tuned_on()]) == []
