"""What the docs say is so."""

import re
from pathlib import Path

import pytest

from server.docs import CLI, ROOT, SETTINGS, cli_page, settings_page

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize(("path", "text"), [(SETTINGS, settings_page()), (CLI, cli_page())], ids=["settings", "cli"])
def test_generated_pages_are_fresh(path: Path, text: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == text, "run `make docs`"


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text().count("\n") <= 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert [name for name in linked if not (page.parent / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_a_page_names_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z0-9-]+)", page.read_text(encoding="utf-8")))
    assert named <= targets
