"""`laneway workflow` on a data folder, with the agents of the tests."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.forked import laneway


def workflow(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return laneway(folder, "workflow", *arguments, LANEWAY_AGENTS="tests.working_agents:SPECS")


PLAN = """
id: pair
title: A pair of steps
inputs: {word: {required: true}}
steps:
  - {id: first, agent: worker, action: do, input: {say: "${input.word}"}}
  - {id: second, agent: worker, action: do, input: {say: "${steps.first.said}"}}
output: {text: "It said ${steps.second.said}."}
"""
BROKEN = "id: broken\nsteps:\n  - {id: only, agent: worker, action: do, input: {fails: no ink}}\n"
ASKING = "id: asking\nsteps:\n  - {id: ask, approval: Is that right?}\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    for name, text in {"pair": PLAN, "broken": BROKEN, "asking": ASKING}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_a_plan_is_run_shown_drawn_and_listed(folder: Path, plans: Path) -> None:
    ran = workflow(folder, "run", str(plans / "pair.yaml"), "-i", "word=hola")
    run = ran.stdout.split()[4]
    shown = workflow(folder, "show", run, "--json")
    listed = workflow(folder, "ls", "--status", "completed")
    drawn = workflow(folder, "graph", run, "--gantt")
    logged = workflow(folder, "logs", run)
    counted = workflow(folder, "trends", "--agents")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("A pair of steps  run_")
    assert ran.stdout.endswith("It said hola.\n")
    assert "✓ first: completed" in ran.stdout
    assert json.loads(shown.stdout)["counts"] == {"completed": 2}
    assert run in listed.stdout.split()
    assert ET.fromstring(drawn.stdout).get("role") == "img"
    assert "worker first: done" in logged.stdout
    assert "worker" in counted.stdout


def test_the_exit_code_says_how_it_ended(folder: Path, plans: Path) -> None:
    failed = workflow(folder, "run", str(plans / "broken.yaml"))
    wrong = workflow(folder, "run", str(plans / "pair.yaml"))
    asking = workflow(folder, "run", str(plans / "asking.yaml"))
    run = asking.stdout.split()[1]
    approved = workflow(folder, "approve", run, "--comment", "it is")
    went_on = workflow(folder, "watch", run)

    assert (failed.returncode, wrong.returncode, asking.returncode) == (1, 2, 3)
    assert "no ink" in failed.stdout
    assert "no ink" in workflow(folder, "logs", failed.stdout.split()[1], "--level", "warning").stdout
    assert "word" in wrong.stderr
    assert f"laneway workflow approve {run} ask" in asking.stdout
    assert (approved.returncode, went_on.returncode) == (0, 0)


def test_every_fault_of_a_wrong_plan_is_shown_with_its_path_and_line(folder: Path, plans: Path) -> None:
    faulty = "  - {id: one, agent: wroker, action: do}\n  - {id: two, agent: worker, action: do, timeout: soon}\n"
    (plans / "wrong.yaml").write_text(f"id: wrong\nsteps:\n{faulty}")

    refused = workflow(folder, "run", str(plans / "wrong.yaml"))

    assert refused.returncode == 2
    assert "wrong.yaml has 2 faults" in refused.stderr
    assert "steps[0].agent (line 3): No agent 'wroker'." in refused.stderr
    assert "steps[1].timeout (line 4): 'soon' is no duration" in refused.stderr


def test_a_misspelled_template_is_told_with_the_one_that_is_meant(folder: Path) -> None:
    refused = workflow(folder, "run", "multi_agent_reviev", "--example")

    assert refused.returncode == 2
    assert "template_not_found" in refused.stderr
    assert "Did you mean 'multi_agent_review'?" in refused.stderr


def test_a_plan_is_drawn_without_a_store(folder: Path, plans: Path) -> None:
    drawn = workflow(folder, "graph", str(plans / "pair.yaml"), "-o", str(plans / "pair.png"))
    text = workflow(folder, "graph", str(plans / "pair.yaml"), "--format", "mermaid")
    wrong = workflow(folder, "graph", str(plans / "pair.yaml"), "--gantt", "--format", "mermaid")

    assert drawn.returncode == 0
    assert (plans / "pair.png").read_bytes().startswith(b"\x89PNG")
    assert "n0 --> n1" in text.stdout
    assert wrong.returncode == 1
    assert not folder.exists()
