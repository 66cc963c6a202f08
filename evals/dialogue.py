"""Measure routers that know the dialogue, each rolled forward on its own previous lane.

Rows are JSON lines {"dialogue", "history", "text", "domain", "intent"} in the dialogues' order, as derived from SGD.
With `--lanes intent` a lane is the active intent and its changes are the data's own; with `--lanes domain` up to three
dialogues of different domains are spliced, so that a change of topic is another dialogue's opening.

    python -m evals.dialogue --turns sgd_turns_train_12k.jsonl --lanes domain --seed 1
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
import orjson

from nodes.ports import Classifier, LocalScores
from nodes.routers.dialogue import DialogueRow, fit
from nodes.routers.encoder import load_encoder
from nodes.routers.head import Example
from nodes.routers.local import LocalClassifier
from nodes.routers.staying import Staying, StayingRouter

Kind = Literal["first", "continue", "switch"]
Floats = npt.NDArray[np.float64]

TESTED: Final = 0.3
OPENINGS: Final = 40
SHORT: Final = 4
_SPLICED: Final = 3
_GOES_ON: Final = 0.7
_LEARNING_ROUNDS: Final = 3
_NEWTON_STEPS: Final = 50
_RIDGE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A turn with what it is."""

    row: DialogueRow
    kind: Kind


Dialogue = list[Labelled]


class Decides(Protocol):
    """Any router that is told the dialogue."""

    def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
        """Return a lane and the probability of each."""
        ...


def read_dialogues(path: Path, lanes: Literal["intent", "domain"]) -> list[Dialogue]:
    """Return the dialogues of a file, in order."""
    found: dict[str, Dialogue] = {}
    for line in path.read_bytes().splitlines():
        given: dict[str, Any] = orjson.loads(line)
        before = found.setdefault(given["dialogue"], [])
        last_bot = given["history"][-1][1] if given["history"] else ""
        row = DialogueRow(given["dialogue"], given["text"], last_bot, given[lanes])
        stays = before and before[-1].row.lane == row.lane
        before.append(Labelled(row, "first" if not before else "continue" if stays else "switch"))
    return list(found.values())


def spliced(dialogues: Sequence[Dialogue], seed: int) -> list[Dialogue]:
    """Return sessions of up to three dialogues about different things, each cut off but the last."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    left = draw.sample(dialogues, len(dialogues))
    sessions: list[Dialogue] = []
    while left:
        parts = [left.pop()]
        while len(parts) < _SPLICED and draw.random() < _GOES_ON:
            lane = parts[-1][0].row.lane
            at = next((at for at in reversed(range(len(left))) if left[at][0].row.lane != lane), None)
            if at is None:
                break
            parts.append(left.pop(at))
        sessions.append(_joined(parts, str(len(sessions)), draw))
    return sessions


def _joined(parts: Sequence[Dialogue], name: str, draw: random.Random) -> Dialogue:
    session: Dialogue = []
    last_bot = ""
    for part in parts:
        kept = len(part) if part is parts[-1] else draw.randint(1, max(1, len(part) - 1))
        opening = replace(part[0].row, last_bot=last_bot)
        session.append(Labelled(opening, "switch" if session else "first"))
        session += part[1:kept]
        last_bot = part[min(kept, len(part) - 1)].row.last_bot
    return [replace(turn, row=replace(turn.row, dialogue=name)) for turn in session]


def rolled(router: Decides, dialogues: Sequence[Dialogue]) -> list[str]:
    """Return the lane of every turn, each decided with the router's own previous one."""
    decided: list[str] = []
    for dialogue in dialogues:
        lane: str | None = None
        for turn in dialogue:
            lane, _ = router.decide(turn.row.text, turn.row.last_bot, lane)
            decided.append(lane)
    return decided


def slices(dialogues: Sequence[Dialogue], decided: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Return the share that is right and the number of turns: all, by kind, and those of at most four words."""
    right: dict[str, list[bool]] = defaultdict(list)
    for turn, lane in zip(_turns(dialogues), decided, strict=True):
        short = ["short"] if len(turn.row.text.split()) <= SHORT else []
        for name in ["all", turn.kind, *short]:
            right[name].append(lane == turn.row.lane)
    return {name: (sum(some) / len(some), len(some)) for name, some in right.items()}


def _turns(dialogues: Sequence[Dialogue]) -> Iterator[Labelled]:
    for dialogue in dialogues:
        yield from dialogue


def openings(dialogues: Sequence[Dialogue], seed: int) -> list[Example]:
    """Return up to 40 texts a lane that open a topic: what a tenant writes as examples."""
    by_lane: dict[str, list[str]] = defaultdict(list)
    for turn in _turns(dialogues):
        if turn.kind != "continue":
            by_lane[turn.row.lane].append(turn.row.text)
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    return [
        Example(text, lane, "info", "en")
        for lane, texts in by_lane.items()
        for text in draw.sample(texts, min(OPENINGS, len(texts)))
    ]


class Remembering:
    """A classifier that scores each text once."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._scores: dict[str, LocalScores] = {}

    def scores(self, text: str, locale: str) -> LocalScores:
        """Return what the classifier says."""
        if text not in self._scores:
            self._scores[text] = self._classifier.scores(text, locale)
        return self._scores[text]


def learn_staying(classifier: Classifier, examples: Sequence[Example], dialogues: Sequence[Dialogue]) -> Staying:
    """Return the prior under which the lanes of `dialogues` are likeliest; turns that are examples don't count."""
    seen = {example.text for example in examples}
    remembering, staying = Remembering(classifier), Staying()
    for _ in range(_LEARNING_ROUNDS):
        decided = rolled(StayingRouter(remembering, {}, "en", staying), dialogues)
        rows, labels = [], []
        for at, turn in enumerate(_turns(dialogues)):
            if turn.kind != "first" and turn.row.text not in seen:
                scores = remembering.scores(turn.row.text, "en")
                lanes = sorted(scores.intents)
                rows.append(_evidence(turn.row.text, scores, lanes, decided[at - 1]))
                labels.append(lanes.index(turn.row.lane))
        staying = Staying(*(round(float(one), 2) for one in _likeliest(np.array(rows), np.array(labels))))
    return staying


def _evidence(text: str, scores: LocalScores, lanes: Sequence[str], previous: str) -> list[list[float]]:
    """Return a row a lane: what each of the prior's numbers is multiplied by, in its fields' order."""
    zero = Staying(0.0, 0.0, 0.0, 0.0)
    units = [replace(zero, stay=1.0), replace(zero, word=1.0), replace(zero, strange=1.0)]
    form = [unit.odds(text, scores.out_of_scope) for unit in units]
    return [
        [float(np.log(max(scores.intents[lane], 1e-4))), *(form if lane == previous else [0.0] * len(form))]
        for lane in lanes
    ]


def _likeliest(rows: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """Return the weights of a conditional logit (McFadden, 1974) by Newton's method."""
    weights, chosen = np.zeros(rows.shape[2]), rows[np.arange(len(rows)), labels]
    for _ in range(_NEWTON_STEPS):
        scores = rows @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        mean = (shares[:, :, None] * rows).sum(axis=1)
        slope = (chosen - mean).sum(axis=0) - _RIDGE * weights
        bend = np.einsum("nl,nli,nlj->ij", shares, rows, rows) - mean.T @ mean + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.dialogue", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=Path, required=True, help="file of dialogue turns")
    parser.add_argument("--lanes", choices=["intent", "domain"], default="domain", help="what counts as a lane")
    parser.add_argument("--seed", type=int, default=1, help="which dialogues are held out (default: 1)")
    parser.add_argument("--learn", action="store_true", help="print the prior that the training dialogues give")
    parser.add_argument("--prior-only", action="store_true", help="leave out the router that trains on dialogues")
    given = parser.parse_args()
    dialogues = read_dialogues(given.turns, given.lanes)
    sessions = spliced(dialogues, given.seed) if given.lanes == "domain" else dialogues
    sessions = random.Random(given.seed).sample(sessions, len(sessions))  # noqa: S311 - repeatable
    tested = int(len(sessions) * TESTED)
    learning, held_out = sessions[tested:], sessions[:tested]
    examples, encoder = openings(learning, given.seed), load_encoder()
    classifier = Remembering(LocalClassifier(examples, encoder))
    never = Staying(evidence=1.0, stay=0.0, word=0.0, strange=0.0)
    routers: dict[str, Decides] = {
        "text alone": StayingRouter(classifier, {}, "en", never),
        "prior": StayingRouter(classifier, {}, "en"),
    }
    if given.learn:
        staying = learn_staying(classifier, examples, learning)
        print(staying)  # noqa: T201 - a command's output
        routers["learned prior"] = StayingRouter(classifier, {}, "en", staying)
    if not given.prior_only:
        routers["dialogues"] = fit([turn.row for turn in _turns(learning)], encoder)
    for name, router in routers.items():
        shares = slices(held_out, rolled(router, held_out))
        said = [f"{part} {shares[part][0]:.1%} of {shares[part][1]}" for part in sorted(shares)]
        print(f"{name:14} {', '.join(said)}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
