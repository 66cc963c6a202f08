"""One step a file; `ports.py` holds what steps need from outside."""
