"""Rows of labelled messages: what they look like, reading them, drawing from them, finding leaks."""

from evals.data.reading import read_gold, read_rows, set_files
from evals.data.rows import DialogueRow, GoldRow, HistoryLine, IntentRow, Kind, LabelsRow, Row

__all__ = [
    "DialogueRow",
    "GoldRow",
    "HistoryLine",
    "IntentRow",
    "Kind",
    "LabelsRow",
    "Row",
    "read_gold",
    "read_rows",
    "set_files",
]
