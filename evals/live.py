"""From life to a set: finished turns as rows that somebody labels."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.data.rows import GoldRow, HistoryLine, Kind
from evals.errors import EvaluationError
from evals.redaction import redacted
from state.decision import LANES, Lane
from state.session import FinishedTurn
from state.turn import Channel, MediaPart


class LiveRow(BaseModel):
    """A message of a real conversation, redacted. `said_lane` and `said_intent` are what the router made of it.

    The label is `lane`, with `intent` and `kind`; None until somebody has said it. `skipped` when nobody can tell.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    scenario_id: str
    lang: str
    channel: Channel
    history: list[HistoryLine]
    prev_lane: Lane | None
    text: str
    lane: Lane | None = None
    intent: str | None = None
    kind: Kind = "first"
    tags: list[str] = []
    notes: str = ""
    source: Annotated[str, Field(description="where it comes from")] = "live"
    said_lane: Lane | None = None
    said_intent: str | None = None
    skipped: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is still to be labelled."""
        return self.lane is None and not self.skipped

    def asked(self) -> GoldRow:
        """Return what a router is asked about the row; the label in it means nothing."""
        known = self if self.lane else self.model_copy(update={"lane": LANES[0]})
        return known._as_gold()  # noqa: SLF001 - its own class

    def gold(self) -> GoldRow | None:
        """Return the row as a gold row, None without a label."""
        if self.lane is None:
            return None
        return self._as_gold()

    def _as_gold(self) -> GoldRow:
        return GoldRow.model_validate(self.model_dump(exclude={"said_lane", "said_intent", "skipped"}))


def live_rows(turns: Iterable[FinishedTurn], *, history: int = 3) -> list[LiveRow]:
    """Return a row a turn, each with the `history` exchanges before it; ids say nothing about the customer."""
    sessions: dict[str, list[FinishedTurn]] = defaultdict(list)
    for finished in turns:
        sessions[finished.session].append(finished)
    rows = []
    for own in sessions.values():
        ordered = sorted(own, key=lambda one: one.number)
        for place, finished in enumerate(ordered):
            rows.append(_row(finished, ordered[max(0, place - history) : place]))
    return rows


def read_live(path: Path) -> list[LiveRow]:
    """Return the rows of an exported file; raises `EvaluationError`."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise EvaluationError(
            f"{path} can't be read: {error.strerror}.", hint="Make one with `eval export`."
        ) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(LiveRow.model_validate(orjson.loads(line)))
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise EvaluationError(
                f"{path}:{number}: not a row of `laneway eval export` ({str(error).splitlines()[0]}).",
                hint="Export the turns again, or delete the line.",
            ) from error
    return rows


def write_live(path: Path, rows: Sequence[LiveRow]) -> None:
    """Write all rows in one step: a label is on the disk before the next one is asked for."""
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    half.write_bytes(b"".join(orjson.dumps(row.model_dump(mode="json")) + b"\n" for row in rows))
    half.replace(path)


def labelled(rows: Iterable[LiveRow]) -> list[GoldRow]:
    """Return what has a label, as gold rows."""
    return [gold for row in rows if (gold := row.gold())]


def _row(finished: FinishedTurn, before: Sequence[FinishedTurn]) -> LiveRow:
    turn = finished.turn
    media = [part.kind for part in turn.parts if isinstance(part, MediaPart)]
    return LiveRow(
        id=f"{turn.id}",
        scenario_id=f"{turn.id}",
        lang=turn.locale,
        channel=finished.channel,
        history=[line for earlier in before for line in _exchange(earlier)],
        prev_lane=_lane(before[-1].turn.lane) if before else None,
        text=redacted(turn.text),
        kind="media" if media else "continue" if before else "first",
        tags=list(media),
        said_lane=_lane(turn.lane),
        said_intent=turn.intent,
    )


def _exchange(finished: FinishedTurn) -> list[HistoryLine]:
    return [
        HistoryLine(role="customer", text=redacted(finished.turn.text)),
        HistoryLine(role="assistant", text=redacted(finished.turn.reply)),
    ]


def _lane(name: str | None) -> Lane | None:
    return next((lane for lane in LANES if lane == name), None)
