"""A lesson, as JSON values carry it."""

from typing import Literal

from pydantic import BaseModel


class Lesson(BaseModel):
    """A topic explained; `examples` are pairs of what is taught and what it means."""

    topic: str
    title: str
    course: str
    explains: str
    examples: list[tuple[str, str]]
    method: Literal["course", "model"] = "course"
