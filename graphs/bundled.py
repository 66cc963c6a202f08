"""The agents that Laneway brings."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Final

from graphs.registry import CONCURRENCY, AgentSpec
from nodes.agents import analyst, extractor, reviewer, summariser, synthesiser
from nodes.agents.learning import activity, coach, feedback, profile, speech, tutor
from nodes.agents.ports import Action, Agent
from nodes.agents.site import auditor, brief, builder, deployer, designer, writer
from nodes.agents.site.deployer import NoSites, Sites
from nodes.agents.web import NoWeb, Web
from nodes.routers.encoder import Encoder

_AT_ONCE: Final = {"extractor": 2, "summariser": 2}
"""What takes a process or a thread for itself."""
_REACTS: Final = {"coach": coach.REACTS}


def bundled_agents(
    encoder: Callable[[], Encoder | None] = lambda: None, sites: Sites | None = None, web: Web | None = None
) -> Sequence[AgentSpec]:
    """Return Laneway's own agents.

    Args:
        encoder: loads what compares sentences for summaries; without one their words are compared.
        sites: where web sites are published; without it nothing can be deployed.
        web: where documents are fetched from; without it none is.
    """
    rows: list[tuple[str, Agent | str, Mapping[str, Action], str]] = [
        (
            "extractor",
            extractor.extractor_with(web or NoWeb()),
            extractor.ACTIONS,
            "Reads PDF, DOCX, HTML and text files.",
        ),
        ("reviewer", _at(reviewer, "reviewer"), reviewer.ACTIONS, "Reviews contracts: legal, technical, financial."),
        ("analyst", _at(analyst, "analyst"), analyst.ACTIONS, "Looks at a text under one aspect."),
        ("summariser", summariser.summariser_with(encoder), summariser.ACTIONS, "Says a text in a few sentences."),
        ("synthesiser", _at(synthesiser, "synthesiser"), synthesiser.ACTIONS, "Makes one report of several results."),
        ("site-brief", _at(brief, "brief"), brief.ACTIONS, "Checks a shop's brief for a web site."),
        ("site-writer", _at(writer, "writer"), writer.ACTIONS, "Writes a site's words."),
        ("site-designer", _at(designer, "designer"), designer.ACTIONS, "Chooses a site's pages and colours."),
        ("site-builder", _at(builder, "builder"), builder.ACTIONS, "Builds a static site."),
        ("site-auditor", _at(auditor, "auditor"), auditor.ACTIONS, "Checks a site's links, accessibility and size."),
        ("site-deployer", deployer.deployer_at(sites or NoSites()), deployer.ACTIONS, "Publishes sites."),
        ("profile", _at(profile, "profile"), profile.ACTIONS, "Sees what a learner knows and what comes next."),
        ("tutor", _at(tutor, "tutor"), tutor.ACTIONS, "Explains a topic to a learner."),
        ("activity", _at(activity, "activity"), activity.ACTIONS, "Chooses exercises for a learner."),
        ("feedback", _at(feedback, "feedback"), feedback.ACTIONS, "Judges a learner's answers."),
        ("coach", _at(coach, "coach"), coach.ACTIONS, "Helps learners who struggle."),
        ("speech", _at(speech, "speech"), speech.ACTIONS, "Measures how fluently somebody spoke."),
    ]
    return [
        AgentSpec(
            name,
            function,
            actions,
            description,
            concurrency=_AT_ONCE.get(name, CONCURRENCY),
            reacts=_REACTS.get(name, {}),
        )
        for name, function, actions, description in rows
    ]


def _at(module: ModuleType, name: str) -> str:
    return f"{module.__name__}:{name}"
