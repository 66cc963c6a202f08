"""Live events: one hub a process, and server-sent events."""
