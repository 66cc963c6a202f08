import numpy as np
import pytest

from nodes.routers.encoder import MANY, UniversalEncoder, load_encoder
from nodes.routers.local import examples_of
from nodes.routers.ngrams import hashed, hashed_rows
from prompts.loader import load_tenant, tenant_folder

ODD = ["", "  ", " a", "a  b", "\u200b", "x \u200b y", "日本語 テスト", "e\u0301 \u00a0x", "hi 😀", "hola " * 60]


@pytest.mark.skipif(load_encoder() is None, reason="no sentence encoder for this machine")
def test_many_texts_at_once_have_the_vectors_they_have_one_by_one() -> None:
    encoder = UniversalEncoder()
    said = [example.text for example in examples_of(load_tenant(tenant_folder("demo")))[::40]]
    texts = (ODD + said)[:MANY]

    together = encoder.encode(texts)

    assert len(texts) == MANY
    assert np.abs(together - np.concatenate([encoder.encode([text]) for text in texts])).max() < 1e-5


@pytest.mark.skipif(load_encoder() is None, reason="no sentence encoder for this machine")
def test_the_mean_of_tokens_is_the_same_alone_and_among_others_and_tells_more_than_the_sentence() -> None:
    encoder = UniversalEncoder()
    texts = ["¿dónde está mi pedido?", "the lid came broken", "mi pedido, ¿dónde está?"]

    together = encoder.encode(texts, "tokens")

    assert together.shape[1] > encoder.encode(texts).shape[1]
    assert np.abs(together - np.concatenate([encoder.encode([text], "tokens") for text in texts])).max() < 1e-5
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert together[0] @ together[2] > together[0] @ together[1]


def test_texts_hashed_together_have_the_ngrams_they_have_one_by_one() -> None:
    rows = hashed_rows(ODD)

    for row, text in zip(rows, ODD, strict=True):
        columns, values = hashed(text)
        assert np.array_equal(np.flatnonzero(row), columns)
        assert np.allclose(row[columns], values)
