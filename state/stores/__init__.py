"""Where they are kept: Redis, memory twins, the embedded server."""
