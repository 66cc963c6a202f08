"""The reports of analyses."""

from collections.abc import Sequence

from nodes.agents.analyst import Analysis
from nodes.agents.rendering import plain
from nodes.agents.summariser import Summary
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language


def document_report(
    name: str, analyses: Sequence[Analysis], summary: Summary | None, language: Language
) -> tuple[str, str]:
    """Return title and Markdown of the answer to whoever sent a document."""
    return _report("document", name, analyses, summary, language)


def comparison_report(
    name: str, analyses: Sequence[Analysis], summary: Summary | None, language: Language
) -> tuple[str, str]:
    """Return title and Markdown of several analyses side by side."""
    return _report("comparison", name, analyses, summary, language)


def _report(
    kind: str, name: str, analyses: Sequence[Analysis], summary: Summary | None, language: Language
) -> tuple[str, str]:
    say = texts_of("document_report", language)
    title = say[kind].format(name=name)
    parts = [f"# {plain(title)}"]
    if summary is not None:
        points = "\n".join(f"- {plain(point)}" for point in summary.points)
        parts.append(f"## {say['summary']}\n\n{points or plain(summary.text)}")
    for one in analyses:
        lines = [
            f"- **{plain(item.name)}:** {plain(item.value)}" if item.name else f"- {plain(item.value)}"
            for item in one.items
        ]
        parts.append(f"## {say[one.aspect]}\n\n{plain(one.summary)}\n\n" + "\n".join(lines))
    if all(one.method == "rules" for one in analyses) and (summary is None or summary.method == "extractive"):
        parts.append(f"*{say['method']}*")
    return title, "\n\n".join(parts) + "\n"
