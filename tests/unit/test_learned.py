import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np

from nodes.learned import MOST, Arrays, learned


class Lessons:
    """Counts how often there was something to learn."""

    def __init__(self, value: float = 1.0) -> None:
        self.count = 0
        self.value = value

    def learn(self) -> float:
        self.count += 1
        return self.value

    def at(self, path: Path | None) -> float:
        return learned(path, self.learn, read=_read, write=lambda value: {"value": np.array([value])})


def _read(kept: Arrays) -> float:
    return float(kept["value"][0])


def test_what_was_learned_is_read_the_next_time(tmp_path: Path) -> None:
    one = Lessons()

    assert [one.at(tmp_path / "sums-1.npz") for _ in range(2)] == [1.0, 1.0]
    assert one.count == 1


def test_without_a_path_nothing_is_kept() -> None:
    one = Lessons()

    assert [one.at(None) for _ in range(2)] == [1.0, 1.0]
    assert one.count == 2


def test_of_several_at_once_one_learns_and_the_others_wait(tmp_path: Path) -> None:
    one, together = Lessons(), Barrier(4)

    def begin(_: int) -> float:
        together.wait()
        return one.at(tmp_path / "sums-1.npz")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(begin, range(4))) == [1.0] * 4
    assert one.count == 1


def test_what_is_not_a_number_is_learned_anew(tmp_path: Path) -> None:
    Lessons(float("nan")).at(tmp_path / "sums-1.npz")

    assert Lessons(2.0).at(tmp_path / "sums-1.npz") == 2.0


def test_the_newest_of_a_kind_stay(tmp_path: Path) -> None:
    other = tmp_path / "words-0.npz"
    other.write_bytes(b"")
    for number in range(MOST + 2):
        Lessons().at(tmp_path / f"sums-{number}.npz")
        os.utime(tmp_path / f"sums-{number}.npz", (number, number))

    assert {path.name for path in tmp_path.glob("sums-*.npz")} == {
        f"sums-{number}.npz" for number in range(2, MOST + 2)
    }
    assert other.exists()
