"""Rows are read, drawn and compared; what is wrong with one is said where it stands."""

import json
from pathlib import Path

import pytest

from evals.data.drawing import draw
from evals.data.leaks import leaks
from evals.data.reading import read_gold, read_rows
from evals.data.rows import DialogueRow, GoldRow, IntentRow, LabelsRow
from evals.errors import EvaluationError
from evals.prices import read_costs

GOLD = Path(__file__).parents[1] / "fixtures" / "gold.jsonl"

TURN = {"dialogue": "d1", "turn": 2, "history": [["U", "hi"], ["S", "yes?"]], "text": "a table", "domain": "Food"}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return path


def test_gold_rows_are_read_whole() -> None:
    rows = read_gold(str(GOLD))

    assert len(rows) == 11
    assert rows[2].history[1].role == "assistant"
    assert [row.id for row in rows if row.out_of_scope] == ["poem-1-es", "poem-1-en"]


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({"text": "hi", "intent": "oos", "domain": "oos"}, IntentRow),
        ({"text": "hi", "intents": ["a", "b"], "fold": 0}, LabelsRow),
        (TURN | {"intent": "Find", "prev_domain": None, "kind": "first", "n_words": 2}, DialogueRow),
    ],
)
def test_public_formats_are_told_by_their_fields(given: dict[str, object], shape: type, tmp_path: Path) -> None:
    (row,) = read_rows(written(tmp_path, given))

    assert isinstance(row, shape)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"text": "hi", "intent": "a"}', "{oops"], "rows.jsonl:2: not JSON"),
        (["[1]"], "rows.jsonl:1: not a JSON object"),
        (['{"txt": "hi"}'], "no format has the fields txt"),
        (['{"text": "hi", "intents": []}'], "rows.jsonl:1: field 'intents'"),
        (['{"text": "hi", "intent": "a"}', '{"text": "x", "intents": ["a"]}'], "LabelsRow among IntentRows"),
        (["", "  "], "has no rows"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(lines: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as caught:
        read_rows(written(tmp_path, *lines))

    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lane": "sales"}, "lane"),
        ({"surprise": 1}, "surprise"),
        ({"accept": [{"lane": "sales", "intent": "a"}]}, "accept"),
        ({"accept": [{"lane": "info", "intent": "a"}], "lane": None, "intent": None}, "beside which it is right"),
        ({"history": [{"role": "customer", "text": "a"}, {"role": "customer", "text": "b"}]}, "take turns"),
    ],
)
def test_a_gold_row_is_checked(change: dict[str, object], field: str, tmp_path: Path) -> None:
    row = read_gold(str(GOLD))[0].model_dump(mode="json") | change

    with pytest.raises(EvaluationError, match=field):
        read_rows(written(tmp_path, row))


def test_two_rows_with_one_id_are_refused(tmp_path: Path) -> None:
    row = read_gold(str(GOLD))[0].model_dump(mode="json")

    with pytest.raises(EvaluationError, match="hours-1-es"):
        read_gold(str(written(tmp_path, row, row)))


def test_a_set_that_is_not_there_is_refused_with_what_there_is() -> None:
    with pytest.raises(EvaluationError, match="no set 'nowhere'"):
        read_gold("nowhere")


def test_the_same_seed_draws_the_same_rows() -> None:
    rows = [(label, number) for label in "ab" for number in range(10)]

    drawn = draw(rows, lambda row: row[0], 3, seed=7)

    assert drawn == draw(rows, lambda row: row[0], 3, seed=7)
    assert drawn != draw(rows, lambda row: row[0], 3, seed=8)
    assert [label for label, _ in drawn] == ["a"] * 3 + ["b"] * 3
    assert len(draw(rows, lambda row: row[0], None, seed=1)) == 20


def test_a_leak_is_found_whatever_its_case_accents_and_order() -> None:
    rows = [("1", "¿Cuál es el HORARIO?"), ("2", "el horario cual es"), ("3", "hola"), ("4", "where is my parcel now")]

    found = leaks(rows, ["cual es el horario", "hola"])

    assert [leak.row for leak in found] == ["1", "2"]
    assert [leak.exact for leak in found] == [True, False]


def test_costs_are_read_from_a_line_or_a_file(tmp_path: Path) -> None:
    table = tmp_path / "costs.yaml"
    table.write_text("wrong: 9\nask: 2\n")

    assert read_costs("wrong=9, ask=2") == read_costs(str(table))
    assert read_costs(None).wrong == 5.0
    for bad in ("wrong", "wrong=x", "surprise=1", "wrong=-5", "model_right=2"):
        with pytest.raises(EvaluationError, match="costs"):
            read_costs(bad)


def test_gold_rows_keep_their_shape_in_json() -> None:
    row = read_gold(str(GOLD))[2]

    assert GoldRow.model_validate_json(row.model_dump_json()) == row
