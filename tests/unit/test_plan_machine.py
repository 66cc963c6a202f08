"""The engine and a reference model agree on random plans: 500 things done to them."""

from hypothesis import HealthCheck, settings

from tests.plan_machine import PlanMachine

PlanMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_random_plans_run_as_the_reference_model_says = PlanMachine.TestCase
