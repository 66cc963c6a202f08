"""In-memory twins of the stores, for unit tests and for trying things out; nothing survives the process."""

from state.stores.memory.agent_figures import MemoryAgentFigures
from state.stores.memory.breakers import MemoryBreakers
from state.stores.memory.contacts import MemoryContacts
from state.stores.memory.deadlines import MemoryDeadlines
from state.stores.memory.effects import MemoryEffects
from state.stores.memory.follow_ups import MemoryFollowUps
from state.stores.memory.inbox import MemoryInbox
from state.stores.memory.insights import MemoryInsights
from state.stores.memory.media import MemoryMediaErrors, MemoryMediaIndex
from state.stores.memory.outbox import MemoryOutbox
from state.stores.memory.queue import MemoryDeadLetters, MemoryQueue
from state.stores.memory.runs import MemoryRuns
from state.stores.memory.send_rates import MemorySendRates
from state.stores.memory.sessions import MemoryEventLog, MemoryFinishedTurns, MemorySessions
from state.stores.memory.spending import MemorySpending

__all__ = [
    "MemoryAgentFigures",
    "MemoryBreakers",
    "MemoryContacts",
    "MemoryDeadLetters",
    "MemoryDeadlines",
    "MemoryEffects",
    "MemoryEventLog",
    "MemoryFinishedTurns",
    "MemoryFollowUps",
    "MemoryInbox",
    "MemoryInsights",
    "MemoryMediaErrors",
    "MemoryMediaIndex",
    "MemoryOutbox",
    "MemoryQueue",
    "MemoryRuns",
    "MemorySendRates",
    "MemorySessions",
    "MemorySpending",
]
