"""The feedback: what was right, what was nearly right and why, and what it says of the learner."""

import re
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from rapidfuzz.distance import OSA

from nodes.agents.learning.courses import Exercise, course
from nodes.agents.learning.mastery import STRUGGLES, Answered, Mastery, mastery
from nodes.agents.learning.profile import STRUGGLING, Learner, Profile
from nodes.agents.ports import Action, StepContext
from nodes.agents.texts import texts_of
from nodes.agents.wording import folded

MASTERED: Final = "topic_mastered"
"""The insight that a learner knows a topic now; its subject is the learner."""
_SLIP: Final = 0.5
_LONG: Final = 12
"""Letters from which two slips are as one."""
_FEW: Final = 4


class Judge(BaseModel):
    """A learner and their answers by exercise."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile
    topic: str
    responses: dict[str, str] = Field(max_length=200)
    learner: Learner


class Result(BaseModel):
    """How one answer was: 1 right, 0.5 a slip, 0 wrong."""

    exercise: str
    question: str = ""
    topic: str
    right: float
    said: str
    best: str
    comment: str


class Feedback(BaseModel):
    """How an activity went."""

    topic: str
    score: float
    results: list[Result]
    mastery: Mastery
    struggles: bool
    summary: str


ACTIONS: Final = {"judge": Action(Judge, "Judge a learner's answers and say what to do about them.")}


async def feedback(action: str, given: Judge, context: StepContext) -> Feedback:  # noqa: ARG001 # the port's
    """Judge answers; tells `struggling_detected` or `topic_mastered` when they show it."""
    plan = course(given.profile.course)
    say = texts_of("learning", plan.spoken)
    known = {exercise.id: (topic.id, exercise) for topic in plan.topics for exercise in topic.exercises}
    results = [_judged(*known[name], said, say) for name, said in given.responses.items() if name in known]
    for name in given.responses.keys() - known.keys():
        context.log("warning", "There is no such exercise; its answer was left out.", exercise=name[:60])
    score = sum(one.right for one in results) / len(results) if results else 0.0
    level = mastery(
        given.topic, [*given.learner.answers, *(Answered(topic=one.topic, right=one.right) for one in results)]
    )
    struggles = bool(results) and (score <= STRUGGLES or level.struggles)
    facts: dict[str, JsonValue] = {"course": plan.id, "topic": given.topic, "value": level.value}
    if struggles:
        await context.publish(STRUGGLING, subject=given.profile.learner, **facts)
    elif level.known:
        await context.publish(MASTERED, subject=given.profile.learner, **facts)
    counted = {"right": sum(one.right == 1 for one in results), "of": len(results)}
    counted["near"] = sum(one.right == _SLIP for one in results)
    state = "struggles" if struggles else "known" if level.known else "going"
    summary = f"{say['counted_near' if counted['near'] else 'counted'].format(**counted)} {say[state]}"
    return Feedback(
        topic=given.topic, score=round(score, 3), results=results, mastery=level, struggles=struggles, summary=summary
    )


def _judged(topic: str, exercise: Exercise, said: str, say: dict[str, str]) -> Result:
    right = rightness(said, exercise)
    comment = say["right"] if right == 1 else say["slip"] if right else exercise.hint or say["wrong"]
    return Result(
        exercise=exercise.id, question=exercise.question, topic=topic, right=right, said=said[:300],
        best=exercise.answers[0], comment=comment,
    )  # fmt: skip


def rightness(said: str, exercise: Exercise) -> float:
    """Return 1 for a right answer, 0.5 for one with a slip, else 0; case, accents and full stops don't matter."""
    mine = _plain(said)
    if not mine:
        return 0.0
    answers = [_plain(one) for one in exercise.answers]
    if mine in answers:
        return 1.0
    if exercise.kind == "choice":
        return 0.0
    slips = min(OSA.distance(mine, one) for one in answers)
    longest = max(len(one) for one in answers)
    allowed = 2 if longest >= _LONG else 1 if longest > _FEW else 0
    return _SLIP if slips <= allowed else 0.0


def _plain(text: str) -> str:
    words = re.sub(r"[^\w' ]+", " ", folded(text.replace("’", "'")))
    return " ".join(words.split())
