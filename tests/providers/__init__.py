"""Providers of language models on a real socket, which answer by a script and fail in every way."""

from tests.providers.server import Play, Provider, Seen, serving, unreachable
from tests.providers.wires import ANTHROPIC, OPENAI, Wire

__all__ = ["ANTHROPIC", "OPENAI", "Play", "Provider", "Seen", "Wire", "serving", "unreachable"]
