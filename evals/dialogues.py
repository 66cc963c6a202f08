"""Test on whole dialogues, each turn with the router's own previous lane: being told the right one flatters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Protocol

from evals.data.drawing import draw
from evals.data.rows import DialogueRow
from evals.outcome import Outcome, Said
from evals.splicing import changes, spliced
from evals.trained import Measured, Tick
from nodes.routers.dialogue import DialogueRow as Labelled
from nodes.routers.dialogue import fit
from nodes.routers.encoder import Encoder

SHORT: Final = 4
"""Words up to which a later message counts as short."""


class ContextScorer(Protocol):
    """Decides the lane of a message in a dialogue."""

    def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
        """Return the lane and the probability of every lane."""
        ...


class ContextTrainer(Protocol):
    """Learns to decide from turns of dialogues, those of one dialogue together and in order."""

    def fit(self, examples: Sequence[Labelled]) -> ContextScorer:
        """Return a scorer trained on all examples."""
        ...


@dataclass(frozen=True, slots=True)
class OnDialogues:
    """The router that knows the text, the last reply and its own previous lane; without an encoder, by n-grams.

    From dialogues that never leave their lane it would learn never to leave one, so it learns from spliced ones then.
    """

    encoder: Encoder | None
    seed: int = 1

    def fit(self, examples: Sequence[Labelled]) -> ContextScorer:
        """Return a router that learned from its own previous lanes."""
        return fit(examples if changes(examples) else spliced(examples, self.seed), self.encoder)


def dialogue_examples(rows: Sequence[DialogueRow], shots: int | None, seed: int) -> list[Labelled]:
    """Return the turns to learn from, `shots` of each lane, dialogue by dialogue and in their order."""
    drawn = draw(rows, lambda row: row.domain, shots, seed)
    ordered = sorted(drawn, key=lambda row: (row.dialogue, row.turn))
    return [Labelled(row.dialogue, row.text, row.last_bot, row.domain) for row in ordered]


def measure_dialogues(
    examples: Sequence[Labelled], test: Sequence[DialogueRow], trainer: ContextTrainer, tick: Tick
) -> Measured:
    """Train, then walk through each dialogue of `test` in order."""
    started = perf_counter()
    scorer = trainer.fit(examples)
    trained = perf_counter() - started
    dialogues: dict[str, list[DialogueRow]] = defaultdict(list)
    for row in test:
        dialogues[row.dialogue].append(row)
    outcomes: list[Outcome] = []
    for rows in dialogues.values():
        own: str | None = None
        for row in sorted(rows, key=lambda row: row.turn):
            outcome = _decided(row, scorer, own)
            own = outcome.said.label
            outcomes.append(outcome)
            tick()
    return Measured(outcomes, len(examples), len({one.lane for one in examples}), trained)


def _decided(row: DialogueRow, scorer: ContextScorer, own: str | None) -> Outcome:
    before = perf_counter()
    lane, shares = scorer.decide(row.text, row.last_bot, own)
    took = (perf_counter() - before) * 1000
    return Outcome(
        id=f"{row.dialogue}:{row.turn}",
        group=row.dialogue,
        text=row.text,
        gold=row.domain,
        kind=_kind(row),
        tags=["short"] if row.history and len(row.text.split()) <= SHORT else [],
        history=[("customer" if speaker == "U" else "assistant", text) for speaker, text in row.history],
        previous=own,
        said=Said(
            label=lane,
            confidence=shares.get(lane, 0.0),
            probabilities=shares,
            reason=f"from {own or 'the start'}: {lane} ({shares.get(lane, 0.0):.0%})",
            ms=round(took, 3),
        ),
    )


def _kind(row: DialogueRow) -> str:
    """Sort by what happens to the lane; a new intent within it is no switch of lanes."""
    if row.prev_domain is None:
        return "first"
    return "continue" if row.prev_domain == row.domain else "switch"
