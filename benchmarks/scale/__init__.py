"""What one machine and one Redis take, on real processes: `make bench ARGS="scale"`."""
