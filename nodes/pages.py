"""What lanes need to find knowledge pages by what they are about."""

from typing import Protocol


class Pages(Protocol):
    """Finds the knowledge page that answers a question."""

    def find(self, text: str) -> str | None:
        """Return the page's slug, None where nothing supports an answer."""
        ...
