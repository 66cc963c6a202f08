"""Courses as data: topics in order, each with an explanation, examples and exercises."""

from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.wording import Language
from state.errors import InvalidInputError

_FOLDER: Final = Path(__file__).parent / "courses"

Difficulty = Annotated[int, Field(ge=1, le=3)]
ExerciseKind = Literal["choice", "gap", "translate", "order"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exercise(_Part):
    """One question.

    Attributes:
        answers: all that are right, the best first.
        options: of a choice; of an `order`, the words to put in order.
        hint: shown after a wrong answer, and before one to whoever struggles.
    """

    id: str
    kind: ExerciseKind
    difficulty: Difficulty
    question: str
    answers: tuple[str, ...] = Field(min_length=1)
    options: tuple[str, ...] = ()
    hint: str = ""


class Topic(_Part):
    """One lesson's worth; `needs` are topics to know before."""

    id: str
    title: str
    needs: tuple[str, ...] = ()
    explains: str
    simply: str
    examples: tuple[tuple[str, str], ...]
    exercises: tuple[Exercise, ...] = Field(min_length=3)


class Course(_Part):
    """A course; `spoken` is the language it explains in, `teaches` what it is about."""

    id: str
    title: str
    spoken: Language
    teaches: str
    topics: tuple[Topic, ...] = Field(min_length=1)

    def topic(self, name: str) -> Topic:
        """Return a topic; raises `InvalidInputError`."""
        for topic in self.topics:
            if topic.id == name:
                return topic
        raise InvalidInputError(f"Course {self.id!r} has no topic {name[:60]!r}.", hint=f"There are: {self._names()}.")

    def _names(self) -> str:
        return ", ".join(topic.id for topic in self.topics)


def course_names() -> list[str]:
    """Return the courses there are."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def course(name: str) -> Course:
    """Return a course; raises `InvalidInputError` when there is none of that name."""
    if name not in course_names():
        raise InvalidInputError(f"There is no course {name[:60]!r}.", hint=f"There are: {', '.join(course_names())}.")
    return Course.model_validate(yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
