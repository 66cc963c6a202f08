"""The activity: exercises that are neither too easy nor too hard, with some of what went before."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from nodes.agents.learning.courses import Course, Exercise, ExerciseKind, course
from nodes.agents.learning.feedback import Feedback
from nodes.agents.learning.profile import Profile, next_topic
from nodes.agents.ports import Action, StepContext

_MINUTES_EACH: Final = 2.5
_AGAIN: Final = 0.3
"""Share of the exercises that go over what is known."""
_EASY: Final = 2
"""The hardest difficulty for whoever struggles."""
_LEVELS: Final = {"gently": (1, 2, 3), "steadily": (1, 2, 3), "briskly": (2, 3, 1)}
"""Difficulties, the wanted ones first."""


class Choose(BaseModel):
    """Whom exercises are for, and what came of the last ones."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile
    feedback: Feedback | None = None


class Asked(BaseModel):
    """An exercise as the learner sees it."""

    id: str
    topic: str
    kind: ExerciseKind
    difficulty: int
    question: str
    options: list[str]
    hint: str = ""


class Activity(BaseModel):
    """Exercises for one session, and why these."""

    topic: str
    title: str
    reason: Literal["new", "again", "easier", "further", "repeat"]
    exercises: list[Asked]


ACTIONS: Final = {
    "choose": Action(Choose, "Choose exercises for a learner."),
    "next": Action(Choose, "Choose what comes after an activity, by how it went."),
}


async def activity(action: str, given: Choose, context: StepContext) -> Activity:
    """Choose exercises; after feedback, easier ones for whoever struggled and the next topic for whoever didn't."""
    plan = course(given.profile.course)
    if action == "next" and given.feedback is not None:
        return _after(plan, given.profile, given.feedback, context)
    again = any(one.topic == given.profile.topic and one.answers for one in given.profile.mastery)
    return _chosen(plan, given.profile, "again" if again else "new", set())


def _after(plan: Course, profile: Profile, feedback: Feedback, context: StepContext) -> Activity:
    done = {one.exercise for one in feedback.results if one.right == 1}
    levels = [feedback.mastery if one.topic == feedback.mastery.topic else one for one in profile.mastery]
    if feedback.struggles:
        context.log("info", "An easier activity comes next.", topic=feedback.topic)
        return _easier(plan, profile, feedback)
    if feedback.mastery.known:
        onward = profile.model_copy(update={"topic": next_topic(plan, levels).topic, "pace": "steadily"})
        return _chosen(plan, onward, "further", set())
    return _chosen(plan, profile, "repeat", done)


def _easier(plan: Course, profile: Profile, feedback: Feedback) -> Activity:
    """Choose what hasn't been asked yet, some of what went wrong, and what the topic builds upon; nothing hard."""
    topic = plan.topic(profile.topic)
    answered = {one.exercise: one.right for one in feedback.results}
    count = max(3, round(profile.minutes / _MINUTES_EACH))
    mine = sorted((one for one in topic.exercises if one.difficulty <= _EASY), key=lambda one: one.difficulty)
    new = [(topic.id, one) for one in mine if one.id not in answered]
    wrong = [(topic.id, one) for one in mine if answered.get(one.id, 1) < 1]
    below = [(need, one) for need in topic.needs for one in plan.topic(need).exercises]
    below = [(need, one) for need, one in below if one.difficulty <= _EASY and one.id not in answered]
    some = wrong[: count // 3] if below or new else wrong
    rows = [*new, *some, *below, *wrong[len(some) :]][:count]
    shown = [_asked(name, exercise, with_hint=True) for name, exercise in rows]
    return Activity(topic=topic.id, title=topic.title, reason="easier", exercises=shown)


def _chosen(plan: Course, profile: Profile, reason: str, done: set[str]) -> Activity:
    topic = plan.topic(profile.topic)
    order = _LEVELS[profile.pace]
    count = max(3, round(profile.minutes / _MINUTES_EACH))
    fresh = [one for one in topic.exercises if one.id not in done] or list(topic.exercises)
    fresh.sort(key=lambda one: order.index(one.difficulty))
    before = [(one, exercise) for one in plan.topics if one.id in profile.known for exercise in one.exercises[-2:]]
    again = before[: round(count * _AGAIN)]
    rows = [(topic, one) for one in fresh[: count - len(again)]] + again
    shown = [_asked(one.id, exercise, with_hint=profile.pace == "gently") for one, exercise in rows]
    return Activity.model_validate({"topic": topic.id, "title": topic.title, "reason": reason, "exercises": shown})


def _asked(topic: str, one: Exercise, *, with_hint: bool) -> Asked:
    return Asked(
        id=one.id, topic=topic, kind=one.kind, difficulty=one.difficulty, question=one.question,
        options=list(one.options), hint=one.hint if with_hint else "",
    )  # fmt: skip
