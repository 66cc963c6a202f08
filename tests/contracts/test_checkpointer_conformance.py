from collections.abc import AsyncGenerator

from langgraph.checkpoint.conformance.initializer import RegisteredCheckpointer
from langgraph.checkpoint.conformance.validate import validate

from state.stores.checkpointer import ThreadSaver

CAPABILITIES = {"put", "put_writes", "get_tuple", "list", "delete_thread", "delete_for_runs", "copy_thread", "prune"}


async def test_the_conformance_suite_passes(saver: ThreadSaver) -> None:
    async def make() -> AsyncGenerator[ThreadSaver, None]:
        yield saver

    report = await validate(RegisteredCheckpointer("plain", make))

    assert {name for name, result in report.results.items() if result.passed} == CAPABILITIES
    assert sum(result.tests_passed for result in report.results.values()) == 81
