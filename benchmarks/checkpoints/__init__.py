"""Checkpoint savers side by side on the same graphs: `make bench ARGS="checkpoints"`."""
