import numpy as np

from nodes.routers.ngrams import hashed_texts
from nodes.routers.softmax import train

ROWS = hashed_texts(["hola", "", "quiero devolver la tetera", "hello", "i want to return the teapot"])
CHOSEN = np.array([True, True, False, True, False])


def test_sparse_rows_multiply_as_dense_ones_do() -> None:
    weights = np.random.default_rng(0).standard_normal((ROWS.shape[1], 3), np.float32)
    errors = np.random.default_rng(1).standard_normal((len(ROWS), 2), np.float32)

    assert np.allclose(ROWS @ weights, ROWS.dense() @ weights, atol=1e-5)
    assert np.allclose(ROWS.T @ errors, ROWS.dense().T @ errors, atol=1e-5)


def test_chosen_rows_are_those_of_the_dense_matrix() -> None:
    assert np.array_equal(ROWS[CHOSEN].dense(), ROWS.dense()[CHOSEN])


def test_a_head_learns_the_same_from_sparse_rows() -> None:
    labels = np.array([0, 0, 0, 1, 1])

    assert np.allclose(train(ROWS, labels, 2), train(ROWS.dense(), labels, 2), atol=1e-3)
