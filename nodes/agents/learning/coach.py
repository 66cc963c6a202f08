"""The coach: when a learner struggles, prepares a page that explains the topic more simply, with easy exercises."""

from typing import Final

from pydantic import BaseModel

from nodes.agents.learning.courses import course
from nodes.agents.learning.profile import STRUGGLING
from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.reacting import Reaction
from nodes.agents.rendering import keep_report, plain, table
from nodes.agents.texts import texts_of
from state.errors import InvalidInputError

HELP: Final = "help_prepared"
"""The insight that help for a learner is ready; its facts name the topic and the file."""
_EASY: Final = 2


class Help(BaseModel):
    """Help for a learner with a topic."""

    learner: str
    topic: str
    files: list[Artefact]


ACTIONS: Final = {"help": Action(Reaction, "Prepare help for a learner who struggles.")}
REACTS: Final = {STRUGGLING: "help"}


async def coach(action: str, given: Reaction, context: StepContext) -> Help:  # noqa: ARG001 # the port's
    """Prepare help; raises `InvalidInputError` when the insight doesn't say with what."""
    facts, learner = given.insight.facts, given.insight.subject
    name, topic_name = facts.get("course"), facts.get("topic")
    if not isinstance(name, str) or not isinstance(topic_name, str) or not learner:
        raise InvalidInputError("The insight names no learner, course and topic.", hint="Publish it with all three.")
    plan = course(name)
    topic = plan.topic(topic_name)
    say = texts_of("learning", plan.spoken)
    easy = [one for one in topic.exercises if one.difficulty <= _EASY]
    lines = [
        f"{number}. {plain(one.question)} *{say['hint']}: {plain(one.hint)}*" for number, one in enumerate(easy, 1)
    ]
    parts = [
        f"# {plain(topic.title)}",
        plain(topic.simply),
        table((say["said"], say["means"]), ([plain(one), plain(two)] for one, two in topic.examples)),
        f"## {say['practise']}",
        "\n".join(lines),
    ]
    files = await keep_report(context, f"help-{topic.id}", topic.title, "\n\n".join(parts) + "\n", plan.spoken)
    await context.publish(HELP, subject=learner, topic=topic.id, course=plan.id, file=files[1].sha256)
    return Help(learner=learner, topic=topic.id, files=files)
