"""The tutor: explains a topic to one learner, and writes the session down."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.asking import asked
from nodes.agents.learning.activity import Activity
from nodes.agents.learning.courses import course
from nodes.agents.learning.feedback import Feedback
from nodes.agents.learning.handout import handout
from nodes.agents.learning.lesson import Lesson
from nodes.agents.learning.profile import Profile
from nodes.agents.learning.speech import Speech
from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.rendering import keep_report


class Teach(BaseModel):
    """Whom to explain to."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile


class WriteDown(BaseModel):
    """What a session held."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile
    lesson: Lesson
    activity: Activity
    feedback: Feedback | None = None
    next: Activity | None = None
    speech: Speech | None = None


class Session(BaseModel):
    """A session as the learner reads it."""

    title: str
    language: Literal["es", "en"]
    markdown: str
    files: list[Artefact]


class _Explained(BaseModel):
    """An explanation for this learner."""

    explains: str = Field(max_length=1500)
    examples: list[tuple[str, str]] = Field(default_factory=list, max_length=4)


ACTIONS: Final = {
    "explain": Action(Teach, "Explain the topic that comes next."),
    "handout": Action(WriteDown, "Write a session down for the learner."),
}


async def tutor(action: str, given: Teach | WriteDown, context: StepContext) -> Lesson | Session:
    """Explain a topic, or write a session down."""
    if action == "explain" and isinstance(given, Teach):
        return await _explain(given.profile, context)
    assert isinstance(given, WriteDown)  # noqa: S101 # the registry checked the input by the action
    title, markdown = handout(given.profile, given.lesson, given.activity, given.feedback, given.next, given.speech)
    language = given.profile.spoken
    files = await keep_report(context, "session", title, markdown, language)
    return Session(title=title, language=language, markdown=markdown, files=files)


async def _explain(profile: Profile, context: StepContext) -> Lesson:
    plan = course(profile.course)
    topic = plan.topic(profile.topic)
    lesson = Lesson(
        topic=topic.id,
        title=topic.title,
        course=plan.title,
        explains=topic.simply if profile.pace == "gently" else topic.explains.strip(),
        examples=list(topic.examples),
    )
    values = {
        "language": {"es": "Spanish", "en": "English"}[plan.spoken],
        "teaches": plan.teaches,
        "pace": profile.pace,
        "interests": ", ".join(profile.interests) or "-",
        "topic": f"{topic.title}\n{topic.explains}\n{topic.simply}",
    }
    said = await asked(context, "lesson", values, _Explained, tokens=1500)
    if said is not None:
        lesson.explains, lesson.method = said.explains, "model"
        lesson.examples = [*lesson.examples, *said.examples]
    return lesson
