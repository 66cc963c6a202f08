"""What a process does first when it is told to end: it takes nothing new."""

from collections.abc import Callable

from state.errors import DrainingError


class Drain:
    """Begun by the first signal; its steps are done at once, in the signal's turn of the event loop."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []
        self.begun = False

    def then(self, step: Callable[[], None]) -> None:
        """Have `step` done when it begins."""
        self._steps.append(step)

    def begin(self) -> None:
        """Take nothing new from now on; what runs is ended by whoever started it."""
        if not self.begun:
            self.begun = True
            for step in self._steps:
                step()

    def refuse(self) -> None:
        """Raise `DrainingError` when nothing new is taken."""
        if self.begun:
            raise DrainingError
