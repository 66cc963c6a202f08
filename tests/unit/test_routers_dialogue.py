import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from evals.dialogue import main, read_dialogues, rolled, slices, spliced
from nodes.routers import DialogueRow, LocalClassifier, Staying, StayingRouter, examples_of, fit, load_encoder
from tests.fakes import ScriptedClassifier, shop

LANES = {intent.name: intent.lane for intent in shop().intents}


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


def test_the_prior_keeps_a_bare_follow_up_and_lets_a_clear_topic_go() -> None:
    staying = Staying()

    bare = staying.posterior({"commerce": 0.2, "info": 0.6, "support": 0.2}, "commerce", "¿y en azul?", 0.5)
    clear = staying.posterior({"commerce": 0.0, "info": 0.0, "support": 1.0}, "commerce", "it arrived broken", 0.01)

    assert max(bare, key=bare.__getitem__) == "commerce"
    assert max(clear, key=clear.__getitem__) == "support"


def test_a_longer_text_is_less_bound_to_the_lane_it_came_from() -> None:
    assert Staying().odds("and in blue", 0.5) > Staying().odds("and do you have the same one in dark blue too", 0.5)


def test_the_first_turn_has_no_prior() -> None:
    shares = {"commerce": 0.25, "info": 0.75}

    assert Staying().posterior(shares, None, "hola", 0.2) == pytest.approx(shares)


def test_a_tenant_without_dialogues_decides_with_its_examples_and_the_prior() -> None:
    router = StayingRouter(LocalClassifier(examples_of(shop()), load_encoder()), LANES, "es")

    first, _ = router.decide("busco una tetera", "", None)
    second, _ = router.decide("¿y en azul?", "Tenemos dos teteras.", first)
    third, _ = router.decide("quiero hacer una devolución", "Está en azul.", second)

    assert [first, second, third] == ["commerce", "commerce", "support"]


def test_an_unknown_previous_lane_has_no_pull() -> None:
    router = StayingRouter(ScriptedClassifier(product_price=0.9), LANES, "es")

    assert router.decide("x", "", "unheard of") == router.decide("x", "", None)


def turns(folder: Path) -> Path:
    rows = []
    for at, row in enumerate(talks()):
        domain = "shop" if int(row.dialogue) % 2 else "films"
        history = [["S", row.last_bot]] if row.last_bot else []
        said = {"text": f"{row.text} {at}", "domain": domain, "intent": row.lane}
        rows.append({"dialogue": row.dialogue, "history": history, **said})
    path = folder / "turns.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_slices_tell_first_turns_from_changes_of_lane(tmp_path: Path) -> None:
    dialogues = read_dialogues(turns(tmp_path), "intent")

    class Never:
        def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
            return previous_lane or "commerce", {}

    shares = slices(dialogues, rolled(Never(), dialogues))

    assert shares == {
        "all": (0.5, 32),
        "first": (1.0, 8),
        "continue": (0.5, 16),
        "switch": (0.0, 8),
        "short": shares["short"],
    }


def test_spliced_dialogues_change_their_lane_at_an_opening_only(tmp_path: Path) -> None:
    dialogues = read_dialogues(turns(tmp_path), "domain")

    sessions = spliced(dialogues, seed=2)

    assert sessions == spliced(dialogues, seed=2)
    assert any(turn.kind == "switch" for session in sessions for turn in session)
    for session in sessions:
        kinds = [turn.kind for turn in session]
        lanes = [turn.row.lane for turn in session]
        changes = [left != right for left, right in pairwise(lanes)]
        assert [kind == "switch" for kind in kinds[1:]] == changes


def test_the_command_prints_every_router_and_what_it_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", f"dialogue --turns {turns(tmp_path)} --learn".split())

    main()

    printed = capsys.readouterr().out
    assert all(name in printed for name in ["text alone", "prior", "Staying(", "dialogues", "first"])
