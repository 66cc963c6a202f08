"""How far a run says it is."""

from nodes.plans.advance import Advance
from state.plan_events import Progress
from state.plan_run import TaskRecord


def test_each_step_that_ends_brings_the_run_further_and_items_do_not() -> None:
    advance = Advance([TaskRecord("a", "a", "completed"), TaskRecord("b", "b"), TaskRecord("c", "c")])
    advance.add(TaskRecord("b[0]", "b"))

    told = [advance.end(TaskRecord(name, name[0])) for name in ("b[0]", "b", "c")]

    assert told == [None, Progress(0.667, "2 of 3 steps"), Progress(1.0, "3 of 3 steps")]


def test_a_run_of_many_steps_tells_only_each_hundredth_and_its_end() -> None:
    advance = Advance([TaskRecord(str(number), str(number)) for number in range(1000)])

    told = [one for number in range(1000) if (one := advance.end(TaskRecord(str(number), str(number))))]

    assert len(told) == 100
    assert told[-1].fraction == 1.0
