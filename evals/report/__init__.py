"""What a run and a comparison look like to people: one HTML file that needs nothing else, and Markdown."""

from evals.report.comparison import comparison_markdown, comparison_page
from evals.report.markdown import markdown
from evals.report.page import page

__all__ = ["comparison_markdown", "comparison_page", "markdown", "page"]
