"""Checkpoints in plain Redis or Valkey, at a size that stays linear."""

from state.stores.checkpointer.failures import StaleFenceError
from state.stores.checkpointer.plain import PlainRedisSaver
from state.stores.checkpointer.records import FENCE_KEY

__all__ = ["FENCE_KEY", "PlainRedisSaver", "StaleFenceError"]
