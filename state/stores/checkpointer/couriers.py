"""Ways in which calls reach a server."""

from typing import Protocol

from state.stores.checkpointer.operations import Result, Steps


class Courier(Protocol):
    """Carries the calls of an operation to where they are run, in the order in which the operations were started."""

    round_trips: int
    one_slot: bool
    """Whether one call may touch any keys, as it may where there is no cluster."""

    async def arun(self, steps: Steps[Result]) -> Result:
        """Run an operation without blocking the event loop."""
        ...

    def run(self, steps: Steps[Result]) -> Result:
        """Run an operation and wait for it."""
        ...

    async def aclose(self) -> None:
        """Finish what was started and let go of the server."""
        ...

    def close(self) -> None:
        """Let go of the server."""
        ...
