"""The two dialogues that every saver keeps, and their messages."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Annotated, Any, Final

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from state.ids import MessageId, TurnId
from state.turn import TextPart, Turn

Saver = BaseCheckpointSaver[Any]
Graph = CompiledStateGraph[Any, Any, Any, Any]

KEPT: Final = 40
CHARACTERS: Final = 780


def _prose() -> str:
    """Return a megabyte of words that compresses about as well as talk does: no server gets padding to squeeze."""
    chance = random.Random(1)
    words = ["".join(chance.choices("aeiorstnlcdmup", k=chance.randint(2, 9))) for _ in range(2000)]
    return " ".join(chance.choices(words, k=160_000))


PROSE: Final = _prose()


class Growing(TypedDict):
    """A dialogue that keeps every message."""

    said: Annotated[list[str], add]


class Window(TypedDict):
    """A dialogue that keeps its last turns, as ours does."""

    turns: Annotated[list[Turn], lambda kept, new: [*kept, *new][-KEPT:]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of dialogue: its graph, and the input of turn `at`, counted from 0."""

    build: Callable[[Saver], Graph]
    message: Callable[[int], dict[str, Any]]


def text(at: int) -> str:
    """Return message `at` of a dialogue: 780 characters."""
    begin = at * CHARACTERS % (len(PROSE) - CHARACTERS)
    return f"{at} {PROSE[begin:]:.{CHARACTERS}}"[:CHARACTERS]


def _growing(saver: Saver) -> Graph:
    graph = StateGraph(Growing)
    graph.add_node("answer", lambda state: {"said": [text(len(state["said"]))]})
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


def _question(at: int) -> dict[str, Any]:
    return {"said": [text(2 * at)]}


def _window(saver: Saver) -> Graph:
    graph = StateGraph(Window)
    graph.add_node("route", lambda _: {})
    graph.add_node("answer", lambda _: {})
    graph.add_edge("__start__", "route")
    graph.add_edge("route", "answer")
    return graph.compile(checkpointer=saver)


def _turn(at: int) -> dict[str, Any]:
    asked, answered = text(2 * at), text(2 * at + 1)
    return {"turns": [Turn(TurnId(f"t{at}"), MessageId(f"m{at}"), at, [TextPart(asked)], asked, "es", reply=answered)]}


SHAPES: Final[Mapping[str, Shape]] = {"growing": Shape(_growing, _question), "window": Shape(_window, _turn)}
