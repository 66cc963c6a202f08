"""Asking language models, and surviving them: one adapter a provider, one concern a wrapper."""
