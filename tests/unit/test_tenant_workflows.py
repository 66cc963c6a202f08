"""`workflows.yaml` is checked with the rest of a tenant's files, and may be left out."""

import shutil
from pathlib import Path

import pytest

from prompts.findings import Finding
from prompts.loader import BUNDLED, check_tenant

FILE = "workflows.yaml"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(BUNDLED / "demo", tmp_path / "demo")


def found_after(shop: Path, old: str, new: str) -> list[Finding]:
    text = (shop / FILE).read_text("utf-8")
    assert old in text
    (shop / FILE).write_text(text.replace(old, new, 1), "utf-8")
    return [one for one in check_tenant(shop) if one.file == FILE]


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("Hecho: {done}", "Hecho: {dnoe}", "`done`"),
        ("Done: {title}.", "Done: {title.", "{{"),
        ("template: document_processing", "template: multi_agent_review", "one of the two"),
        ("ask: [resum*]", "ask: []", ""),
        ("ask: [resum*]", 'ask: ["re*sum"]', ""),
        ("message: {es: tu mensaje, en: your message}", "message: {en: your message}", "`es:`"),
    ],
)
def test_a_fault_in_what_customers_may_start_keeps_the_shop_from_loading(
    shop: Path, old: str, new: str, fix: str
) -> None:
    faults = [one for one in found_after(shop, old, new) if one.severity == "error"]

    assert any(fix in one.fix for one in faults)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{es: tu mensaje, en: your message}", "{es: tu mensaje}"),
        ("{es: tu mensaje, en: your message}", "{es: tu mensaje, en: your message, fr: votre message}"),
        ("at least {least} characters", "at least 300 characters"),
    ],
)
def test_what_a_customer_would_miss_is_a_warning(shop: Path, old: str, new: str) -> None:
    assert [one.severity for one in found_after(shop, old, new)] == ["warning"]


def test_a_shop_needs_no_such_file(shop: Path) -> None:
    (shop / FILE).unlink()

    assert check_tenant(shop) == []
