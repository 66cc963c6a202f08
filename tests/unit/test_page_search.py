"""A page is an answer only where its words and its meaning agree."""

from pathlib import Path

import numpy as np

from nodes.page_search import PageSearch
from nodes.routers.encoder import Floats
from tests.desk import demo


class Topics:
    """Knows two topics: gift wrapping and everything else."""

    name = "topics"

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: list[str]) -> Floats:
        self.asked += len(texts)
        return np.array([self._vector(text.casefold()) for text in texts], dtype=np.float32)

    def _vector(self, text: str) -> tuple[float, float]:
        return (1.0, 0.0) if "gift wrap" in text else (0.0, 1.0)


class Nothing(Topics):
    name = "nothing"

    def _vector(self, text: str) -> tuple[float, float]:
        return (0.0, 0.0)


def test_a_page_that_both_find_is_the_answer() -> None:
    assert PageSearch(demo(), Topics()).find("can you gift wrap it?") == "gift-wrapping"


def test_what_full_text_finds_and_meaning_does_not_is_no_answer() -> None:
    assert PageSearch(demo(), Nothing()).find("can you gift wrap it?") is None


def test_without_a_word_of_any_page_there_is_no_answer() -> None:
    search = PageSearch(demo(), Topics())

    assert search.find("xyzzy") is None
    assert search.find('"; DROP TABLE pages') is None
    assert search.find("") is None


def test_vectors_are_made_once(tmp_path: Path) -> None:
    first, second = Topics(), Topics()

    PageSearch(demo(), first, tmp_path)
    PageSearch(demo(), second, tmp_path)
    next(tmp_path.glob("*.npy")).write_bytes(b"damaged")
    PageSearch(demo(), second, tmp_path)

    assert first.asked > 100
    assert second.asked == first.asked
