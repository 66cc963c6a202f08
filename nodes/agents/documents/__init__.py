"""Read PDF, DOCX, HTML and text files that nobody vouches for."""

from nodes.agents.documents.limits import Limits
from nodes.agents.documents.reading import read_document

__all__ = ["Limits", "read_document"]
