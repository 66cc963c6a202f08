"""A passage of a page answers where full text and meaning together are sure enough."""

from pathlib import Path

import numpy as np
import pytest

from nodes.page_search import PageSearch
from nodes.pages import passages
from nodes.routers.encoder import Floats
from nodes.routers.encoding import Layer
from prompts.tenant import Page
from tests.desk import demo


class Topics:
    """Knows two topics: gift wrapping and everything else."""

    name = "topics"

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: list[str], layer: Layer = "sentence") -> Floats:
        self.asked += len(texts)
        return np.array([self._vector(text.casefold()) for text in texts], dtype=np.float32)

    def _vector(self, text: str) -> tuple[float, float]:
        return (1.0, 0.0) if "gift wrap" in text else (0.0, 1.0)


class Nothing(Topics):
    name = "nothing"

    def _vector(self, text: str) -> tuple[float, float]:
        return (0.0, 0.0)


def test_the_passage_that_words_and_meaning_point_to_answers_in_the_customers_language() -> None:
    search = PageSearch(demo(), Topics())

    found = [search.find("can you gift wrap it with cotton ribbon?", locale) for locale in ("en", "es")]

    assert [(one.slug, one.locale) for one in found if one] == [("gift-wrapping", "en"), ("gift-wrapping", "es")]
    assert found[0] is not None
    assert found[0].heading == "Wrapping"


def test_words_that_meaning_does_not_bear_out_are_no_answer_but_come_near() -> None:
    search = PageSearch(demo(), Nothing())

    assert search.find("do you gift wrap?", "en") is None
    assert search.likely("do you gift wrap?", "en", 2)[0].slug == "gift-wrapping"
    assert len({one.slug for one in search.likely("do you gift wrap?", "en", 3)}) == 3


@pytest.mark.parametrize("text", ["xyzzy", '"; DROP TABLE passages', "", "?"])
def test_without_a_word_or_meaning_of_any_page_there_is_no_answer(text: str) -> None:
    assert PageSearch(demo(), Nothing()).find(text, "en") is None


def test_a_page_is_its_short_answer_and_its_sections() -> None:
    page = Page(slug="hats", locale="en", title="Hats", answer="Two.", body="First.\n\n## Red\n\nOne.\n\n## Empty\n\n")

    found = [(one.name, one.text) for one in passages(page)]

    assert found == [("Hats", "Two."), ("Hats", "First."), ("Hats: Red", "One.")]


def test_vectors_are_made_once(tmp_path: Path) -> None:
    first, second = Topics(), Topics()

    PageSearch(demo(), first, tmp_path)
    PageSearch(demo(), second, tmp_path)
    next(tmp_path.glob("*.npz")).write_bytes(b"damaged")
    PageSearch(demo(), second, tmp_path)

    assert first.asked > 100
    assert second.asked == first.asked
