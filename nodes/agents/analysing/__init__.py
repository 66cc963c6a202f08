"""Ways to look at a text without a model; each returns a sentence and named things."""

from nodes.agents.analysing.duties import duties
from nodes.agents.analysing.figures import figures
from nodes.agents.analysing.readability import readability
from nodes.agents.analysing.terms import terms

__all__ = ["duties", "figures", "readability", "terms"]
