"""A hostile Cloud API on loopback: it speaks Meta's wire format, keeps its limits, and misbehaves on demand."""

from server.channels.whatsapp.simulator.account import Account, Taken
from server.channels.whatsapp.simulator.mood import Mood, Step
from server.channels.whatsapp.simulator.server import Simulator, open_simulator
from server.channels.whatsapp.simulator.world import World

__all__ = ["Account", "Mood", "Simulator", "Step", "Taken", "World", "open_simulator"]
