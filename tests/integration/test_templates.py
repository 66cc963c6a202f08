"""Each template's worked example, run from beginning to end without a model."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import JsonValue

from graphs.bundled import bundled_agents
from graphs.examples import example_names, example_of
from graphs.plan_files import load_plan
from graphs.registry import AgentRegistry
from graphs.template_files import BUNDLED, TemplateFolder
from nodes.agents.site.deployer import Sites
from tests.agents import Heard, MemoryFiles
from tests.plans import Ran

AGENTS = AgentRegistry(bundled_agents())


async def go(
    template: str, given: Mapping[str, JsonValue], *, files: MemoryFiles | None = None, sites: Sites | None = None
) -> tuple[Ran, Any]:
    agents = AgentRegistry(bundled_agents(sites=sites)) if sites else AGENTS
    plan = TemplateFolder(agents).plan(template)
    defaults = {name: spec.default for name, spec in plan.inputs.items()}
    ports: dict[str, Any] = {"files": files or MemoryFiles(), "insights": Heard()}
    run = Ran(plan, agents, given={**defaults, **given}, ports=ports)
    ended = await run.go()
    assert ended.status == "completed", [(one.name, one.reason) for one in run.journal.tasks.values() if one.reason]
    return run, ended.output


async def test_three_specialists_review_a_contract_and_say_not_to_sign_it() -> None:
    files = MemoryFiles()

    run, report = await go("multi_agent_review", example_of("multi_agent_review") or {}, files=files)

    assert set(run.statuses.values()) == {"completed"}
    assert report["verdict"] == "stop"
    assert "270,00 €" in report["markdown"]
    assert [one["name"] for one in report["files"]] == ["review.md", "review.html"]
    assert b"No firmar todav" in files.kept[report["files"][1]["sha256"]]


async def test_a_text_is_looked_at_from_four_sides() -> None:
    run, report = await go("parallel_analysis", example_of("parallel_analysis") or {})

    assert run.statuses["analyse[3]"] == "completed"
    assert "Who has to do what" in report["markdown"]
    assert "£89.00" in report["markdown"]


async def test_a_document_is_taken_in_read_and_answered() -> None:
    _, report = await go("document_processing", example_of("document_processing") or {})

    assert "22.143,00 €" in report["markdown"]
    assert report["summary"]


async def test_a_learner_gets_a_lesson_feedback_and_what_comes_next() -> None:
    run, session = await go("learning_session", example_of("learning_session") or {})

    assert run.statuses["speech"] == "completed"
    assert "Decir precios y cantidades" in session["title"]
    assert "más fácil" in session["markdown"]


async def test_a_learner_without_answers_gets_a_lesson_and_exercises_only() -> None:
    learner: dict[str, Any] = {"id": "new", "course": "spanish-for-visitors"}

    run, session = await go("learning_session", {"learner": learner})

    assert run.statuses["feedback"] == "skipped"
    assert "Ordering in a café" in session["title"]


@pytest.mark.parametrize("name", sorted(path.stem for path in BUNDLED.glob("*.yaml")))
def test_every_template_names_agents_and_inputs_that_there_are(name: str) -> None:
    plan = load_plan(BUNDLED / f"{name}.yaml", AGENTS)

    assert plan.id == name
    assert plan.title
    assert all(spec.description for spec in plan.inputs.values())


def test_every_example_belongs_to_a_template() -> None:
    assert set(example_names()) <= {path.stem for path in BUNDLED.glob("*.yaml")}


def test_the_site_builder_is_known_by_both_its_names() -> None:
    assert TemplateFolder(AGENTS).plan("site_builder").id == "create_site"
    assert example_of("site_builder") == example_of("create_site")
