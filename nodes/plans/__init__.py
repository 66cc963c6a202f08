"""How plans are run: what each step does, when it may begin, and how the whole ends."""
