"""The demo shop's gold set keeps its promises; `evals/datasets/demo/README.md` says what they are."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, StringConstraints
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from nodes.routers import examples_of
from nodes.routers.phrases import phrase
from state.decision import Lane
from tests.desk import demo

FOLDER: Final = Path(__file__).parents[2] / "evals" / "datasets" / "demo"
NEAR: Final = 90
"""Likeness, 0 to 100, from which two texts say the same in the same words."""

COURTESIES: Final = frozenset(
    "hola buenas buenos dias tardes noches por favor porfa gracias y oye ok vale "
    "hi hello hey please thanks good morning evening afternoon and".split()
)
CONTEXT: Final = {"continue", "ellipsis", "switch"}
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Line(BaseModel):
    """One line of the conversation so far."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Literal["customer", "assistant"]
    text: Text


class Answer(BaseModel):
    """A further answer that is right."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    lane: Lane
    intent: Text


class Row(BaseModel):
    """One labelled message."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Text
    scenario_id: Text
    lang: Literal["es", "en"]
    channel: Literal["chat", "whatsapp"]
    history: list[Line]
    prev_lane: Lane | None
    text: Text
    lane: Lane | None
    intent: Text | None
    accept: tuple[Answer, ...] = ()
    kind: Literal["first", "continue", "ellipsis", "switch", "handoff", "oos", "multi_intent", "smalltalk", "media"]
    tags: list[Text]
    notes: str
    source: Literal["hand"]
    split: Literal["dev", "test"]


@cache
def rows() -> tuple[Row, ...]:
    files = sorted(FOLDER.glob("*.jsonl"))
    return tuple(Row.model_validate_json(line) for file in files for line in file.read_text("utf-8").splitlines())


def bare(text: str) -> str:
    """Return the words of `text` without greetings and other courtesies, unless it has no others."""
    words = phrase(text)
    return " ".join(word for word in words.split() if word not in COURTESIES) or words or text


def alike(texts: Sequence[str], known: Sequence[str]) -> NDArray[np.bool_]:
    """Tell, texts by known, which share NEAR of 100; a few words inside a much longer text don't count."""
    said, told = [bare(text) for text in texts], [bare(text) for text in known]
    here, there = (np.array([len(set(words.split())) for words in each]) for each in (said, told))
    near = cdist(said, told, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, dtype=np.float32) > 0
    for count in np.unique(here):
        mine, theirs = (
            np.flatnonzero(here == count),
            np.flatnonzero((there * 3 >= count * 2) & (count * 3 >= there * 2)),
        )
        within = cdist(
            [said[one] for one in mine], [told[one] for one in theirs], scorer=fuzz.token_set_ratio, score_cutoff=NEAR
        )
        near[np.ix_(mine, theirs)] |= within > 0
    return near


def repeats(texts: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """Return each text with what it repeats of `known`."""
    return [(texts[row], known[column]) for row, column in np.argwhere(alike(texts, known))]


def scenarios(key: Callable[[Row], str | None]) -> Counter[str | None]:
    return Counter(key(row) for row in rows() if row.lang == "es")


def test_ids_are_unique_and_name_the_scenario_and_the_language() -> None:
    assert len({row.id for row in rows()}) == len(rows())
    assert [row.id for row in rows() if row.id != f"{row.scenario_id}-{row.lang}"] == []


def test_every_scenario_is_in_both_languages_with_the_same_labels() -> None:
    told = defaultdict(list)
    for row in rows():
        told[row.scenario_id].append(row)

    for scenario, both in told.items():
        assert sorted(row.lang for row in both) == ["en", "es"], scenario
        told_alike = {(row.lane, row.intent, row.kind, row.prev_lane, row.channel, row.split) for row in both}
        assert len(told_alike) == 1, scenario
        assert len({row.accept for row in both}) == 1, scenario
        assert len({tuple(row.tags) for row in both}) == 1, scenario
        assert len({len(row.history) for row in both}) == 1, scenario


def test_labels_are_the_tenants_and_agree() -> None:
    lanes: dict[str | None, str | None] = {one.name: one.lane for one in demo().intents} | {None: None}

    for row in rows():
        assert row.lane == lanes[row.intent], row.id
        assert (row.intent is None) == (row.kind == "oos"), row.id
        assert row.kind == "handoff" or row.lane != "handoff" or row.kind == "multi_intent", row.id
        assert {tag.partition(":")[2] for tag in row.tags if tag.startswith("also:")} <= lanes.keys(), row.id


def test_a_second_answer_is_rare_another_intent_and_in_its_own_lane() -> None:
    lanes = {one.name: one.lane for one in demo().intents}

    several = [row for row in rows() if row.accept]

    assert len(several) <= len(rows()) / 50
    for row in several:
        assert row.intent not in {one.intent for one in row.accept}, row.id
        assert all(lanes[one.intent] == one.lane for one in row.accept), row.id


def test_a_history_is_an_exchange_that_ends_with_our_reply() -> None:
    lanes: dict[str, str | None] = {f"after:{one.name}": one.lane for one in demo().intents}

    for row in rows():
        assert [line.role for line in row.history] == ["customer", "assistant"] * (len(row.history) // 2), row.id
        after = [lanes[tag] for tag in row.tags if tag.startswith("after:")]
        assert after == ([row.prev_lane] if row.history else []), row.id
        assert bool(row.history) if row.kind in CONTEXT else row.kind != "first" or not row.history, row.id


def test_there_are_enough_rows_of_every_intent_kind_and_language() -> None:
    total = sum(row.lang == "es" for row in rows())
    intents, kinds = scenarios(lambda row: row.intent), scenarios(lambda row: row.kind)
    share = {kind: count / total for kind, count in kinds.items()}

    assert total >= 320
    assert {one.name: intents[one.name] for one in demo().intents if intents[one.name] < 6} == {}
    assert share["oos"] == pytest.approx(0.15, abs=0.02)
    assert share["handoff"] == pytest.approx(0.12, abs=0.02)
    assert sum(share[kind] for kind in CONTEXT) == pytest.approx(0.20, abs=0.02)
    assert share["multi_intent"] == pytest.approx(0.08, abs=0.02)
    assert min(kinds[kind] for kind in ("smalltalk", "media")) >= 10


def test_both_parts_hold_half_of_every_intent_and_kind() -> None:
    parts = scenarios(lambda row: row.split)
    assert abs(parts["dev"] - parts["test"]) <= 1

    for label in (lambda row: f"{row.kind} {row.split}", lambda row: f"{row.intent} {row.split}"):
        counts = scenarios(label)
        for name in {name.rpartition(" ")[0] for name in counts if name}:
            assert abs(counts[f"{name} dev"] - counts[f"{name} test"]) <= 2, name


def test_no_row_repeats_an_example() -> None:
    assert repeats([row.text for row in rows()], [one.text for one in examples_of(demo())]) == []


def test_no_row_repeats_another() -> None:
    texts = [row.text for row in rows()]

    found = np.argwhere(np.triu(alike(texts, texts), k=1))

    assert [(rows()[one].id, rows()[other].id) for one, other in found] == []


@pytest.mark.parametrize(
    "text", ["a que hora abren", "¿Abren a qué hora?", "Hola, a que hora abren por favor", "¿A qué hora abrén?"]
)
def test_a_text_that_only_looks_different_is_found(text: str) -> None:
    assert repeats([text], ["Hola, ¿a qué hora abren?"])


def test_a_longer_text_about_the_same_is_another() -> None:
    assert not repeats(["precio del hervidor rojo con el envío a Canarias"], ["¿Precio?"])
