"""Agents: what the steps of plans ask to work, one agent a file."""
