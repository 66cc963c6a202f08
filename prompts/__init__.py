"""Prompt text, tenants as data, and the one loader."""
