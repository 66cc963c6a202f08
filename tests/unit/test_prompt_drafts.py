"""`laneway prompts new` makes a draft to change, and no second one until it was."""

import shutil
from pathlib import Path

import pytest

from prompts.loader import tenant_folder
from prompts.versions import BUNDLED, Prompts
from server.commands.prompts import new


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shop = tmp_path / "shop"
    shutil.copytree(tenant_folder("demo"), shop)
    monkeypatch.setenv("LANEWAY_TENANT", str(shop))
    return shop / "prompts" / "router"


def test_a_draft_that_was_not_changed_is_pointed_to_instead_of_copied(
    drafts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new("router")
    made = [path.name for path in drafts.iterdir()]
    capsys.readouterr()

    new("router")

    assert [path.name for path in drafts.iterdir()] == made
    assert "Change it first" in capsys.readouterr().out


def test_a_draft_that_was_changed_may_have_another_after_it(drafts: Path) -> None:
    new("router")
    [first] = drafts.iterdir()
    first.write_text(first.read_text().replace("note: ", "note: Shorter. "))

    new("router")

    assert len(list(drafts.iterdir())) == 2
    assert [one.version for one in Prompts(BUNDLED, drafts.parent).versions("router")] == [1, 2, 3]
