import pytest

from nodes.routers import DialogueRow, fit, load_encoder


def talks() -> list[DialogueRow]:
    rows = []
    for number in range(8):
        asks = ["what kettles do you have", "show me teapots", "I'm looking for a grinder", "kettles please"][
            number % 4
        ]
        breaks = ["the kettle arrived broken", "it does not work", "return my order", "send it back"][number % 4]
        rows += [
            DialogueRow(str(number), asks, "", "commerce"),
            DialogueRow(str(number), "the red one", "Which colour would you like?", "commerce"),
            DialogueRow(str(number), breaks, "The red kettle costs 30 euros.", "support"),
            DialogueRow(str(number), "it is 5512", "What is your order number?", "support"),
        ]
    return rows


@pytest.mark.parametrize("kind", ["encoder", "n-grams"])
def test_a_router_trained_on_dialogues_follows_one_by_its_own_lanes(kind: str) -> None:
    router = fit(talks(), load_encoder() if kind == "encoder" else None)

    lane, decided = None, []
    for row in talks()[:4]:
        lane, shares = router.decide(row.text, row.last_bot, lane)
        decided.append(lane)
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-5)

    assert decided == ["commerce", "commerce", "support", "support"]


def test_the_same_words_follow_the_last_reply() -> None:
    router = fit(talks(), load_encoder())

    assert router.decide("yes", "Which colour would you like?", "commerce")[0] == "commerce"
    assert router.decide("yes", "What is your order number?", "support")[0] == "support"


def test_no_dialogues_teach_nothing() -> None:
    with pytest.raises(ValueError, match="needs labelled turns"):
        fit([], None)


@pytest.mark.parametrize("previous", [None, "commerce", "unheard of"])
@pytest.mark.parametrize("text", ["", "🙂", "palabra " * 300])
def test_any_text_after_any_lane_gets_an_answer(text: str, previous: str | None) -> None:
    lane, shares = fit(talks(), None).decide(text, "", previous)

    assert shares[lane] == max(shares.values())
