"""Scripted dialogues, and what plays them."""
