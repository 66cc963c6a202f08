"""What the checkpoint benchmark prints, and how it finds its place in a page."""

import pytest

from benchmarks.checkpoints.graphs import CHARACTERS, text
from benchmarks.checkpoints.table import Row, page, render
from benchmarks.page import END, begin, rewrite

BEGIN = begin("checkpoints")


def test_a_row_shows_times_trips_and_sizes() -> None:
    row = Row("ours", {1: (1.5, 1.25), 200: (2.0, 1.75)}, {200: 1234.4}, trips=2.0, per_second=1049.6)

    table = render([row], [1, 200], [200])

    assert table.splitlines() == [
        "| saver | turn 1 | turn 200 | round trips | KB at turn 200 | turns/s, 50 sessions |",
        "|---|---|---|---|---|---|",
        "| ours | 1.50 (1.25) | 2.00 (1.75) | 2 | 1,234 | 1,050 |",
    ]


def test_what_was_not_measured_is_a_dash() -> None:
    table = render([Row("none", {1: (1.0, 1.0)})], [1], [])

    assert table.splitlines()[-1] == "| none | 1.00 (1.00) | - | - |"


def test_a_dialogue_that_took_too_long_says_so_at_the_first_turn_it_missed() -> None:
    row = Row("slow", {1: (1.0, 1.0)}, stopped="> 20 s at turn 41", per_second=3)

    table = render([row], [1, 50, 200], [])

    assert table.splitlines()[-1] == "| slow | 1.00 (1.00) | > 20 s at turn 41 | - | - | 3 |"


def test_a_saver_that_fails_with_many_sessions_says_so_in_their_column() -> None:
    row = Row("brittle", {1: (1.0, 1.0)}, stopped="ConnectionError: too many")

    table = render([row], [1], [])

    assert table.splitlines()[-1] == "| brittle | 1.00 (1.00) | - | ConnectionError: too many |"


def test_only_what_stands_between_the_markers_is_rewritten() -> None:
    before = f"# Page\n\n{BEGIN}\nold\n{END}\n\nprose\n"

    once = rewrite(before, "checkpoints", page({"exit": "| new |"}, ["2 CPUs", "Valkey 9.1"]))

    inside = '2 CPUs; Valkey 9.1.\n\n`durability="exit"`\n\n| new |'
    assert once == f"# Page\n\n{BEGIN}\n\n{inside}\n\n{END}\n\nprose\n"
    assert rewrite(once, "checkpoints", inside) == once


@pytest.mark.parametrize("broken", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_page_without_its_markers_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        rewrite(broken, "checkpoints", "new")


def test_messages_are_of_one_length_and_all_different() -> None:
    messages = [text(at) for at in range(2000)]

    assert {len(message) for message in messages} == {CHARACTERS}
    assert len(set(messages)) == len(messages)
