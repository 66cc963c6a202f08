from functools import cache
from math import isfinite
from pathlib import Path

import pytest

from nodes.ports import LocalScores
from nodes.routers import ChainRouter, LocalClassifier, examples_of, load_encoder
from state.errors import TenantError
from tests.fakes import HashingEncoder, asking, said, shop

SHOP = shop()
EXAMPLES = examples_of(SHOP)


@cache
def classifier(kind: str) -> LocalClassifier:
    return LocalClassifier(EXAMPLES, load_encoder() if kind == "encoder" else None)


def best(scores: LocalScores) -> str:
    return next(iter(scores.intents))


@pytest.mark.parametrize("kind", ["encoder", "n-grams"])
@pytest.mark.parametrize(
    ("text", "locale", "intent"),
    [
        ("¿qué precio tiene la tetera?", "es", "product_price"),
        ("how much is the grinder", "en", "product_price"),
        ("my kettle arrived broken", "en", "return_item"),
        ("hola", "es", "greeting"),
    ],
)
def test_texts_like_the_examples_are_recognised(kind: str, text: str, locale: str, intent: str) -> None:
    assert best(classifier(kind).scores(text, locale)) == intent


TEXTS = ["", " ", "🙂", "???", "a", "x" * 10_000, "palabra " * 2_000, "\u0000\u200b", "你好", "¿¡", "1234"]


@pytest.mark.parametrize("kind", ["encoder", "n-grams"])
@pytest.mark.parametrize("text", TEXTS)
def test_any_text_gets_finite_probabilities_that_sum_to_one(kind: str, text: str) -> None:
    scores = classifier(kind).scores(text, "es")

    assert sum(scores.intents.values()) == pytest.approx(1.0, abs=1e-5)
    assert list(scores.intents.values()) == sorted(scores.intents.values(), reverse=True)
    assert all(isfinite(share) for share in scores.intents.values())
    assert 0.0 <= scores.out_of_scope <= 1.0
    assert -1.001 <= scores.similarity <= 1.001
    assert len(scores.intents) == len(SHOP.intents)


def test_the_nearest_examples_come_with_their_intent_and_lane() -> None:
    nearest = classifier("encoder").scores("busco una tetera", "es").nearest

    assert (nearest[0].text, nearest[0].intent, nearest[0].lane) == ("busco una tetera", "product_search", "commerce")
    assert nearest[0].similarity == pytest.approx(1.0, abs=1e-3)
    assert [one.similarity for one in nearest] == sorted((one.similarity for one in nearest), reverse=True)


@pytest.mark.parametrize("text", ["who won the world cup in 1998", "write me a python script that sorts a list"])
def test_what_is_no_business_of_the_shop_is_likelier_out_of_scope_than_what_is(text: str) -> None:
    router = classifier("encoder")

    assert router.scores(text, "en").out_of_scope > router.scores("how much are the kettles", "en").out_of_scope


def test_n_grams_are_off_in_a_language_without_examples() -> None:
    router = classifier("encoder")

    assert router.scores("quanto custa", "pt").intents != router.scores("quanto custa", "es").intents


def test_the_same_examples_give_the_same_scores() -> None:
    again = LocalClassifier(EXAMPLES, load_encoder())

    assert again.scores("una tetera roja", "es") == classifier("encoder").scores("una tetera roja", "es")


def test_a_shop_without_examples_is_told_what_to_write() -> None:
    with pytest.raises(TenantError, match="No intent has an example"):
        LocalClassifier([], None)


def test_one_example_is_enough_to_start() -> None:
    scores = LocalClassifier(EXAMPLES[:1], None).scores("anything", "en")

    assert scores.intents == {EXAMPLES[0].intent: 1.0}


def test_a_kept_head_is_used_instead_of_training_again(tmp_path: Path) -> None:
    trained, reading = HashingEncoder(), HashingEncoder()

    first = LocalClassifier(EXAMPLES, trained, tmp_path)
    second = LocalClassifier(EXAMPLES, reading, tmp_path)

    assert reading.encoded < len(EXAMPLES) <= trained.encoded
    assert second.scores("tetera", "es") == first.scores("tetera", "es")


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", None])
def test_a_damaged_kept_head_is_trained_anew(tmp_path: Path, damage: bytes | None) -> None:
    whole = LocalClassifier(EXAMPLES, None, tmp_path).scores("tetera", "es")
    [kept] = tmp_path.glob("*.npz")
    content = kept.read_bytes()
    kept.write_bytes(content[: len(content) // 2] if damage is None else damage)

    again = LocalClassifier(EXAMPLES, None, tmp_path)

    assert again.scores("tetera", "es") == whole
    assert kept.read_bytes() != damage


def test_other_examples_are_kept_beside(tmp_path: Path) -> None:
    LocalClassifier(EXAMPLES, None, tmp_path)
    LocalClassifier(EXAMPLES[:-1], None, tmp_path)

    assert len(list(tmp_path.glob("*.npz"))) == 2


@pytest.mark.parametrize("kind", ["encoder", "n-grams"])
async def test_a_conversation_goes_from_commerce_to_support_and_asks_in_between(kind: str) -> None:
    router = ChainRouter(SHOP, classifier(kind))
    first = said("quiero ver hervidores", lane="commerce", intent="product_search")

    price = await router.decide(asking(said("¿y cuánto cuesta?"), first, lane="commerce"))
    broken = await router.decide(asking(said("el hervidor llegó roto, lo devuelvo")))

    assert (price.lane, price.intent) == ("commerce", "product_price")
    assert (broken.lane, broken.intent) == ("support", "return_item")
