"""Changes of topic for dialogues that have none: several dialogues in a row, each cut off but the last."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Final

from nodes.routers.dialogue import DialogueRow

_SPLICED: Final = 3
_GOES_ON: Final = 0.7

Dialogue = list[DialogueRow]


def changes(rows: Sequence[DialogueRow]) -> bool:
    """Tell whether any dialogue leaves its lane."""
    return any(one.dialogue == next_.dialogue and one.lane != next_.lane for one, next_ in pairwise(rows))


def spliced(rows: Sequence[DialogueRow], seed: int) -> list[DialogueRow]:
    """Return sessions of up to three dialogues about different things, so that a change of topic is an opening.

    A dialogue's rows stand together and in order, here as there.
    """
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    dialogues = [list(turns) for _, turns in groupby(rows, key=lambda row: row.dialogue)]
    left = draw.sample(dialogues, len(dialogues))
    sessions: list[DialogueRow] = []
    number = 0
    while left:
        parts = [left.pop()]
        while len(parts) < _SPLICED and draw.random() < _GOES_ON:
            lane = parts[-1][-1].lane
            at = next((at for at in reversed(range(len(left))) if left[at][0].lane != lane), None)
            if at is None:
                break
            parts.append(left.pop(at))
        sessions += _joined(parts, f"session-{number}", draw)
        number += 1
    return sessions


def _joined(parts: Sequence[Dialogue], name: str, draw: random.Random) -> Dialogue:
    session: Dialogue = []
    last_bot = ""
    for part in parts:
        kept = len(part) if part is parts[-1] else draw.randint(1, max(1, len(part) - 1))
        session += [replace(part[0], last_bot=last_bot), *part[1:kept]]
        last_bot = part[min(kept, len(part) - 1)].last_bot
    return [replace(turn, dialogue=name) for turn in session]
