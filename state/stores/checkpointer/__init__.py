"""Checkpoints in plain Redis or Valkey, at a size that stays linear."""

from state.errors import StaleFenceError
from state.stores.checkpointer.memory import MemorySaver
from state.stores.checkpointer.plain import PlainRedisSaver
from state.stores.checkpointer.records import FENCE_KEY
from state.stores.checkpointer.upkeep import ThreadSaver

__all__ = ["FENCE_KEY", "MemorySaver", "PlainRedisSaver", "StaleFenceError", "ThreadSaver"]
