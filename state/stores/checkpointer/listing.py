"""Going through checkpoints, a page at a time."""

from collections import deque
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple

from state.stores.checkpointer.operations import Name, Operations, Steps
from state.stores.checkpointer.records import address

_PAGE: Final = 20
_ALL: Final = -1


class Listing:
    """One pass over the checkpoints of a thread, or of all threads: names first, then a page of them at a time."""

    def __init__(
        self,
        do: Operations,
        config: RunnableConfig | None,
        wanted: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> None:
        self._do = do
        self._config = config
        self._wanted = wanted or {}
        self._before = address(before)[2] if before else None
        self._left = limit
        self._threads: deque[RunnableConfig] | None = None
        self._names: deque[Name] = deque()
        self._thread = ""
        self.done = limit is not None and limit <= 0

    def page(self) -> Steps[list[CheckpointTuple]]:
        """Return the next checkpoints that match; `done` says whether there may be more."""
        if self._threads is None:
            self._threads = yield from self._all_threads()
        if not self._names and self._threads:
            yield from self._next_thread(self._threads.popleft())
        found = yield from self._read()
        self.done = self._left == 0 or not (self._names or self._threads)
        return found

    def _all_threads(self) -> Steps[deque[RunnableConfig]]:
        if self._config is not None:
            return deque([self._config])
        threads = yield from self._do.threads()
        return deque({"configurable": {"thread_id": thread}} for thread in threads)

    def _next_thread(self, config: RunnableConfig) -> Steps[None]:
        self._thread = address(config)[0]
        count = _ALL if self._wanted or self._left is None or address(config)[2] else self._left
        self._names = deque((yield from self._do.names(config, self._before, count)))

    def _read(self) -> Steps[list[CheckpointTuple]]:
        size = _PAGE if self._wanted or self._left is None else min(_PAGE, self._left)
        names = [self._names.popleft() for _ in range(min(size, len(self._names)))]
        if not names:
            return []
        found = [
            saved for saved in (yield from self._do.read_all(self._thread, names)) if saved and self._matches(saved)
        ]
        if self._left is not None:
            found = found[: self._left]
            self._left -= len(found)
        return found

    def _matches(self, saved: CheckpointTuple) -> bool:
        return all(saved.metadata.get(key) == value for key, value in self._wanted.items())
