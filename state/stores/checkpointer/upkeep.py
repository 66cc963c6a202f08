"""What is done to whole threads: delete, prune, copy, branch off, fence."""

from collections.abc import Sequence
from datetime import timedelta

from langchain_core.runnables import RunnableConfig

from state.stores.checkpointer.operations import Steps
from state.stores.checkpointer.records import address
from state.stores.checkpointer.saver import HOUR, CourierSaver, milliseconds


class ThreadSaver(CourierSaver):
    """Adds what LangGraph's interface says of whole threads, and branches and fences, which it doesn't know."""

    async def adelete_thread(self, thread_id: str) -> None:
        """Forget a thread."""
        await self._courier.arun(self._do.delete(thread_id))

    def delete_thread(self, thread_id: str) -> None:
        """Blocking form of `adelete_thread`."""
        self._courier.run(self._do.delete(thread_id))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Forget the checkpoints of these runs; what a delta channel that stays is rebuilt from stays, unlisted."""
        await self._courier.arun(self._do.delete_for_runs(run_ids))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Blocking form of `adelete_for_runs`."""
        self._courier.run(self._do.delete_for_runs(run_ids))

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread with its whole history."""
        await self._courier.arun(self._do.copy(source_thread_id, target_thread_id))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Blocking form of `acopy_thread`."""
        self._courier.run(self._do.copy(source_thread_id, target_thread_id))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of every namespace (`keep_latest`) or nothing (`delete`)."""
        for steps in self._pruning(thread_ids, strategy):
            await self._courier.arun(steps)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Blocking form of `aprune`."""
        for steps in self._pruning(thread_ids, strategy):
            self._courier.run(steps)

    async def abranch(self, config: RunnableConfig, shadow_id: str, *, ttl: timedelta = HOUR) -> None:
        """Copy a thread, up to the checkpoint that `config` names, to a shadow thread that expires by itself.

        The shadow keeps its own `ttl`, whatever the saver's is, and nothing done there reaches the original.
        """
        await self._courier.arun(self._branching(config, shadow_id, ttl))

    def branch(self, config: RunnableConfig, shadow_id: str, *, ttl: timedelta = HOUR) -> None:
        """Blocking form of `abranch`."""
        self._courier.run(self._branching(config, shadow_id, ttl))

    async def araise_fence(self, thread_id: str, token: int) -> None:
        """Refuse writers of this thread whose `FENCE_KEY` is below `token` from now on."""
        await self._courier.arun(self._do.fence(thread_id, token))

    def raise_fence(self, thread_id: str, token: int) -> None:
        """Blocking form of `araise_fence`."""
        self._courier.run(self._do.fence(thread_id, token))

    def _pruning(self, threads: Sequence[str], strategy: str) -> list[Steps[None]]:
        if strategy in {"delete", "delete_all"}:
            return [self._do.delete(thread) for thread in threads]
        if strategy == "keep_latest":
            return [self._do.prune(threads)]
        raise ValueError(f"There is no pruning strategy {strategy!r}; use 'keep_latest' or 'delete'.")

    def _branching(self, config: RunnableConfig, shadow_id: str, ttl: timedelta) -> Steps[None]:
        thread, _, checkpoint_id = address(config)
        return self._do.copy(thread, shadow_id, own_ttl=milliseconds(ttl), to=checkpoint_id)
