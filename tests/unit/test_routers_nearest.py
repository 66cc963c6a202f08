import numpy as np

from nodes.routers.nearest import MANY, Nearest


def test_among_many_examples_the_nearest_of_each_kind_is_measured_in_full() -> None:
    drawn = np.random.default_rng(0)
    spread = np.geomspace(1.0, 0.01, 512)
    vectors = (drawn.standard_normal((MANY, 512)) * spread).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    inside = drawn.random(MANY) < 0.8
    text = vectors[7] + vectors[11]
    text /= np.linalg.norm(text)

    found = Nearest(vectors.T, inside).cosines(text)

    wanted = vectors @ text
    assert np.isclose(found[inside].max(), wanted[inside].max(), atol=1e-5)
    assert np.isclose(found[~inside].max(), wanted[~inside].max(), atol=1e-5)
