"""What a process does first when it is told to end: it takes nothing new."""

from collections.abc import Callable

from state.errors import DrainingError


class Drain:
    """Begun by the first signal; `then` is called at once, in the signal's turn of the event loop."""

    def __init__(self, *then: Callable[[], None]) -> None:
        self._then = then
        self.begun = False

    def begin(self) -> None:
        """Take nothing new from now on; what runs is ended by whoever started it."""
        if not self.begun:
            self.begun = True
            for step in self._then:
                step()

    def refuse(self) -> None:
        """Raise `DrainingError` when nothing new is taken."""
        if self.begun:
            raise DrainingError
