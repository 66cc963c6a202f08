"""Plans as people write them: what is read, and what is said about what can't be."""

import pytest
from pydantic import BaseModel, JsonValue

from graphs.plan_checks import check_input, read_plan
from graphs.plan_files import parse_plan
from graphs.registry import AgentRegistry, AgentSpec
from nodes.agents.ports import Action, StepContext
from state.conditions import Condition, ConditionSyntaxError
from state.effect import SideEffect
from state.errors import InvalidInputError
from state.plan_errors import PlanError
from state.plan_order import dependencies_of, in_order
from state.references import resolve


class Anything(BaseModel, extra="allow"):
    pass


async def nothing(_action: str, _given: Anything, _context: StepContext) -> str:
    return ""


AGENTS = AgentRegistry(
    [
        AgentSpec("reader", nothing, {"read": Action(Anything)}),
        AgentSpec("sender", nothing, {"send": Action(Anything, effects=SideEffect.IRREVERSIBLE)}),
    ]
)

REVIEW = """
id: review
parallel: 4
deadline: 10m
budget: {tokens: 20000, cost_usd: 0.5, steps: 50}
inputs:
  document: {required: true, description: the contract}
  tone: {default: formal}
steps:
  - id: extract
    agent: reader
    action: read
    input: {document: "${input.document}"}
    retry: {max_attempts: 3, backoff: 1s, jitter: true, retry_on: [network, model]}
    timeout: 30s
  - id: legal
    agent: reader
    action: read
    input: {text: "Read ${steps.extract.text} in a ${input.tone} tone"}
    condition: "${steps.extract.pages} > 0"
    for_each: "${steps.extract.sections}"
  - {id: agreed, approval: "Send ${steps.legal[0].title}?"}
  - {id: send, agent: sender, action: send, dependencies: [agreed], fallback: {agent: reader, action: read}}
"""


def faults_of(text: str) -> dict[str, tuple[str, int]]:
    with pytest.raises(PlanError) as refused:
        parse_plan(text, AGENTS)
    return {one.path: (one.message, one.line) for one in refused.value.findings}


def test_a_plan_is_read_with_its_durations_and_the_dependencies_its_references_imply() -> None:
    plan = parse_plan(REVIEW, AGENTS)

    assert (plan.deadline, plan.steps[0].timeout, plan.steps[0].retry.backoff) == (600.0, 30.0, 1.0)
    assert dependencies_of(plan) == {"extract": (), "legal": ("extract",), "agreed": ("legal",), "send": ("agreed",)}
    assert [step.id for step in in_order(plan)] == ["extract", "legal", "agreed", "send"]


def test_a_cycle_is_named_with_its_way_and_its_line() -> None:
    text = """id: round
steps:
  - {id: a, agent: reader, action: read, dependencies: [b]}
  - {id: b, agent: reader, action: read, input: {x: "${steps.c.x}"}}
  - {id: c, agent: reader, action: read, dependencies: [a]}
"""

    (path, (message, line)), *others = faults_of(text).items()

    assert not others
    assert path.startswith("steps[")
    assert line in {3, 4, 5}
    assert sorted(message.removesuffix(".").split(": ")[1].split(" -> ")[:3]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("step", "path", "said"),
    [
        ("{id: a, agent: raeder, action: read}", "steps[0].agent", "No agent 'raeder'"),
        ("{id: a, agent: reader, action: reed}", "steps[0].action", "has no action 'reed'"),
        ("{id: a, agent: reader}", "steps[0].action", "missing"),
        ("{id: a, agent: reader, action: read, dependencies: [z]}", "steps[0].dependencies[0]", "no step 'z'"),
        ('{id: a, agent: reader, action: read, input: {x: ["${steps.z.y}"]}}', "steps[0].input.x[0]", "no step 'z'"),
        ('{id: a, agent: reader, action: read, input: {x: "${input.nme}"}}', "steps[0].input.x", "no input 'nme'"),
        ('{id: a, agent: reader, action: read, input: {x: "${nonsense}"}}', "steps[0].input.x", "no reference"),
        ('{id: a, agent: reader, action: read, input: {x: "${item}"}}', "steps[0].input.x", "for_each"),
        ('{id: a, agent: reader, action: read, condition: "open(1)"}', "steps[0].condition", "condition has"),
        ("{id: a, agent: reader, action: read, timeout: soon}", "steps[0].timeout", "no duration"),
        ("{id: a, agent: reader, action: read, timeuot: 3s}", "steps[0].timeuot", "No such field"),
        ("{id: a, agent: sender, action: send, effects: pure}", "steps[0].effects", "irreversible"),
        ("{id: a, approval: ok?, agent: reader}", "steps[0].agent", "asks a person"),
    ],
)
def test_a_fault_is_named_with_its_path(step: str, path: str, said: str) -> None:
    found = faults_of(f"id: x\ninputs: {{name: {{}}}}\nsteps:\n  - {step}\n")

    assert said in found[path][0]
    assert found[path][1] == 4


def test_all_faults_are_told_at_once_those_of_the_fallback_plan_as_well() -> None:
    step = {"id": "a", "agent": "nobody", "action": "read"}

    with pytest.raises(PlanError) as refused:
        read_plan({"id": "x", "steps": [step, step], "fallback_plan": {"id": "y", "steps": [step]}}, AGENTS)

    paths = [one.path for one in refused.value.findings]
    assert paths == ["steps[1].id", "steps[0].agent", "steps[1].agent", "fallback_plan.steps[0].agent"]


def test_input_gets_its_defaults_and_what_is_missing_or_unknown_is_named() -> None:
    plan = parse_plan(REVIEW, AGENTS)

    assert check_input(plan, {"document": "x"}) == {"document": "x", "tone": "formal"}
    with pytest.raises(PlanError) as refused:
        check_input(plan, {"documnet": "x"})
    assert [one.path for one in refused.value.findings] == ["input.documnet", "input.document"]


def test_a_whole_reference_keeps_its_value_and_one_within_a_text_becomes_text() -> None:
    scope: dict[str, JsonValue] = {"input": {"n": 3}, "steps": {"a": {"rows": [1, {"x": None}]}, "lost": None}}

    given: JsonValue = {
        "n": "${input.n}",
        "text": "n=${input.n} ${steps.a.rows[1]} $${no}",
        "null": "${steps.lost.text}",
    }

    assert resolve(given, scope) == {"n": 3, "text": 'n=3 {"x":null} ${no}', "null": None}
    with pytest.raises(InvalidInputError, match="isn't there"):
        resolve("${steps.a.rows[7]}", scope)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("${input.n} > 2 and ${input.kind} in ['pdf', 'docx']", True),
        ("not ${input.on}", False),
        ("len(${input.rows}) == 2", True),
        ("1 < ${input.n} <= 2", False),
        ("${input.none} == null or false", True),
        ("${input.kind} == 'x\" or true or \"'", False),
    ],
)
def test_conditions_compare_and_combine(text: str, holds: bool) -> None:
    scope: dict[str, JsonValue] = {"input": {"n": 3, "kind": "pdf", "on": True, "rows": [1, 2], "none": None}}

    assert Condition(text).holds(scope) is holds


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "(lambda: 1)()", "${input.n}.__class__", "[x for x in 'ab']", "2 ** 9999", "x", "f'{1}'", "("],
)
def test_a_condition_can_run_nothing(text: str) -> None:
    with pytest.raises(ConditionSyntaxError):
        Condition(text)


def test_values_of_different_kinds_are_a_fault_of_the_step() -> None:
    with pytest.raises(InvalidInputError, match="can't be compared"):
        Condition("${input.n} > 'a'").holds({"input": {"n": 3}})


class Exact(BaseModel):
    s: float
    rows: list[int] = []


class Made(BaseModel):
    text: str


async def make(_action: str, _given: Exact, _context: StepContext) -> Made:
    return Made(text="")


TYPED = AgentRegistry([AgentSpec("maker", make, {"make": Action(Exact)})])


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ("{s: abc}", "steps[1].input.s", "valid number"),
        ("{}", "steps[1].input.s", "missing"),
        ("{s: 1, zzz: 1}", "steps[1].input.zzz", "takes no 'zzz'"),
        ('{s: 1, rows: ["${input.x}", no]}', "steps[1].input.rows[1]", "valid integer"),
        ('{s: "${steps.a.txet}"}', "steps[1].input.s", "returns no 'txet'"),
        ('{s: "${steps.c.text}"}', "steps[1].input.s", "returns a list"),
        ('{s: "${steps.ok.yes}"}', "steps[1].input.s", "returns no 'yes'"),
    ],
)
def test_an_input_that_its_agent_would_refuse_is_named_before_the_run(given: str, path: str, said: str) -> None:
    first = "{id: a, agent: maker, action: make, input: {s: 1}}"
    many = "{id: c, agent: maker, action: make, for_each: [1], input: {s: 1}}"
    text = f"id: x\nsteps:\n  - {first}\n  - {{id: b, agent: maker, action: make, input: {given}}}\n  - {many}\n"

    with pytest.raises(PlanError) as refused:
        parse_plan(f"{text}  - {{id: ok, approval: Yes?}}\n", TYPED)

    (fault,) = refused.value.findings
    assert (fault.path, fault.line) == (path, 4)
    assert said in fault.message


def test_a_reference_may_stand_for_anything_that_an_agent_takes() -> None:
    steps = [
        {"id": "a", "agent": "maker", "action": "make", "input": {"s": "${input.s}", "rows": "${input.rows}"}},
        {"id": "b", "agent": "maker", "action": "make", "input": {"s": "${steps.a.text}"}},
    ]

    assert len(read_plan({"id": "x", "steps": steps}, TYPED).steps) == 2


def test_a_wrong_field_hides_no_other_fault_and_makes_up_none() -> None:
    found = faults_of("""id: x
steps:
  - {id: a, agent: reader, action: read, timeout: 10 parsecs, condition: "__import__('os')"}
  - {id: b, agent: raeder, action: read, retry: {max_attempts: 0}}
""")

    assert set(found) == {"steps[0].timeout", "steps[0].condition", "steps[1].agent", "steps[1].retry.max_attempts"}


@pytest.mark.parametrize("text", ["- id: a\n- id: b\n", "just words\n"])
def test_a_file_that_holds_no_mapping_is_told_so_in_plain_words(text: str) -> None:
    ((message, _),) = faults_of(text).values()

    assert "mapping" in message
    assert "instance" not in message
