"""Wiring: one `build_...()` a file, uncompiled; drawing and checking graphs."""
