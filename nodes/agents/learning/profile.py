"""The profile: what a learner knows, what is hard, and what comes next."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.learning.courses import Course, course
from nodes.agents.learning.mastery import Answered, Mastery, mastery
from nodes.agents.ports import Action, StepContext

STRUGGLING: Final = "struggling_detected"
"""The insight that a learner struggles; its subject is the learner, its facts `course`, `topic` and `value`."""


class Learner(BaseModel):
    """Who learns; `answers` in the order they were given, `minutes` of a session."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=80)
    name: str = Field(default="", max_length=80)
    course: str
    minutes: int = Field(default=15, ge=5, le=120)
    interests: list[str] = Field(default_factory=list, max_length=10)
    answers: list[Answered] = Field(default_factory=list, max_length=5000)


class ProfileInput(BaseModel):
    """A learner to look at."""

    model_config = ConfigDict(extra="forbid")

    learner: Learner


class Profile(BaseModel):
    """What is known of a learner.

    Attributes:
        topic: what comes next: the first that isn't known and whose needs are met.
        pace: `gently` for whoever struggles with it.
    """

    learner: str
    name: str
    course: str
    spoken: Literal["es", "en"]
    minutes: int
    interests: list[str]
    mastery: list[Mastery]
    known: list[str]
    struggles: list[str]
    topic: str
    pace: Literal["gently", "steadily", "briskly"]


ACTIONS: Final = {"look": Action(ProfileInput, "See what a learner knows and what comes next.")}
_BRISK: Final = 0.6


async def profile(action: str, given: ProfileInput, context: StepContext) -> Profile:  # noqa: ARG001 # the port's
    """Look at a learner's answers; tells `struggling_detected` of each topic that is hard."""
    learner = given.learner
    plan = course(learner.course)
    levels = [mastery(topic.id, learner.answers) for topic in plan.topics]
    hard = [one for one in levels if one.struggles]
    for one in hard:
        await context.publish(STRUGGLING, subject=learner.id, course=plan.id, topic=one.topic, value=one.value)
    chosen = next_topic(plan, levels)
    return Profile(
        learner=learner.id,
        name=learner.name,
        course=plan.id,
        spoken=plan.spoken,
        minutes=learner.minutes,
        interests=learner.interests,
        mastery=levels,
        known=[one.topic for one in levels if one.known],
        struggles=[one.topic for one in hard],
        topic=chosen.topic,
        pace="gently" if chosen.struggles else "briskly" if chosen.value >= _BRISK and chosen.answers else "steadily",
    )


def next_topic(plan: Course, levels: list[Mastery]) -> Mastery:
    """Return the first topic that isn't known and whose needs are; the least known one when all are."""
    known = {one.topic for one in levels if one.known}
    for topic, level in zip(plan.topics, levels, strict=True):
        if topic.id not in known and set(topic.needs) <= known:
            return level
    return min(levels, key=lambda one: one.value)
